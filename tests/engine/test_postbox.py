"""The postbox: replies and bounces come in by SMTP, and do what they say."""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from email.message import EmailMessage

import aiosmtplib
import msgspec
import pytest

from tests.channels.test_mail_back import report
from tests.night import Night
from tests.post import Post
from tests.running import free_port
from tests.team import METHODS
from tocsin.channels.mail_back import answer_address, bounce_address
from tocsin.domain.people.user import ContactMethod
from tocsin.domain.reaching.sent import Sent
from tocsin.engine.postbox import Postbox, receiving
from tocsin.kit import smtp_in
from tocsin.store.database import Database
from tocsin.store.reaching.messages import MESSAGES

DOMAIN = "in.example.com"


@pytest.fixture
async def port(night: Night) -> AsyncIterator[int]:
    """Take mail at a port, while the test runs."""
    port = free_port()
    async with receiving(night.house, DOMAIN, ("127.0.0.1", port)):
        yield port


@pytest.fixture
async def sent(night: Night, post: Post) -> Sent:
    """Let Ann be paged by mail, and return what was kept of it."""
    await night.trigger("Disk full")
    await post.come()
    [sent] = await kept(night)
    return sent


async def kept(night: Night) -> list[Sent]:
    async with night.database.read() as tx:
        return await MESSAGES.select(tx)


async def standing(night: Night) -> str:
    [incident] = await night.incidents()
    return incident.status


async def method_of(night: Night, sent: Sent) -> ContactMethod:
    async with night.database.read() as tx:
        method = await METHODS.get(tx, sent.contact_method_id or "")
    assert method
    return method


def reply(text: str, **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"] = "ann@example.com"
    mail["Subject"] = "Re: [Tocsin] #1 Disk full"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text)
    return mail


async def hand_in(
    port: int, to: str, mail: EmailMessage, sender: str = "ann@example.com"
) -> tuple[int, str]:
    """Hand a mail to the postbox as a mail server does; return what it says."""
    async with aiosmtplib.SMTP(hostname="127.0.0.1", port=port, start_tls=False) as server:
        try:
            _, answer = await server.sendmail(sender, [to], mail.as_bytes())
        except aiosmtplib.SMTPRecipientsRefused as refused:
            return refused.recipients[0].code, refused.recipients[0].message
        except aiosmtplib.SMTPResponseException as refused:
            return refused.code, refused.message
        return 250, answer


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ("ack\n\nOn Saturday Tocsin wrote:\n> #1 Disk full\n> 6 resolves", "acknowledged"),
        ("6", "resolved"),
        ("Erledigt!\n\nAm 10.01.2026 schrieb Tocsin:\n> Disk full", "resolved"),
        ("4 1", "acknowledged"),
    ],
)
async def test_a_reply_is_done_and_answered(
    night: Night, post: Post, sent: Sent, port: int, text: str, status: str
) -> None:
    answer = await hand_in(port, answer_address(sent.body.token, DOMAIN), reply(text))

    assert answer[0] == 250
    assert await standing(night) == status
    [mail] = await post.come()
    assert mail.envelope_to == "ann@example.com"
    assert mail["Subject"].startswith("[Tocsin] Your answer:")
    assert "Disk full" in mail.text
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Reply-To"] is None


async def test_what_nobody_understands_does_nothing_and_says_so(
    night: Night, post: Post, sent: Sent, port: int
) -> None:
    text = "I will have a look at it as soon as I can, probably in an hour or so"
    await hand_in(port, answer_address(sent.body.token, DOMAIN), reply(text))

    assert await standing(night) == "triggered"
    [mail] = await post.come()
    assert "Your reply was not understood" in mail.text


async def test_whoever_is_away_acknowledges_nothing(
    night: Night, post: Post, sent: Sent, port: int
) -> None:
    away = reply("ok", Auto_Submitted="auto-replied")

    assert (await hand_in(port, answer_address(sent.body.token, DOMAIN), away))[0] == 250
    assert await standing(night) == "triggered"
    assert await post.come() == []


@pytest.mark.parametrize(
    "bomb",
    [
        b"Content-Type: text/plain; " + b"(a) " * 40_000,
        b"Content-Type: text/plain" + b";\r\n a*1*=utf-8''b" * 8_000,
        b"Content-Type: multipart/mixed; boundary=x\r\n\r\n" + b"--x\r\nA: b\r\n\r\n" * 40_000,
        b"".join(
            b"Content-Type: multipart/mixed; boundary=x%d\r\n\r\n--x%d\r\n" % (depth, depth)
            for depth in range(90)
        )
        + b"a\r\n" * 300_000,
        b"Content-Type: message/rfc822\r\n\r\n" * 5_000,
        b"Content-Type: text/html\r\n\r\n<![<![",
    ],
    ids=["comments", "parameters", "parts", "depth", "mails in mails", "broken page"],
)
async def test_a_mail_that_was_made_to_keep_us_busy_does_not(
    night: Night, sent: Sent, bomb: bytes
) -> None:
    postbox = Postbox(night.house, DOMAIN)
    began = time.monotonic()

    assert await postbox.take(answer_address(sent.body.token, DOMAIN), bomb + b"\r\n\r\nack")
    assert time.monotonic() - began < 1


async def test_only_addresses_of_ours_are_known(night: Night, sent: Sent, port: int) -> None:
    token = sent.body.token
    good = bounce_address(token, DOMAIN)
    for address in (
        f"ack+{sent.id}.forged@{DOMAIN}",
        f"ack+{token}@example.org",
        f"ack+{token}x@{DOMAIN}",
        f"bounce+{sent.id}.{'0' * 24}@{DOMAIN}",
        good.replace("bounce+", "ack+"),
        f"root@{DOMAIN}",
        "ann@example.com",
    ):
        code, words = await hand_in(port, address, reply("ack"))
        assert code == 550, address
        assert "Nobody has this address" in words
    assert await standing(night) == "triggered"


async def test_a_bounce_for_good_marks_the_address_and_pages_another_way(
    night: Night, post: Post, sent: Sent, port: int
) -> None:
    await night.give(night.team.ann, "webhook", "https://example.com/ring")
    await hand_in(
        port, bounce_address(sent.body.token, DOMAIN), report("failed", "5.1.1"), sender=""
    )

    method = await method_of(night, sent)
    assert method.fault
    assert "5.1.1 550 5.1.1 No such user" in method.fault
    [kept_now] = await kept(night)
    assert kept_now.receipt == "failed"
    planned = [work.lane for work in await night.work()]
    assert planned == ["webhook"]


@pytest.mark.parametrize("status", ["4.4.1", "5.4.4", "5.2.2"])
async def test_a_bounce_that_may_be_over_soon_marks_nothing(
    night: Night, sent: Sent, port: int, status: str
) -> None:
    await hand_in(port, bounce_address(sent.body.token, DOMAIN), report("failed", status))

    assert (await method_of(night, sent)).fault is None
    [kept_now] = await kept(night)
    assert kept_now.receipt == "failed"


async def test_a_delay_is_no_failure_and_a_delivery_is_a_receipt(
    night: Night, sent: Sent, port: int
) -> None:
    address = bounce_address(sent.body.token, DOMAIN)

    await hand_in(port, address, report("delayed", "4.4.7"))
    assert (await kept(night))[0].receipt != "failed"
    await hand_in(port, address, report("delivered", "2.0.0"))
    assert (await kept(night))[0].receipt == "delivered"


async def test_after_two_days_a_bounce_is_no_news(night: Night, sent: Sent, port: int) -> None:
    night.passes(hours=49)

    address = bounce_address(sent.body.token, DOMAIN)
    assert (await hand_in(port, address, report("failed", "5.1.1")))[0] == 250
    assert (await method_of(night, sent)).fault is None


async def test_a_reply_to_a_bounce_address_acknowledges_nothing(
    night: Night, sent: Sent, port: int
) -> None:
    await hand_in(port, bounce_address(sent.body.token, DOMAIN), reply("ack"))

    assert await standing(night) == "triggered"


async def test_a_mail_that_is_too_large_is_refused(night: Night, sent: Sent, port: int) -> None:
    large = reply("ack\n" + "x" * 70 + "\n" * smtp_in.LARGEST)

    assert (await hand_in(port, answer_address(sent.body.token, DOMAIN), large))[0] == 552
    assert await standing(night) == "triggered"


async def test_nonsense_is_taken_and_forgotten(night: Night, sent: Sent) -> None:
    postbox = Postbox(night.house, DOMAIN)
    address = answer_address(sent.body.token, DOMAIN)
    for content in (b"", b"\0\xff\xfe", b"Content-Type: multipart/mixed\n\n--", b": :\n\n\n"):
        assert await postbox.take(address, content)
    assert await postbox.take("nobody@example.org", b"")
    assert await standing(night) == "triggered"


async def test_a_message_that_was_forgotten_is_answered_by_nobody(
    night: Night, sent: Sent, port: int
) -> None:
    async with night.database.begin() as tx:
        await MESSAGES.delete(tx, sent.id)

    assert (await hand_in(port, answer_address(sent.body.token, DOMAIN), reply("ack")))[0] == 250
    assert await standing(night) == "triggered"


async def test_while_the_database_is_away_the_sender_is_to_try_again(
    night: Night, sent: Sent
) -> None:
    nowhere = await Database.open("postgresql://127.0.0.1:1/nothing")
    postbox = Postbox(msgspec.structs.replace(night.house, database=nowhere), DOMAIN)

    address = answer_address(sent.body.token, DOMAIN)
    assert not await postbox.take(address, reply("ack").as_bytes())
    await nowhere.close()


async def test_one_connection_too_many_is_sent_away_and_no_more(
    night: Night, sent: Sent, port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_in, "MOST_CONNECTIONS", 2)
    talking = [await asyncio.open_connection("127.0.0.1", port) for _ in range(2)]
    for reader, _ in talking:
        assert (await reader.readline()).startswith(b"220")

    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    assert (await reader.read()).startswith(b"421")
    writer.close()
    for _, writer in talking:
        writer.close()
    await asyncio.sleep(0.05)
    assert (await hand_in(port, answer_address(sent.body.token, DOMAIN), reply("ack")))[0] == 250


async def test_whoever_whispers_for_ever_is_cut_off(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smtp_in, "LONGEST_TALK", 0.3)
    port = free_port()
    async with receiving(night.house, DOMAIN, ("127.0.0.1", port)):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await reader.readline()
        async with asyncio.timeout(5):
            with suppress(ConnectionResetError):
                while not reader.at_eof():
                    writer.write(b"NOOP\r\n")
                    await reader.readline()
                    await asyncio.sleep(0.05)
    writer.close()


async def test_whoever_still_talks_when_the_house_closes_is_cut_off(night: Night) -> None:
    port = free_port()
    async with receiving(night.house, DOMAIN, ("127.0.0.1", port)):
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        await reader.readline()

    async with asyncio.timeout(5):
        with suppress(ConnectionResetError):
            assert await reader.read() == b""
    writer.close()
