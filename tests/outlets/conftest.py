"""What the tests of outlets share: a way out by HTTP, and one for mails."""

from collections.abc import AsyncIterator

import pytest

from tests.domain.signals import NOON
from tests.inbox import Inbox
from tocsin.channels.email import Email
from tocsin.kit.http import Outbound, make_client
from tocsin.kit.smtp import MailServer
from tocsin.outlets.tools import Tools


@pytest.fixture
async def tools(smtp_inbox: Inbox) -> AsyncIterator[Tools]:
    mail_server = MailServer(host="127.0.0.1", port=smtp_inbox.port, helo="oncall.example.com")
    async with make_client(Outbound(), user_agent="Tocsin/1") as http:
        yield Tools(
            http=http,
            postman=Email(mail_server),
            sender="oncall@example.com",
            key="the key of this installation",
            at=NOON,
        )
    await mail_server.close()
