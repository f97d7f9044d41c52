"""The quarantine: what arrived and fitted nowhere, or was not believed, for people to look at."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from typing import Final, Literal
from urllib.parse import quote_plus

import msgspec

from tocsin.domain.masking import DOTS, hide
from tocsin.kit.ids import new_id
from tocsin.kit.text import printable
from tocsin.store.driver import driver
from tocsin.store.intake.quarantine import (
    CALLBACKS,
    HEADINGS,
    HINT,
    IS_CALLBACK,
    NEWEST_FIRST,
    QUARANTINE,
    Heading,
    Kept,
    count_reasons,
)
from tocsin.store.writes import Stray, Writes, flush
from tocsin.usecases.errors import NotFound
from tocsin.usecases.house import House
from tocsin.usecases.intake.batch import UNKNOWN_KEY
from tocsin.usecases.intake.ingest import UNSTORABLE
from tocsin.usecases.parts import Part, read_part

__all__ = [
    "Heading",
    "Kept",
    "Kind",
    "StrangeCall",
    "count",
    "find",
    "find_headings",
    "find_like",
    "get",
    "keep",
    "kind_of",
]

Kind = Literal["unknown_key", "unreadable", "unstorable", "callback"]
MOST_HEADERS: Final = 4096  # characters

_KIND_OF: Final[Mapping[str, Kind]] = {UNKNOWN_KEY: "unknown_key", UNSTORABLE: "unstorable"}


class StrangeCall(msgspec.Struct, frozen=True, kw_only=True):
    """A callback that was not believed or not understood, and why.

    ``secrets`` are those that its sender is known by; what of them stands in it is not kept. The
    path has no query, which may hold a token.
    """

    path: str
    sender: str
    headers: Mapping[str, str]
    body: bytes
    why: str
    secrets: Collection[str] = ()


def kind_of(reason: str, path: str) -> Kind:
    """Say which kind of reason this is; whatever else a reader of events says is unreadable."""
    return "callback" if path.startswith(CALLBACKS) else _KIND_OF.get(reason, "unreadable")


async def keep(house: House, call: StrangeCall, now: datetime) -> None:
    """Keep a callback, without secrets."""
    lines = "\n".join(f"{name}: {value}" for name, value in call.headers.items())
    secrets = {way(secret) for secret in call.secrets for way in (str, quote_plus)}
    stray = Stray(
        id=new_id("Q"),
        at=now,
        reason=call.why,
        path=call.path,
        sender=call.sender,
        key_hint="",
        headers=printable(hide(lines, secrets))[:MOST_HEADERS],
        body=_hide(call.body, secrets),
    )
    async with house.database.begin() as tx:
        await flush(await driver(tx), Writes(strays=[stray]))


async def find(house: House, part: Part) -> tuple[list[Kept], int | None]:
    """List strays, the newest first."""
    async with house.database.read() as tx:
        return await read_part(tx, QUARANTINE, part, order_by=NEWEST_FIRST)


async def find_headings(house: House, kind: Kind | None, part: Part) -> list[Heading]:
    """List strays without their bodies, of one kind or of all, the newest first."""
    reasons = [reason for reason, known in _KIND_OF.items() if known == kind]
    c = HEADINGS.c.reason
    where = {
        None: (),
        "callback": (IS_CALLBACK,),
        "unreadable": (c.not_in(_KIND_OF), ~IS_CALLBACK),
    }.get(kind, (c.in_(reasons), ~IS_CALLBACK))
    async with house.database.read() as tx:
        found, _ = await read_part(tx, HEADINGS, part, *where, order_by=NEWEST_FIRST)
    return found


async def count(house: House) -> Counter[Kind]:
    """Count the strays of each kind."""
    async with house.database.read() as tx:
        events, callbacks = await count_reasons(tx)
    kinds: Counter[Kind] = Counter()
    kinds["callback"] = callbacks
    for reason, number in events.items():
        kinds[_KIND_OF.get(reason, "unreadable")] += number
    return kinds


async def find_like(house: House, keys: Iterable[str], most: int) -> list[Kept]:
    """List the newest strays whose keys begin as one of these: all of them that is kept."""
    hints = {key[:HINT] for key in keys}
    async with house.database.read() as tx:
        where = QUARANTINE.c.key_hint.in_(sorted(hints))
        return await QUARANTINE.select(tx, where, order_by=NEWEST_FIRST, limit=most)


async def get(house: House, id_: str) -> Kept:
    """Read one stray."""
    async with house.database.read() as tx:
        kept = await QUARANTINE.get(tx, id_)
    if kept is None:
        raise NotFound("Quarantined request", id_)
    return kept


def _hide(body: bytes, secrets: Collection[str]) -> bytes:
    """Mask secrets, in what is no text those alone that are known."""
    try:
        return hide(body.decode(), secrets).encode()
    except UnicodeDecodeError:
        for secret in filter(None, secrets):
            body = body.replace(secret.encode(), DOTS.encode())
        return body
