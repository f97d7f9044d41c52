"""E-mail, handed to a real mail server: what people read, and what becomes of refusals."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from tests.inbox import Inbox
from tocsin.channels.email import Email
from tocsin.domain.intake.event import Image, Link
from tocsin.domain.reaching.message import Briefing, Message, Notice
from tocsin.kit.smtp import MailServer

NIGHT = datetime(2026, 1, 10, 2, 14, 5, tzinfo=UTC)
DISK = Briefing(
    id="Q0000000000012",
    number=12,
    title="Disk full on db-1",
    service="Checkout",
    urgency="high",
    opened_at=NIGHT,
    html_url="https://oncall.example.com/incidents/Q0000000000012",
    policy="Checkout on-call",
    assignees=("Ann Lee",),
    severity="critical",
    source="db-1",
    details={"free": "0 %", "mounts": ["/", "/var"]},
    links=(Link("https://wiki.example.com/disk", "Runbook"),),
    images=(Image("https://graphs.example.com/1.png", alt="Disk usage"),),
)
MESSAGE = Message(
    id="Q1",
    at=NIGHT,
    sender="Tocsin <oncall@example.com>",
    recipient="Ann Lee",
    time_zone="Europe/Vienna",
    incidents=(DISK,),
)


def about(*incidents: Briefing, **changes: Any) -> Message:
    return msgspec.structs.replace(MESSAGE, incidents=incidents, **changes)


def disk(**changes: Any) -> Briefing:
    return msgspec.structs.replace(DISK, **changes)


@pytest.fixture
async def channel(smtp_inbox: Inbox) -> AsyncIterator[Email]:
    server = MailServer(host="127.0.0.1", port=smtp_inbox.port, helo="oncall.example.com")
    yield Email(server)
    await server.close()


async def test_a_page_is_a_mail_with_everything_needed_at_night(
    channel: Email, smtp_inbox: Inbox
) -> None:
    delivery = await channel.send(MESSAGE, "ann@example.com")

    (mail,) = smtp_inbox.mails
    assert delivery.ok
    assert delivery.provider_id == mail["Message-ID"] == "<page.Q1@example.com>"
    assert mail.envelope_to == "ann@example.com"
    assert mail["From"] == "Tocsin <oncall@example.com>"
    assert mail["To"] == "Ann Lee <ann@example.com>"
    assert mail["Subject"] == "[Tocsin] #12 Disk full on db-1"
    assert mail["Date"] == "Sat, 10 Jan 2026 02:14:05 +0000"
    assert mail["References"] == mail["In-Reply-To"] == "<incident.Q0000000000012@example.com>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["X-Auto-Response-Suppress"] == "All"
    assert mail["Importance"] == "high"
    for body in (mail.text, mail.html):
        for words in (
            DISK.html_url,
            "Checkout on-call",
            "critical",
            "db-1",
            "Ann Lee",
            "Saturday 10 January, 03:14 (Europe/Vienna)",
            "free: 0 %",
            "https://wiki.example.com/disk",
            "https://graphs.example.com/1.png",
        ):
            assert words in body
    assert "Open incident</a>" in mail.html


async def test_what_a_mail_has_no_room_for_is_counted(channel: Email, smtp_inbox: Inbox) -> None:
    many = [disk(number=number) for number in range(1, 11)]
    await channel.send(about(*many, further=250), "ann@example.com")

    (mail,) = smtp_inbox.mails
    assert mail["Subject"] == "[Tocsin] 260 triggered incidents"
    assert "And 250 more." in mail.text
    assert "And 250 more." in mail.html


async def test_several_incidents_are_one_mail_that_lists_them_all(
    channel: Email, smtp_inbox: Inbox
) -> None:
    seven = [disk(number=n, html_url=f"https://oncall.example.com/{n}") for n in range(1, 8)]

    await channel.send(about(*seven[:3]), "ann@example.com")
    await channel.send(about(*seven), "ann@example.com")

    three, many = smtp_inbox.mails
    assert three["Subject"] == "[Tocsin] 3 triggered incidents"
    assert many["Subject"] == "[Tocsin] 7 triggered incidents"
    assert many["References"] is None
    for n in range(1, 8):
        assert f"#{n} Disk full" in many.text
        assert f"https://oncall.example.com/{n}" in many.text
        assert f'href="https://oncall.example.com/{n}"' in many.html
    assert three.html.count("Open incident</a>") == 3


async def test_whoever_wants_short_mails_gets_two_lines(channel: Email, smtp_inbox: Inbox) -> None:
    await channel.send(about(DISK, short=True), "ann@example.com")

    (mail,) = smtp_inbox.mails
    assert mail.html == ""
    assert mail.text.splitlines() == [
        "#12 Disk full on db-1 (Checkout, High urgency)",
        DISK.html_url,
    ]


async def test_a_status_update_may_bring_its_own_mail(channel: Email, smtp_inbox: Inbox) -> None:
    notice = Notice(person="Ben", note="Back", subject="Checkout is back", html="<h1>Back</h1>")
    update = about(DISK, kind="status_update", notice=notice, title="Status update", body="Back")
    await channel.send(update, "ann@example.com")

    (mail,) = smtp_inbox.mails
    assert mail["Subject"] == "[Tocsin] Checkout is back"
    assert (mail.html.strip(), mail.text.strip()) == ("<h1>Back</h1>", "Back")


async def test_an_incident_of_low_urgency_is_not_marked_important(
    channel: Email, smtp_inbox: Inbox
) -> None:
    await channel.send(about(disk(urgency="low")), "ann@example.com")

    assert smtp_inbox.mails[0]["Importance"] is None


async def test_no_text_of_an_alert_can_write_a_header_or_markup(
    channel: Email, smtp_inbox: Inbox
) -> None:
    evil = disk(
        title="a\r\nBcc: eve@example.org\r\n\r\n<script>\x00\ud800" + "x" * 5000,
        service="<img src=x>",
        links=(Link("javascript:alert(1)", "click"), Link('https://e.example/"><b>', "b")),
        images=(Image("data:text/html,x"),),
        details="\x1b[31m</pre><b>",
    )
    delivery = await channel.send(
        about(evil, recipient="Ann\r\nBcc: eve@example.org"), "ann@example.com"
    )

    (mail,) = smtp_inbox.mails
    assert delivery.ok
    assert mail["Bcc"] is None
    assert len(mail["Subject"]) == 200
    assert "\x00" not in mail.text + mail.html
    assert "\x1b" not in mail.text + mail.html
    for markup in (
        "<script>",
        "<img src=x>",
        "</pre><b>",
        'href="javascript',
        'src="data',
        '"><b>',
    ):
        assert markup not in mail.html


async def test_an_unwritable_address_is_refused_for_good(channel: Email, smtp_inbox: Inbox) -> None:
    for address in ("", "ann", "ann@", "@example.com", "a@b\r\nRCPT TO:<e@x>", "a b@example.com"):
        delivery = await channel.send(MESSAGE, address)
        assert (delivery.ok, delivery.retry) == (False, False)

    assert smtp_inbox.connections == 0


async def test_addresses_and_names_may_be_written_in_any_script(
    channel: Email, smtp_inbox: Inbox
) -> None:
    delivery = await channel.send(about(DISK, recipient="Ægir Þór, 太郎"), "jörg@example.com")

    assert delivery.ok
    assert smtp_inbox.mails[0].envelope_to == "jörg@example.com"
    assert "太郎" in smtp_inbox.mails[0]["To"]


@pytest.mark.parametrize(
    ("answer", "retry"),
    [
        ("550 5.1.1 no such user", False),
        ("551 moved", False),
        ("553 bad name", False),
        ("552 mailbox full", True),
        ("450 mailbox busy", True),
        ("451 try later", True),
    ],
)
async def test_a_refused_address_is_tried_again_only_if_the_code_says_so(
    channel: Email, smtp_inbox: Inbox, answer: str, retry: bool
) -> None:
    smtp_inbox.at_rcpt = lambda _: answer

    delivery = await channel.send(MESSAGE, "ann@example.com")

    assert (delivery.ok, delivery.retry, delivery.detail) == (False, retry, answer)


@pytest.mark.parametrize(
    ("answer", "retry"),
    [("554 5.7.1 we do not like you", False), ("421 closing", True), ("452 disk", True)],
)
async def test_a_refused_mail_is_tried_again_only_if_the_code_says_so(
    channel: Email, smtp_inbox: Inbox, answer: str, retry: bool
) -> None:
    smtp_inbox.at_data = answer

    delivery = await channel.send(MESSAGE, "ann@example.com")

    assert (delivery.ok, delivery.retry, delivery.detail) == (False, retry, answer)


async def test_without_a_server_it_is_worth_another_try(channel: Email, smtp_inbox: Inbox) -> None:
    await smtp_inbox.stop()

    delivery = await channel.send(MESSAGE, "ann@example.com")

    assert (delivery.ok, delivery.retry) == (False, True)
    assert delivery.detail


async def test_one_connection_carries_many_mails_and_a_lost_one_is_replaced(
    channel: Email, smtp_inbox: Inbox
) -> None:
    for _ in range(5):
        await channel.send(MESSAGE, "ann@example.com")
    assert smtp_inbox.connections == 1

    await smtp_inbox.stop()
    await smtp_inbox.start()
    await asyncio.sleep(0.05)

    assert (await channel.send(MESSAGE, "ann@example.com")).ok
    assert (smtp_inbox.connections, len(smtp_inbox.mails)) == (2, 6)


async def test_mails_at_the_same_time_share_a_few_connections(
    channel: Email, smtp_inbox: Inbox
) -> None:
    await asyncio.gather(*(channel.send(MESSAGE, f"a{n}@example.com") for n in range(20)))

    assert len(smtp_inbox.mails) == 20
    assert smtp_inbox.connections <= 8


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
@pytest.mark.parametrize("password", ["right", "wrong"])
async def test_a_server_that_wants_a_password_gets_it(smtp_inbox: Inbox, password: str) -> None:
    smtp_inbox.login = ("tocsin", "right")
    server = MailServer(
        host="127.0.0.1", port=smtp_inbox.port, username="tocsin", password=password
    )

    delivery = await Email(server).send(MESSAGE, "ann@example.com")

    await server.close()
    assert (delivery.ok, delivery.retry) == (password == "right", False)


@pytest.mark.parametrize(
    ("starttls", "ok"), [("never", True), ("offered", True), ("always", False)]
)
async def test_a_certificate_of_nobody_is_accepted_only_where_none_is_demanded(
    smtp_inbox: Inbox, tmp_path: Path, starttls: str, ok: bool
) -> None:
    smtp_inbox.tls = own_certificate(tmp_path)
    server = MailServer(host="127.0.0.1", port=smtp_inbox.port, starttls=starttls)

    delivery = await Email(server).send(MESSAGE, "ann@example.com")

    await server.close()
    assert (delivery.ok, delivery.retry) == (ok, not ok)
    assert smtp_inbox.was_encrypted == (starttls == "offered")


def own_certificate(folder: Path) -> ssl.SSLContext:
    """Return a server's TLS with a certificate that nobody vouches for."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "inbox.example.com")])
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(datetime(2020, 1, 1, tzinfo=UTC))
        .not_valid_after(datetime(2100, 1, 1, tzinfo=UTC))
        .sign(key, hashes.SHA256())
    )
    file = folder / "both.pem"
    file.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
        + certificate.public_bytes(Encoding.PEM)
    )
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(file)
    return context
