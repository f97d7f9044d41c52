"""The query of a REST request, read by type; an empty parameter is none at all."""

from datetime import UTC, datetime, tzinfo
from typing import Final
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from tocsin.api.paging import Cursor, Page
from tocsin.kit.instants import read_instant
from tocsin.kit.zones import is_zone
from tocsin.usecases.errors import Invalid

_FLAGS: Final = {"1": True, "true": True, "0": False, "false": False}


class Query:
    """What stands behind the question mark. Every reader raises Invalid."""

    def __init__(self, raw: bytes) -> None:
        self._values: dict[str, list[str]] = {}
        for name, value in parse_qsl(raw.decode("latin-1")):
            if "\0" in value:
                raise Invalid(f"{_words(name)} cannot hold the character U+0000.")
            self._values.setdefault(name.removesuffix("[]"), []).append(value)

    def text(self, name: str) -> str | None:
        """Return a parameter as it stands; the last one counts."""
        values = self._values.get(name)
        return values[-1] if values else None

    def many(self, name: str) -> tuple[str, ...]:
        """Return every value of ``name[]``, each once; ``name`` without brackets will do."""
        return tuple(dict.fromkeys(self._values.get(name.removesuffix("[]"), ())))

    def many_of(self, name: str, *words: str) -> tuple[str, ...]:
        """Return every value of ``name[]``, if all are among these words."""
        values = self.many(name)
        if not set(values) <= set(words):
            raise Invalid(f"{_words(name)} must be a list of {_listed(words, 'or')}.")
        return values

    def includes(self, *known: str) -> frozenset[str]:
        """Return what ``include[]`` asks for, of what is known here."""
        return frozenset(known) & set(self.many("include"))

    def one_of(self, name: str, *words: str) -> str | None:
        """Return a parameter that must be one of these words."""
        value = self.text(name)
        if value is not None and value not in words:
            raise Invalid(f"{_words(name)} must be {_listed(words, 'or')}.")
        return value

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Return whether a parameter is 1 or true."""
        value = self.text(name)
        if value is None:
            return default
        if value.lower() not in _FLAGS:
            raise Invalid(f"{_words(name)} must be true or false.")
        return _FLAGS[value.lower()]

    def number(self, name: str, default: int, *, least: int = 0) -> int:
        """Return a whole number of at least ``least``."""
        value = self.text(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and len(value) < 10 and int(value) >= least):
            raise Invalid(f"{_words(name)} must be a whole number of at least {least}.")
        return int(value)

    def instant(self, name: str, zone: tzinfo = UTC) -> datetime | None:
        """Return a point in time; without an offset it is ``zone``'s wall time."""
        value = self.text(name)
        try:
            return None if value is None else read_instant(value, zone)
        except ValueError:
            raise Invalid(f"{_words(name)} must be a date or a time in ISO 8601.") from None

    def zone(self, name: str = "time_zone") -> ZoneInfo | None:
        """Return a time zone."""
        value = self.text(name)
        if value is None:
            return None
        if not is_zone(value):
            raise Invalid(f"{_words(name)} must be the name of a time zone.")
        return ZoneInfo(value)

    def sorting(self, *fields: str, name: str = "sort_by") -> tuple[tuple[str, bool], ...]:
        """Return the fields to sort by, each with whether it descends: ``a:asc,b:desc``."""
        wanted = [part.strip().partition(":") for part in (self.text(name) or "").split(",")]
        sorting = []
        for field, _, direction in filter(any, wanted):
            if field not in fields or direction not in {"", "asc", "desc"}:
                raise Invalid(f"{_words(name)} must name {_listed(fields, 'or')}, :asc or :desc.")
            sorting.append((field, direction == "desc"))
        return tuple(sorting)

    def page(self) -> Page:
        """Return which part of a list is asked for by limit and offset."""
        return Page.of(
            limit=self.number("limit", Page.DEFAULT, least=1),
            offset=self.number("offset", 0),
            wants_total=self.flag("total"),
        )

    def cursor(self) -> Cursor:
        """Return which part of a list is asked for by limit and cursor."""
        return Cursor.of(
            limit=self.number("limit", Cursor.DEFAULT, least=1), cursor=self.text("cursor")
        )


def _words(name: str) -> str:
    return name.removesuffix("[]").replace("_", " ").capitalize()


def _listed(words: tuple[str, ...], conjunction: str) -> str:
    *most, last = words
    comma = "," if len(most) > 1 else ""
    return f"{', '.join(most)}{comma} {conjunction} {last}" if most else last
