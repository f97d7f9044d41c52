"""Checking: whether the other side knows us, told in one sentence, and nobody gets a message."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any, NamedTuple

import pytest

from tests.inbox import Inbox
from tests.standins import discord, matrix, mattermost, plivo, slack, telegram, twilio, whatsapp
from tests.standins.chat_server import Answered, ChatServer
from tests.standins.tooling import open_tools
from tocsin.channels import CHANNELS, checking
from tocsin.domain.reaching.channel import Checked, Checking, Closing

CALLBACK = "https://oncall.example.com/callbacks/P1"
TWILIO = {"account_sid": twilio.SID, "auth_token": twilio.TOKEN, "sender": "S", "caller": "C"}
PLIVO = {"auth_id": plivo.ID, "auth_token": plivo.TOKEN, "sender": "S", "caller": "C"}
TEMPLATES = {"page_template": "page", "notice_template": "notice"}


class Case(NamedTuple):
    """A channel, whom it asks, with what, and what it says of right and wrong credentials."""

    name: str
    server: type[ChatServer]
    settings: Mapping[str, str]
    known: str
    refused: str
    base: str = ""


CASES = (
    Case(
        "telegram",
        telegram.TelegramServer,
        {"token": telegram.TOKEN, "updates": "poll"},
        "Telegram knows the bot as @tocsin_bot.",
        "Telegram refuses the token: HTTP 401 Unauthorized.",
    ),
    Case(
        "matrix",
        matrix.MatrixServer,
        {"token": matrix.TOKEN},
        "Matrix knows the account as @tocsin:example.com.",
        "Matrix refuses the access token: HTTP 401 Unauthorized: M_UNKNOWN_TOKEN",
    ),
    Case(
        "mattermost",
        mattermost.MattermostServer,
        {"token": mattermost.TOKEN},
        "Mattermost knows the bot as @tocsin.",
        "Mattermost refuses the token: HTTP 401 Unauthorized",
    ),
    Case(
        "discord",
        discord.DiscordServer,
        {"token": discord.TOKEN, "public_key": discord.PUBLIC_KEY},
        "Discord knows the bot as tocsin.",
        "Discord refuses the token: HTTP 401 Unauthorized",
    ),
    *(
        Case(
            name,
            twilio.TwilioServer,
            TWILIO | TEMPLATES,
            "Twilio knows the account as Night.",
            "Twilio refuses the account: ",
        )
        for name in ("twilio_sms", "twilio_voice", "twilio_whatsapp")
    ),
    *(
        Case(
            name,
            plivo.PlivoServer,
            PLIVO,
            "Plivo knows the account as Night.",
            "Plivo refuses the account: HTTP 401 Unauthorized",
        )
        for name in ("plivo_sms", "plivo_voice")
    ),
    Case(
        "whatsapp",
        whatsapp.WhatsAppServer,
        {"token": whatsapp.TOKEN, "phone_number_id": whatsapp.NUMBER_ID, **TEMPLATES},
        "WhatsApp knows +1 555-0199 as Night.",
        "WhatsApp refuses the token or the number: Error validating access token (code 190).",
        "/v23.0",
    ),
)
without_tls = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
each = pytest.mark.parametrize("case", CASES, ids=[case.name for case in CASES])


@asynccontextmanager
async def made(name: str, **settings: str) -> AsyncIterator[Checking]:
    maker = next(one for one in CHANNELS if one.declaration.name == name)
    async with open_tools() as tools:
        channel = maker.make(tools, settings, CALLBACK)
        assert isinstance(channel, Checking)
        yield channel


async def check(case: Case, server: ChatServer, **settings: str) -> Checked:
    given = {**case.settings, "base_url": f"{server.url}{case.base}"} | settings
    async with made(case.name, **given) as channel:
        return await channel.check()


@each
async def test_whom_they_know_is_told(case: Case) -> None:
    async with case.server() as server:
        assert await check(case, server) == Checked(ok=True, sentence=case.known)

    assert len(server.asked) == 1


@each
async def test_wrong_credentials_are_refused(case: Case) -> None:
    [secret] = [name for name in case.settings if name in {"token", "auth_token"}]
    wrong = {secret: "1:wrong"}

    async with case.server() as server:
        checked = await check(case, server, **wrong)

    assert (checked.ok, checked.is_refused) == (False, True)
    assert checked.sentence.startswith(case.refused)
    assert "1:wrong" not in checked.sentence


@each
async def test_who_hangs_is_not_waited_for(case: Case, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checking, "PATIENCE", 0.05)

    async with case.server() as server:
        server.open.clear()
        checked = await check(case, server)

    assert (checked.ok, checked.is_refused) == (False, False)
    assert checked.sentence.endswith(" cannot be asked: no answer within 0.05 seconds.")


@each
@pytest.mark.parametrize(
    "nonsense", ["<html>Welcome</html>", [1], {"ok": True, "result": 7, "username": 7}]
)
async def test_nonsense_is_not_taken_for_an_answer(case: Case, nonsense: Any) -> None:
    async with case.server() as server:
        server.broken = Answered(200, nonsense)
        checked = await check(case, server)

    assert not checked.ok
    assert "lacks" in checked.sentence or "no answer of Mattermost" in checked.sentence


@each
async def test_who_is_out_of_order_may_know_us_later(case: Case) -> None:
    async with case.server() as server:
        server.broken = Answered(503, "<html>Sorry</html>")
        checked = await check(case, server)

    assert (checked.ok, checked.is_refused) == (False, False)
    assert "cannot be asked: HTTP 503 Service Unavailable" in checked.sentence


@each
async def test_who_is_not_there_may_know_us_later(case: Case) -> None:
    async with case.server() as server:
        pass

    checked = await check(case, server)

    assert (checked.ok, checked.is_refused) == (False, False)
    assert " cannot be asked: " in checked.sentence


async def test_an_address_that_is_denied_is_not_said_to_refuse_anything() -> None:
    settings = {"token": "1:a", "updates": "poll", "base_url": "http://169.254.169.254"}
    async with made("telegram", **settings) as channel:
        checked = await channel.check()

    assert (checked.ok, checked.is_refused) == (False, True)
    assert checked.sentence.startswith("Telegram cannot be asked: ")


async def test_a_suspended_account_is_told() -> None:
    [case] = [one for one in CASES if one.name == "twilio_sms"]
    async with twilio.TwilioServer() as server:
        server.status = "suspended"
        checked = await check(case, server)

    sentence = "Twilio refuses the account: it is suspended."
    assert checked == Checked(ok=False, sentence=sentence, is_refused=True)


async def check_slack(server: slack.Slack, token: str = slack.TOKEN) -> Checked:
    settings = {"token": token, "signing_secret": slack.SECRET, "base_url": server.base_url}
    async with made("slack", **settings) as channel:
        return await channel.check()


async def test_slack_tells_the_app_and_the_workspace() -> None:
    async with slack.running() as server:
        checked = await check_slack(server)

    assert checked == Checked(ok=True, sentence="Slack knows the app as tocsin in Example.")
    assert [call.method for call in server.calls] == ["auth.test"]


async def test_slack_refuses_a_wrong_token() -> None:
    async with slack.running() as server:
        checked = await check_slack(server, "xoxb-wrong")

    sentence = "Slack refuses the bot token: invalid_auth, the bot token is wrong."
    assert checked == Checked(ok=False, sentence=sentence, is_refused=True)


async def test_slack_may_hang_or_talk_nonsense(monkeypatch: pytest.MonkeyPatch) -> None:
    async with slack.running() as server:
        server.says["*"] = "HTTP/1.1 200 OK\r\n\r\n<html>"
        nonsense = await check_slack(server)
        server.says["*"] = 'HTTP/1.1 200 OK\r\n\r\n{"ok": true, "user": 7}'
        incomplete = await check_slack(server)
        monkeypatch.setattr(checking, "PATIENCE", 0.05)
        server.open.clear()
        silence = await check_slack(server)

    assert nonsense.sentence == "Slack cannot be asked: the answer is no JSON object."
    assert incomplete.sentence == "Slack cannot be asked: the answer lacks user."
    assert silence.sentence == "Slack cannot be asked: no answer within 0.05 seconds."
    assert not any(one.ok or one.is_refused for one in (nonsense, incomplete, silence))


async def check_mail(port: int, **settings: str) -> Checked:
    given = {"host": "127.0.0.1", "port": str(port), "encryption": "none"} | settings
    async with made("smtp", **given) as server:
        checked = await server.check()
        assert isinstance(server, Closing)
        await server.close()
        return checked


@without_tls
async def test_a_mail_server_lets_us_in_and_gets_no_mail(smtp_inbox: Inbox) -> None:
    smtp_inbox.login = ("oncall", "right")

    checked = await check_mail(smtp_inbox.port, user="oncall", password="right")

    assert checked == Checked(ok=True, sentence="127.0.0.1 lets us in as oncall.")
    assert (smtp_inbox.mails, smtp_inbox.connections) == ([], 2)


async def test_a_mail_server_without_a_password_is_greeted(smtp_inbox: Inbox) -> None:
    checked = await check_mail(smtp_inbox.port)

    assert checked.sentence == "127.0.0.1 answers, and asks for no password."
    assert (smtp_inbox.mails, smtp_inbox.connections) == ([], 1)


@without_tls
async def test_a_mail_server_refuses_a_wrong_password(smtp_inbox: Inbox) -> None:
    smtp_inbox.login = ("oncall", "right")

    checked = await check_mail(smtp_inbox.port, user="oncall", password="wrong")

    assert (checked.ok, checked.is_refused) == (False, True)
    assert checked.sentence.startswith("127.0.0.1 refuses us: 535 ")


async def test_a_mail_server_without_the_encryption_that_is_wanted_is_told(
    smtp_inbox: Inbox,
) -> None:
    checked = await check_mail(smtp_inbox.port, encryption="starttls")

    assert not checked.ok
    assert "STARTTLS" in checked.sentence


@pytest.mark.parametrize(
    ("greeting", "sentence"),
    [
        (b"", "127.0.0.1 cannot be asked: no answer within 0.2 seconds."),
        (b"421 Too busy\r\n", "127.0.0.1 cannot be asked: 421 Too busy."),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "127.0.0.1 cannot be asked: "),
    ],
)
async def test_a_mail_server_may_hang_be_busy_or_talk_nonsense(
    greeting: bytes, sentence: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(checking, "PATIENCE", 0.2)

    async def greet(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(greeting)
        await reader.read()
        writer.close()

    server = await asyncio.start_server(greet, "127.0.0.1")
    async with server:
        checked = await check_mail(server.sockets[0].getsockname()[1])

    assert (checked.ok, checked.is_refused) == (False, False)
    assert checked.sentence.startswith(sentence)


async def test_a_mail_server_that_is_not_there_may_be_later(smtp_inbox: Inbox) -> None:
    await smtp_inbox.stop()

    checked = await check_mail(port := smtp_inbox.port)

    sentence = f"127.0.0.1 cannot be asked: Connection refused at port {port}."
    assert checked == Checked(ok=False, sentence=sentence)


def test_what_a_channel_declares_is_what_it_can() -> None:
    for channel in CHANNELS:
        assert hasattr(channel, "check") == channel.declaration.checks, channel
