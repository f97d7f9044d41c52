"""Filters of the list of incidents: read from its address, and written into those of others."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Final, Literal, TypeVar, get_args
from urllib.parse import urlencode

import msgspec
from msgspec.structs import replace
from starlette.datastructures import QueryParams

from tocsin.domain.people.user import Urgency
from tocsin.kit.text import is_digits
from tocsin.usecases.response.choices import Choices
from tocsin.usecases.response.glances import Shown, Sorting, Wanted, Whose
from tocsin.web.days import date_in, first_instant, read_date

Word = TypeVar("Word", bound=str)

LONGEST_SEARCH: Final = 200
MOST_WORDS: Final = 8
_DAY: Final = timedelta(days=1)
LONGEST_NUMBER: Final = 15  # digits

SORTINGS: Final = (
    ("urgency", "Most urgent first"),
    ("newest", "Newest first"),
    ("oldest", "Oldest first"),
)


class Filters(msgspec.Struct, frozen=True, kw_only=True, rename={"words": "q"}):
    """What an address asks for, by the names that its query uses; empty asks for nothing."""

    status: Shown = "open"
    whose: Whose = "all"
    urgency: Urgency | Literal[""] = ""
    service: str = ""
    person: str = ""
    since: str = ""
    until: str = ""
    words: str = ""
    sort: Sorting | Literal[""] = ""

    @property
    def sorting(self) -> Sorting:
        """The order, also if none is asked for."""
        return self.sort or _usual(self.status)

    @property
    def number(self) -> str | None:
        """The number of an incident, if that is what is searched for."""
        return read_number(self.words)

    @property
    def narrowed(self) -> Sequence[str]:
        """The names of those that leave something out, besides status and whose."""
        names = ("words", "urgency", "service", "person", "since", "until")
        return [name for name in names if getattr(self, name)]

    def wanted(self, me: str, zone: str) -> Wanted:
        """Return what is wanted; dates are days of this zone."""
        return Wanted(
            me=me,
            shown=self.status,
            whose=self.whose,
            urgency=self.urgency or None,
            service_id=self.service or None,
            user_id=self.person or None,
            since=_begin(self.since, zone),
            until=_begin(self.until, zone, after=True),
            words=tuple(self.words.split())[:MOST_WORDS],
            sorting=self.sorting,
        )

    def address(self, **changes: str) -> str:
        """Return the address of a list like this one."""
        query = replace(self, **changes).query
        return f"/incidents?{query}" if query else "/incidents"

    def part(self, page: int) -> str:
        """Return the address of a part of this list."""
        if page == 1:
            return self.address()
        return f"/incidents?{self.query}{'&' if self.query else ''}page={page}"

    def before(self, at: datetime, zone: str) -> str:
        """Return the address of a list like this one that ends with the day of an instant."""
        return self.address(until=f"{date_in(zone, at):%Y-%m-%d}")

    @property
    def query(self) -> str:
        """What of the address differs from that of the plain list."""
        asked, plain = msgspec.to_builtins(self), msgspec.to_builtins(Filters())
        return urlencode({name: text for name, text in asked.items() if text != plain[name]})

    def told(self, choices: Choices) -> Iterator[tuple[str, str]]:
        """Say what the list is narrowed to, each with the address of the list without that."""
        services, people = dict(choices.services), dict(choices.people)
        sentences = {
            "words": f"“{self.words}”",
            "urgency": f"{self.urgency.capitalize()} urgency",
            "service": services.get(self.service, "A service that is gone"),
            "person": people.get(self.person, "Somebody who is gone"),
            "since": f"From {self.since}",
            "until": f"Until {self.until}",
        }
        for name in self.narrowed:
            yield sentences[name], replace(self, **{name: ""}).address()


def read_number(text: str) -> str | None:
    """Return the number of an incident as somebody wrote it, with its sign or without."""
    digits = text.strip().removeprefix("#")
    return digits if is_digits(digits, LONGEST_NUMBER) else None


def read_filters(query: QueryParams) -> Filters:
    """Read an address; what makes no sense in it asks for nothing."""
    status: Shown = _one_of(query.get("status", ""), get_args(Shown), "open")
    sort = _one_of(query.get("sort", ""), get_args(Sorting), "")
    return Filters(
        status=status,
        whose=_one_of(query.get("whose", ""), get_args(Whose), "all"),
        urgency=_one_of(query.get("urgency", ""), get_args(Urgency), ""),
        service=_id(query.get("service", "")),
        person=_id(query.get("person", "")),
        since=_day(query.get("since", "")),
        until=_day(query.get("until", "")),
        words=" ".join(query.get("q", "").replace("\0", "").split())[:LONGEST_SEARCH],
        sort="" if sort == _usual(status) else sort,
    )


def _usual(status: Shown) -> Sorting:
    """Return the order in which people look at such incidents: what is over is seldom urgent."""
    return "newest" if status in {"resolved", "all"} else "urgency"


def _one_of(text: str, known: tuple[Word, ...], otherwise: Word) -> Word:
    return next((word for word in known if word == text), otherwise)


def _id(text: str) -> str:
    return text if text.isascii() and text.isalnum() else ""


def _day(text: str) -> str:
    return text if read_date(text) and len(text) == 10 else ""


def _begin(text: str, zone: str, *, after: bool = False) -> datetime | None:
    """Return when a day begins or, ``after`` it, when the next one does."""
    if not text:
        return None
    return first_instant(date.fromisoformat(text) + (_DAY if after else timedelta()), zone)
