"""Letters for tests: a house that can send them, the engine that does, and the links in them."""

import re
from collections.abc import AsyncIterator

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from tests.inbox import Inbox, Mail
from tests.night import URL, Night
from tocsin.channels.email import Email
from tocsin.engine.engine import Engine
from tocsin.kit.smtp import MailServer


class Post:
    """Sends what is due, and hands over what has arrived."""

    def __init__(self, night: Night, engine: Engine, inbox: Inbox) -> None:
        self.night = night
        self.engine = engine
        self.inbox = inbox
        self._read = 0

    async def come(self) -> list[Mail]:
        """Send what is due, and return the mails that this has brought."""
        await self.engine.run_due(self.night.now)
        new, self._read = self.inbox.mails[self._read :], len(self.inbox.mails)
        return new


@pytest.fixture
async def post(night: Night, smtp_inbox: Inbox) -> AsyncIterator[Post]:
    """Give the house of the night a mail server."""
    night.house = msgspec.structs.replace(night.house, channels=frozenset({"email"}))
    server = MailServer(host="127.0.0.1", port=smtp_inbox.port)
    yield Post(night, Engine(night.house, [Email(server)], CollectorRegistry()), smtp_inbox)
    await server.close()


def link_in(mail: Mail) -> str:
    """Return the path of the one link that stands in both parts of a mail."""
    [href] = re.findall(rf"{URL}/\S+/[0-9a-f]{{64}}", mail.text)
    assert f'href="{href}"' in mail.html
    return str(href).removeprefix(URL)
