"""The quarantine: requests that could not be accepted, for people to look at."""

from collections.abc import Mapping
from typing import Final

import msgspec
from starlette.responses import Response

from tocsin.kit.text import printable
from tocsin.usecases.intake import quarantine
from tocsin.usecases.intake.quarantine import Kept, Kind
from tocsin.web.lists import address_of_part, cut, page_asked, part_of
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.upkeep.health import size
from tocsin.web.visit import Visit

MOST_DUMPED: Final = 4096  # bytes of a body that is no text
WIDTH: Final = 16  # bytes on a line of a dump


class Why(msgspec.Struct, frozen=True):
    """A kind of reason in words: on a tab, and as an explanation with what to do."""

    name: str
    sentence: str
    remedy: str


KINDS: Final[Mapping[Kind, Why]] = {
    "unknown_key": Why(
        "Unknown key",
        "No integration has the key that this was sent with.",
        "Compare how the key begins with the keys of your integrations. Then give the sender the"
        " right key, or add the integration that it was made for.",
    ),
    "unreadable": Why(
        "Not understood",
        "It arrived at the address of an integration, and no event could be read from it.",
        "Look at what was sent: the sender may speak another format than the integration, or leave"
        " out what every event needs.",
    ),
    "unstorable": Why(
        "Cannot be stored",
        "The event was understood, and the database cannot hold what it says.",
        "Look for signs that no text may hold, or for figures beyond all measure, and mend the"
        " sender.",
    ),
    "callback": Why(
        "Callback",
        "It came to the address at which a provider calls, and was not signed as it signs, or could"
        " not be understood. Nothing was done about it.",
        "Compare the secrets and the addresses that the provider has with those that are set up"
        " here. If they are right, somebody else sent it.",
    ),
}


async def list_quarantine(visit: Visit) -> Response:
    """Show what is in quarantine, the newest first, of one kind or all."""
    page, kind = page_asked(visit), _kind(visit)
    part = part_of(page)
    found = await quarantine.find_headings(visit.house, kind, part)
    counts = await quarantine.count(visit.house)
    shown, has_more = cut(found)
    return show(
        visit,
        "quarantine.html",
        found=shown,
        kinds=KINDS,
        kind=kind,
        kind_of=quarantine.kind_of,
        counts=counts,
        total=counts.total(),
        size=size,
        page=page,
        has_more=has_more,
        address=lambda number: address_of_part("/quarantine", number, reason=kind),
        days=visit.house.account.keep_quarantine,
    )


async def show_stray(visit: Visit) -> Response:
    """Show one request with its body."""
    kept = await quarantine.get(visit.house, visit.parameter("id"))
    kind, (text, is_dump) = quarantine.kind_of(kept.reason, kept.path), body_of(kept)
    return show(
        visit,
        "stray.html",
        kept=kept,
        kind=kind,
        why=KINDS[kind],
        text=text,
        is_dump=is_dump,
        kept_size=size(len(kept.body)),
        whole_size=size(kept.body_bytes),
        dumped=size(MOST_DUMPED),
    )


def body_of(kept: Kept) -> tuple[str, bool]:
    """Write a body as text, or, where it is none, as a dump of its bytes; say which."""
    is_cut = len(kept.body) < kept.body_bytes
    try:
        return printable(kept.body.decode()), False
    except UnicodeDecodeError as error:
        if is_cut and error.end == len(kept.body):  # the cut went through a character
            return printable(kept.body.decode(errors="ignore")), False
    return dump(kept.body[:MOST_DUMPED]), True


def dump(body: bytes) -> str:
    """Write bytes in lines: where they stand, as figures, and as characters."""
    lines = (body[start : start + WIDTH] for start in range(0, len(body), WIDTH))
    return "\n".join(
        f"{number * WIDTH:04x}  {line.hex(' '):{WIDTH * 3}} {_characters(line)}"
        for number, line in enumerate(lines)
    )


def _characters(line: bytes) -> str:
    return "".join(chr(byte) if 32 <= byte < 127 else "." for byte in line)


def _kind(visit: Visit) -> Kind | None:
    asked = visit.query.get("reason", "")
    return next((kind for kind in KINDS if kind == asked), None)


PAGES: Final = (
    Page("GET", "/quarantine", list_quarantine, "manage"),
    Page("GET", "/quarantine/{id}", show_stray, "manage"),
)
