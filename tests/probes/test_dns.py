"""DNS: records, asked of a name server of our own."""

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from typing import cast

import pytest
from dns import flags, message, rcode, resolver, rrset

from tests.probes.conftest import Looks
from tocsin.domain.monitoring.monitor import Dns, RecordKind
from tocsin.probes import dns

ZONE = {
    ("shop.example.com.", "A"): ("192.0.2.2", "192.0.2.1"),
    ("shop.example.com.", "AAAA"): ("2001:db8::1",),
    ("shop.example.com.", "MX"): ("10 mail.example.com.", "20 backup.example.com."),
    ("shop.example.com.", "TXT"): ('"v=spf1 " "-all"',),
    ("shop.example.com.", "CAA"): ('0 issue "ca.example.org"',),
    ("_sip._tcp.example.com.", "SRV"): ("1 2 5060 sip.example.com.",),
}


class _Server(asyncio.DatagramProtocol):
    transport: asyncio.DatagramTransport

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        query = message.from_wire(data)
        (question,) = query.question
        name, kind = question.name.to_text(), question.rdtype.name
        if name == "silent.example.com.":
            return
        reply = message.make_response(query)
        reply.flags |= flags.RA
        if name.endswith(".broken."):
            reply.set_rcode(rcode.SERVFAIL)
        elif not any(known == name for known, _ in ZONE):
            reply.set_rcode(rcode.NXDOMAIN)
        elif records := ZONE.get((name, kind)):
            reply.answer.append(rrset.from_text(name, 60, "IN", kind, *records))
        self.transport.sendto(reply.to_wire(), addr)


@pytest.fixture(autouse=True)
async def name_server(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[None]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(_Server, local_addr=("127.0.0.1", 0))
    monkeypatch.setattr(dns, "PORT", transport.get_extra_info("sockname")[1])
    yield
    transport.close()


@pytest.mark.parametrize(
    ("name", "record", "expects", "records"),
    [
        ("shop.example.com", "A", ("192.0.2.1",), ["192.0.2.1", "192.0.2.2"]),
        ("shop.example.com.", "AAAA", (), ["2001:db8::1"]),
        ("shop.example.com", "MX", ("mail.example.com", "20 Backup.example.com."),
         ["10 mail.example.com.", "20 backup.example.com."]),
        ("shop.example.com", "TXT", ("v=spf1 -all",), ['"v=spf1 " "-all"']),
        ("shop.example.com", "CAA", ("0 issue ca.example.org",), ['0 issue "ca.example.org"']),
        ("_sip._tcp.example.com", "SRV", ("5060 sip.example.com",), ["1 2 5060 sip.example.com."]),
    ],
)  # fmt: skip
async def test_records_are_found_and_compared_as_people_write_them(
    look_at: Looks, name: str, record: RecordKind, expects: tuple[str, ...], records: list[str]
) -> None:
    target = Dns(name=name, record=record, server="127.0.0.1", expects=expects)

    found = await look_at(target)

    assert found.fault == ""
    assert found.values["records"] == records
    assert found.values["record_count"] == len(records)


@pytest.mark.parametrize(
    ("target", "kind", "fault"),
    [
        (
            Dns(name="shop.example.com", server="127.0.0.1", expects=("192.0.2.1", "192.0.2.9")),
            "content",
            'The record "192.0.2.9" of shop.example.com is missing',
        ),
        (
            Dns(name="shop.example.com", record="TXT", server="127.0.0.1", expects=("-all",)),
            "content",
            'The record "-all" of shop.example.com is missing',
        ),
        (Dns(name="no.example.com", server="127.0.0.1"), "dns", "no.example.com does not exist"),
        (
            Dns(name="shop.example.com", record="NS", server="127.0.0.1"),
            "dns",
            "shop.example.com has no NS record",
        ),
        (
            Dns(name="shop.broken", server="127.0.0.1"),
            "dns",
            "No name server can tell the records of shop.broken",
        ),
        (
            Dns(name="silent.example.com", server="127.0.0.1"),
            "timeout",
            "No answer within 1 second",
        ),
        (
            Dns(name="shop.example.com", server="ns.invalid"),
            "dns",
            "The name ns.invalid is not known",
        ),
        (
            Dns(name="shop.example.com", server="169.254.169.253"),
            "refused",
            "169.254.169.253 has no address that Tocsin may reach",
        ),
    ],
)
async def test_what_is_wrong_is_told(look_at: Looks, target: Dns, kind: str, fault: str) -> None:
    found = await look_at(target, seconds=1)

    assert (found.fault_kind, found.fault) == (kind, fault)


async def test_a_name_that_cannot_be_asked_for_is_told(look_at: Looks) -> None:
    found = await look_at(Dns(name=f"{'a' * 64}.example.com", server="127.0.0.1"))

    assert found.fault_kind == "dns"
    assert "cannot be asked for" in found.fault


async def test_without_a_server_the_one_of_the_system_is_asked(
    look_at: Looks,
) -> None:
    with (
        socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as deaf,
        pytest.MonkeyPatch.context() as patch,
    ):
        deaf.settimeout(0)
        deaf.bind(("127.0.0.1", 0))
        patch.setattr(resolver.BaseResolver, "read_resolv_conf", _system(deaf.getsockname()[1]))
        found = await look_at(Dns(name="shop.example.com"), seconds=0.3)
        assert b"shop" in deaf.recv(1000)

    assert (found.fault_kind, found.fault) == ("timeout", "No answer within 0.3 seconds")


def _system(port: int) -> Callable[[resolver.BaseResolver, object], None]:
    def read(asked: resolver.BaseResolver, _: object) -> None:
        asked.nameservers, asked.port = ["127.0.0.1"], port

    return read
