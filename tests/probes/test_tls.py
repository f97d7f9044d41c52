"""TLS: how long a certificate holds, why none is believed, and how TLS is asked for."""

from datetime import timedelta

import pytest

from tests.conftest import open_folder
from tests.probes.authority import NOW, Authority
from tests.probes.conftest import Looks
from tests.probes.site import running
from tests.probes.talk import talking
from tocsin.domain.monitoring.monitor import StartTls, Tls

POSTGRES = "\x04\xd2\x16\x2f"  # the end of its request for TLS


async def test_a_handshake_tells_of_the_certificate(look_at: Looks, authority: Authority) -> None:
    async with running(authority.context()) as site:
        found = await look_at(Tls(host="127.0.0.1", port=site.port))

    assert found.ok
    assert found.values["certificate_days"] == pytest.approx(30, abs=0.1)
    assert found.values["protocol"] == "TLSv1.3"
    assert found.values["issuer"] == "Trust of Example"


async def test_the_certificate_of_another_name_may_be_asked_for(
    look_at: Looks, authority: Authority
) -> None:
    async with running(authority.context(host="shop.example.com")) as site:
        target = Tls(host="127.0.0.1", port=site.port, server_name="shop.example.com")
        found, other = await look_at(target), await look_at(Tls(host="127.0.0.1", port=site.port))

    assert found.ok
    assert other.fault_kind == "certificate"
    assert other.fault == "The certificate of 127.0.0.1 is for shop.example.com"
    assert other.values["certificate_days"] == pytest.approx(30, abs=0.1)


async def test_a_certificate_that_has_expired_is_told_with_its_day(
    look_at: Looks, authority: Authority
) -> None:
    expired = NOW - timedelta(days=1)
    async with running(authority.context(starts=NOW - timedelta(9), expires=expired)) as site:
        found = await look_at(Tls(host="127.0.0.1", port=site.port))

    day = f"{expired.day} {expired:%B %Y}"
    assert (found.ok, found.fault_kind) == (False, "certificate")
    assert found.fault == f"The certificate of 127.0.0.1 expired on {day}"


async def test_a_certificate_that_is_not_valid_yet_is_told_with_its_day(
    look_at: Looks, authority: Authority
) -> None:
    starts = NOW + timedelta(days=3)
    async with running(authority.context(starts=starts)) as site:
        found = await look_at(Tls(host="127.0.0.1", port=site.port))

    day = f"{starts.day} {starts:%B %Y}"
    assert found.fault == f"The certificate of 127.0.0.1 is not valid before {day}"


async def test_a_certificate_that_signs_itself_is_not_believed(
    look_at: Looks, authority: Authority
) -> None:
    async with running(authority.context(by_itself=True)) as site:
        found = await look_at(Tls(host="127.0.0.1", port=site.port))

    assert found.fault == "The certificate of 127.0.0.1 is signed by nobody but itself"


async def test_a_certificate_of_an_unknown_authority_is_not_believed(look_at: Looks) -> None:
    with open_folder() as folder:
        context = Authority(folder, "Nobody").context()
    async with running(context) as site:
        found = await look_at(Tls(host="127.0.0.1", port=site.port))

    assert found.fault == (
        "The certificate of 127.0.0.1, signed by Nobody, leads to no authority that is known here"
    )


async def test_a_certificate_for_another_use_is_not_believed(
    look_at: Looks, authority: Authority
) -> None:
    async with running(authority.context(for_clients=True)) as site:
        found = await look_at(Tls(host="127.0.0.1", port=site.port))

    assert found.fault_kind == "certificate"
    assert found.fault.startswith("The certificate of 127.0.0.1 cannot be believed: ")


@pytest.mark.parametrize(
    ("kind", "turns"),
    [
        (
            "smtp",
            (
                ("", "220-mail.example.com\r\n220 at your service"),
                ("EHLO", "250-mail.example.com\r\n250-STARTTLS\r\n250 HELP"),
                ("STARTTLS", "220 go ahead"),
            ),
        ),
        ("imap", (("", "* OK ready"), ("a STARTTLS", "* CAPABILITY none\r\na OK begin"))),
        ("pop3", (("", "+OK ready"), ("STLS", "+OK begin"))),
        ("ftp", (("", "220-Welcome\r\n to all\r\n220 ready"), ("AUTH TLS", "234 begin"))),
        ("postgres", ((POSTGRES, "S"),)),
    ],
)
async def test_tls_is_asked_for_as_each_protocol_wants_it(
    look_at: Looks, authority: Authority, kind: StartTls, turns: tuple[tuple[str, str], ...]
) -> None:
    async with talking(*turns, tls=authority.context()) as port:
        found = await look_at(Tls(host="127.0.0.1", port=port, start_tls=kind))

    assert (found.fault, found.ok) == ("", True)
    assert found.values["certificate_days"] == pytest.approx(30, abs=0.1)


@pytest.mark.parametrize(
    ("kind", "turns", "fault"),
    [
        (
            "pop3",
            (("", "+OK ready"), ("STLS", "-ERR what?")),
            "The server offers no TLS by pop3: -ERR what?",
        ),
        ("smtp", (("", "554 go away"),), "The server offers no TLS by smtp: 554 go away"),
        ("smtp", (("", "x" * 70_000),), "The server's answer has no end"),
        ("postgres", ((POSTGRES, "N"),), "The server offers no TLS by postgres: N"),
        ("imap", (("", "* OK ready"),), "127.0.0.1 broke off the connection"),
    ],
)
async def test_a_server_without_tls_is_told(
    look_at: Looks, kind: StartTls, turns: tuple[tuple[str, str], ...], fault: str
) -> None:
    async with talking(*turns) as port:
        found = await look_at(Tls(host="127.0.0.1", port=port, start_tls=kind))

    assert found.fault == fault
    assert found.fault_kind in {"tls", "connection"}


async def test_what_speaks_something_else_is_told(look_at: Looks) -> None:
    async with talking(("", "220 mail.example.com at your service")) as port:
        found = await look_at(Tls(host="127.0.0.1", port=port))

    assert found.fault_kind == "tls"
    assert found.fault.startswith("No TLS with 127.0.0.1: ")
