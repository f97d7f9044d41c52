"""A mail server of an administrator: reached as told, named by whoever tells of bounces."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.channels.test_email import MESSAGE, NIGHT, own_certificate
from tests.channels.test_email_answers import TOKEN, asked
from tests.inbox import Inbox
from tests.standins.mail_services import (
    MAILGUN_KEY,
    POSTMARK_KEY,
    SES_NAME,
    TOPIC,
    called,
    postmark,
    postmark_bounce,
)
from tests.standins.tooling import open_tools
from tocsin.channels.mail_back import mark_of
from tocsin.channels.mail_server import SmtpServer
from tocsin.domain.reaching.hearing import Forged, Reply
from tocsin.domain.reaching.letter import Letter, trial
from tocsin.kit.http import Outbound

DOMAIN = "in.example.com"
ANYWHERE = Outbound()
DENYING = Outbound(deny=("private",))


@asynccontextmanager
async def opened(
    inbox: Inbox, outbound: Outbound = ANYWHERE, /, **settings: str
) -> AsyncIterator[SmtpServer]:
    given = {"host": "127.0.0.1", "port": str(inbox.port), "encryption": "none"} | settings
    async with open_tools() as usual:
        tools = replace(usual, mail_domain=DOMAIN, outbound=outbound)
        server = SmtpServer.make(tools, given, "https://oncall.example.com/callbacks/P1")
        yield server
        await server.close()


async def test_it_sends_as_the_settings_say(smtp_inbox: Inbox) -> None:
    async with opened(smtp_inbox) as server:
        delivery = await server.send(asked(), "ann@example.com")

    (mail,) = smtp_inbox.mails
    assert (delivery.ok, delivery.provider_id) == (True, mail["Message-ID"])
    assert mail["From"] == "Tocsin <oncall@example.com>"
    assert mail["Reply-To"] == f"ack+{TOKEN}@{DOMAIN}"
    assert mail.envelope_from == f"bounce+Q1.{mark_of(TOKEN)}@{DOMAIN}"


async def test_a_sender_of_its_own_stands_on_mails_and_letters(smtp_inbox: Inbox) -> None:
    letter = Letter(
        id="L1",
        at=NIGHT,
        sender="oncall@example.com",
        recipient="Ann",
        address="ann@example.com",
        words=trial(house="https://oncall.example.com"),
    )
    async with opened(smtp_inbox, sender="Night <night@example.org>") as server:
        await server.send(MESSAGE, "ann@example.com")
        assert (await server.post(letter)).ok

    page, posted = smtp_inbox.mails
    assert page["From"] == posted["From"] == "Night <night@example.org>"
    assert page["Message-ID"] == "<page.Q1@example.org>"
    assert posted.envelope_from == "night@example.org"


@pytest.mark.parametrize(
    ("settings", "headers"),
    [
        (
            {"bounces": "mailgun", "bounces_key": MAILGUN_KEY},
            {"X-Mailgun-Variables": '{"tocsin":"Q1"}'},
        ),
        ({"bounces": "postmark", "bounces_key": POSTMARK_KEY}, {"X-PM-Metadata-tocsin": "Q1"}),
    ],
)
async def test_a_service_gets_a_mark_to_hand_back_and_its_bounces(
    smtp_inbox: Inbox, settings: dict[str, str], headers: dict[str, str]
) -> None:
    async with opened(smtp_inbox, **settings) as server:
        delivery = await server.send(asked(), "ann@example.com")

    (mail,) = smtp_inbox.mails
    assert delivery.provider_id == "Q1"
    assert {name: mail[name] for name in headers} == headers
    assert mail.envelope_from == "oncall@example.com"
    assert mail["Reply-To"] == f"ack+{TOKEN}@{DOMAIN}"


@pytest.mark.parametrize(
    ("said", "name"),
    [(f"250 Ok {SES_NAME}", SES_NAME), ("250 Queued, thank you", "<page.Q1@example.com>")],
)
async def test_ses_names_a_mail_when_it_takes_it(smtp_inbox: Inbox, said: str, name: str) -> None:
    smtp_inbox.at_data = said

    async with opened(smtp_inbox, bounces="ses", topic=TOPIC) as server:
        delivery = await server.send(asked(), "ann@example.com")

    assert (delivery.ok, delivery.provider_id) == (True, name)


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_a_wrong_password_is_our_fault_and_not_that_of_the_address(smtp_inbox: Inbox) -> None:
    smtp_inbox.login = ("oncall", "right")

    async with opened(smtp_inbox, user="oncall", password="right") as server:
        assert (await server.send(MESSAGE, "ann@example.com")).ok
    for settings in ({"user": "oncall", "password": "wrong"}, {}):
        async with opened(smtp_inbox, **settings) as server:
            delivery = await server.send(MESSAGE, "ann@example.com")
        assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, True)


@pytest.mark.parametrize(
    ("answer", "is_our_fault"),
    [
        ("554 Message rejected: Email address is not verified", True),
        ("554 5.7.1 we do not like you", True),
        ("550 5.1.1 no such user", False),
        ("550 5.2.1 mailbox disabled", False),
    ],
)
async def test_what_is_said_of_a_mail_is_said_of_us_unless_it_names_the_address(
    smtp_inbox: Inbox, answer: str, is_our_fault: bool
) -> None:
    smtp_inbox.at_data = answer

    async with opened(smtp_inbox) as server:
        delivery = await server.send(MESSAGE, "ann@example.com")

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, is_our_fault)
    assert delivery.detail == answer


@pytest.mark.parametrize(
    ("answer", "is_our_fault"), [("550 unknown", False), ("550 5.7.1 Unable to relay", True)]
)
async def test_a_refused_address_is_at_fault_itself_unless_we_may_not_send(
    smtp_inbox: Inbox, answer: str, is_our_fault: bool
) -> None:
    smtp_inbox.at_rcpt = lambda _: answer

    async with opened(smtp_inbox) as server:
        delivery = await server.send(MESSAGE, "ann@example.com")

    assert (delivery.retry, delivery.is_our_fault) == (False, is_our_fault)


@pytest.mark.parametrize(
    ("encryption", "ok"), [("starttls", False), ("tls", False), ("offered", True), ("none", True)]
)
async def test_a_stranger_is_encrypted_to_only_where_anybody_will_do(
    smtp_inbox: Inbox, tmp_path: Path, encryption: str, ok: bool
) -> None:
    smtp_inbox.tls = own_certificate(tmp_path)

    async with opened(smtp_inbox, encryption=encryption) as server:
        delivery = await server.send(MESSAGE, "ann@example.com")

    assert (delivery.ok, delivery.retry) == (ok, not ok)
    assert smtp_inbox.was_encrypted == (encryption == "offered")


async def test_encryption_that_is_demanded_and_not_offered_sends_nothing(smtp_inbox: Inbox) -> None:
    async with opened(smtp_inbox, encryption="starttls", user="a", password="b") as server:
        delivery = await server.send(MESSAGE, "ann@example.com")

    assert not delivery.ok
    assert smtp_inbox.mails == []


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
async def test_it_goes_nowhere_that_the_settings_forbid(smtp_inbox: Inbox, host: str) -> None:
    async with opened(smtp_inbox, DENYING, host=host) as server:
        delivery = await server.send(MESSAGE, "ann@example.com")

    assert (delivery.ok, delivery.retry) == (False, True)
    assert delivery.detail == f"{host} has no address that Tocsin may reach."
    assert smtp_inbox.connections == 0


async def test_a_name_is_looked_up_and_one_that_nobody_knows_is_told(smtp_inbox: Inbox) -> None:
    async with opened(smtp_inbox, host="localhost") as server:
        assert (await server.send(MESSAGE, "ann@example.com")).ok
    async with opened(smtp_inbox, host="mail.invalid") as server:
        delivery = await server.send(MESSAGE, "ann@example.com")

    assert (delivery.retry, delivery.detail) == (True, "mail.invalid is not known.")


async def test_a_server_that_is_away_may_come_back(smtp_inbox: Inbox) -> None:
    async with opened(smtp_inbox) as server:
        await smtp_inbox.stop()
        delivery = await server.send(MESSAGE, "ann@example.com")
        await smtp_inbox.start()
        again = await server.send(MESSAGE, "ann@example.com")

    assert (delivery.ok, delivery.retry, again.ok) == (False, True, True)


@pytest.mark.parametrize(
    "settings",
    [{}, {"bounces": "none"}, {"bounces": "mailgun"}, {"bounces": "postmark"}, {"bounces": "ses"}],
)
async def test_a_service_that_lacks_its_key_is_never_believed(
    smtp_inbox: Inbox, settings: dict[str, str]
) -> None:
    for call in (called(b"{}"), postmark(postmark_bounce("Q1"))):
        async with opened(smtp_inbox, **settings) as server:
            await server.prepare(call, NIGHT)
            with pytest.raises(Forged):
                server.hear(call, NIGHT)


async def test_what_a_service_tells_is_taken(smtp_inbox: Inbox) -> None:
    call = postmark(postmark_bounce("Q1"))

    async with opened(smtp_inbox, bounces="postmark", bounces_key=POSTMARK_KEY) as server:
        heard = server.hear(call, NIGHT)
        answer = server.reply(call, heard, [], None)
        await server.finish(call, heard, [])

    assert [one.provider_id for one in heard.receipts] == ["Q1"]
    assert answer == Reply(status=200)
