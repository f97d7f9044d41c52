"""Mail: administrators send themselves a letter, and see what the mail server said."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from tests.inbox import Inbox
from tests.night import Night
from tocsin.channels.email import Email
from tocsin.engine.engine import Engine
from tocsin.kit.smtp import MailServer
from tocsin.usecases.errors import Conflict
from tocsin.usecases.house import House
from tocsin.usecases.reaching import mail


@pytest.fixture
def house(night: Night) -> House:
    return replace(night.house, channels=frozenset({"email"}))


@pytest.fixture
async def engine(house: House, smtp_inbox: Inbox) -> AsyncIterator[Engine]:
    server = MailServer(host="127.0.0.1", port=smtp_inbox.port, helo="oncall.example.com")
    yield Engine(house, [Email(server)], CollectorRegistry())
    await server.close()


async def test_a_trial_arrives_and_the_server_s_answer_is_shown(
    night: Night, house: House, engine: Engine, smtp_inbox: Inbox
) -> None:
    ann = night.team.ann
    await mail.send_trial(house, ann, night.now)
    assert await mail.look(house, ann, night.now) == mail.Post(on_the_way=1, attempts=[])

    await engine.run_due(night.now)

    [letter] = smtp_inbox.mails
    assert letter["Subject"] == "[Tocsin] Mail from this server arrives"
    assert letter.envelope_to == "ann@example.com"
    post = await mail.look(house, ann, night.now)
    assert post.on_the_way == 0
    assert [(a.status, a.address) for a in post.attempts] == [("success", "ann@example.com")]
    assert post.attempts[0].detail


async def test_what_the_server_refuses_is_shown_in_its_own_words(
    night: Night, house: House, engine: Engine, smtp_inbox: Inbox
) -> None:
    smtp_inbox.at_rcpt = lambda _: "550 5.1.1 No such mailbox"
    await mail.send_trial(house, night.team.ann, night.now)

    await engine.run_due(night.now)

    post = await mail.look(house, night.team.ann, night.now)
    assert [(a.status, a.detail) for a in post.attempts] == [
        ("failed", "550 5.1.1 No such mailbox")
    ]
    assert (await mail.look(house, night.team.ben, night.now)).attempts == []


async def test_without_a_mail_server_nothing_is_promised(night: Night) -> None:
    with pytest.raises(Conflict, match="set TOCSIN_SMTP_URL"):
        await mail.send_trial(night.house, night.team.ann, night.now)
