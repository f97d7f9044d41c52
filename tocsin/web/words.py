"""Words for people: times, delivery states, and what will happen next."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, available_timezones

import msgspec

from tocsin.domain.duty.schedule import FOREVER
from tocsin.kit.text import printable, shortened
from tocsin.usecases.errors import Complaint

LONGEST_VALUE: Final = 20_000  # characters of one detail of an alert

_MINUTE: Final = timedelta(minutes=1)
_HOUR: Final = timedelta(hours=1)
_DAY: Final = timedelta(days=1)

_NO: Final = ("Etc/", "posix/", "right/", "SystemV/", "US/")  # second names of places

CHANNELS: Final = {
    "email": "e-mail",
    "phone": "telephone",
    "push_notification": "push",
    "google_chat": "Google Chat",
    "sms": "SMS",
    "teams_bot": "Microsoft Teams",
    "teams_workflow": "Microsoft Teams",
    "whatsapp": "WhatsApp",
}


def ago(at: datetime, now: datetime) -> str:
    """Say how far away an instant is: how long at least ago, or in about how long."""
    if at <= now:
        return f"{_length(now - at)} ago" if now - at >= _MINUTE else "just now"
    ahead = at - now + _MINUTE / 2
    return f"in {_length(ahead)}" if ahead >= _MINUTE else "in a moment"


def lasted(span: timedelta) -> str:
    """Say how long something took, or takes so far."""
    return _length(span) if span >= _MINUTE else f"{max(span.seconds, 1)} s"


def exact(at: datetime, zone: str) -> str:
    """Write an instant to the second as a clock in the zone shows it, and name the zone."""
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %Y, %H:%M:%S} ({zone})"


def clock(at: datetime, zone: str, now: datetime) -> str:
    """Write an instant to the minute; the day only if it is not today."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone))
    if local.date() == today.date():
        return f"{local:%H:%M}"
    year = "" if local.year == today.year else f" {local:%Y},"
    return f"{local:%a} {local.day} {local:%b}{year} {local:%H:%M}"


def moment(at: datetime, zone: str) -> str:
    """Write an instant to the minute with its day, in a zone that is named beside it."""
    if at == FOREVER:
        return "no end"
    local = at.astimezone(ZoneInfo(zone))
    return f"{local:%a} {local.day} {local:%b %H:%M}"


def duration(seconds: int) -> str:
    """Write a length of time that somebody chose."""
    for unit, name in ((86_400, "day"), (3600, "h"), (60, "min")):
        if seconds and seconds % unit == 0:
            count = seconds // unit
            return f"{count} {name}{'s' if name == 'day' and count > 1 else ''}"
    return f"{seconds} s"


def join(names: list[str]) -> str:
    """Name several people."""
    return " and ".join(filter(None, (", ".join(names[:-1]), names[-1]))) if names else "nobody"


def channel(kind: str) -> str:
    """Name a way of reaching people."""
    return CHANNELS.get(kind, kind.replace("_", " ").title() if "_" in kind else kind)


def sentence_of(words: str) -> str:
    """Make a sentence of words that also stand within one."""
    words = words.strip().rstrip(",.")
    return f"{first_up(words)}." if words else ""


def first_up(words: str) -> str:
    """Begin with a capital letter what also stands within a sentence, unless it is an address."""
    is_address = "." in words.partition(" ")[0].rstrip(",.")
    return words if is_address else f"{words[:1].upper()}{words[1:]}"


def value(detail: Any) -> str:
    """Write a detail of an alert, of whatever shape."""
    if not isinstance(detail, str):
        detail = msgspec.json.format(msgspec.json.encode(detail), indent=2).decode()
    return shortened(printable(detail), LONGEST_VALUE)


def numbered(summary: str) -> str:
    """Write the summary of an incident, "[#12] Disk full", as pages write numbers and titles."""
    return summary.removeprefix("[").replace("] ", " ", 1) if summary.startswith("[#") else summary


def about(complaint: Complaint | None, label: str) -> Sequence[str]:
    """Return those sentences of a complaint that speak of the field with this label."""
    if complaint is None:
        return ()
    return [told for told in complaint.sentences if _folded(told).startswith(_folded(label))]


@cache
def zones() -> Sequence[str]:
    """Name the time zones that people choose among."""
    places = (zone for zone in available_timezones() if "/" in zone and not zone.startswith(_NO))
    return ("UTC", *sorted(places))


def is_link(href: str | None) -> bool:
    """Say whether an address that somebody sent may be followed."""
    return href is not None and href.lower().startswith(("https://", "http://"))


def host(address: str) -> str:
    """Name whose an address is."""
    return urlsplit(address).netloc


def _folded(text: str) -> str:
    """Fold what is the same word: sentences that programs read too say "email"."""
    return text.lower().replace("e-mail", "email")


def _length(span: timedelta) -> str:
    if span < _HOUR:
        return f"{span // _MINUTE} min"
    if span < 2 * _DAY:
        return f"{span // _HOUR} h"
    return f"{span // _DAY} days"
