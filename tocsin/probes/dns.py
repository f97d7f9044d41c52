"""DNS: the records of a name, and whether those that are expected are among them."""

from typing import Final

from dns import asyncresolver, exception, resolver
from dns.rdata import Rdata

from tocsin.domain.monitoring.monitor import Dns
from tocsin.kit.text import shortened
from tocsin.probes.facing import facing
from tocsin.probes.look import Fault, Look
from tocsin.probes.reading import quoted

PORT: Final = 53
MOST_RECORDS: Final = 50
LONGEST_RECORD: Final = 500
_WITH_RANK: Final = ("MX", "SRV")  # numbers stand before the name


async def measure(target: Dns, look: Look) -> None:
    """Ask for the records."""
    try:
        asked = await _resolver(target, look)
        # Until the look itself ends.
        answer = await asked.resolve(
            target.name, target.record, lifetime=2 * look.timeout, search=False
        )
    except exception.DNSException as error:
        raise _fault_of(error, target) from error
    records = [_written(record) for record in answer]
    look.learn(records=sorted(records)[:MOST_RECORDS], record_count=len(records))
    for expected in target.expects:
        if not any(_is(record, expected, target) for record in records):
            raise Fault("content", f"The record {quoted(expected)} of {target.name} is missing")


async def _resolver(target: Dns, look: Look) -> asyncresolver.Resolver:
    asked = asyncresolver.Resolver(configure=not target.server)
    if target.server:
        async with facing(target.server, PORT, look):
            asked.nameservers = list(await look.tools.outbound.resolve(target.server))
        asked.port = PORT
    return asked


def _fault_of(error: exception.DNSException, target: Dns) -> Fault:
    match error:
        case resolver.NXDOMAIN():
            return Fault("dns", f"{target.name} does not exist")
        case resolver.NoAnswer():
            return Fault("dns", f"{target.name} has no {target.record} record")
        case resolver.NoNameservers():
            return Fault("dns", f"No name server can tell the records of {target.name}")
        case _:
            return Fault("dns", f"{target.name} cannot be asked for: {error}")


def _written(record: Rdata) -> str:
    return shortened(record.to_text(), LONGEST_RECORD)


def _is(record: str, expected: str, target: Dns) -> bool:
    """Compare as people write: in any case, without the last full stop and without quotes."""
    found, wanted = _plain(record), _plain(expected)
    return found == wanted or (target.record in _WITH_RANK and found.endswith(f" {wanted}"))


def _plain(record: str) -> str:
    return record.replace('" "', "").replace('"', "").rstrip(".").lower()
