"""Lists in parts: by limit and offset, or by a cursor that remembers where the last part ended."""

import base64
import binascii
from collections.abc import Callable, Sequence
from typing import Any, ClassVar, Final, Self, TypeVar

import msgspec

from tocsin.usecases.errors import Invalid
from tocsin.usecases.parts import Part

MOST: Final = 100
FARTHEST: Final = 10_000

Item = TypeVar("Item")


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a list. Ask the store for ``fetch`` items: one too many tells that more follow."""

    DEFAULT: ClassVar[int] = 25

    limit: int
    offset: int
    wants_total: bool

    @classmethod
    def of(cls, *, limit: int, offset: int, wants_total: bool) -> Self:
        """Cut ``limit`` to what is allowed. Raises Invalid if the page lies too far out."""
        limit = min(limit, MOST)
        if offset + limit > FARTHEST:
            raise Invalid(f"Offset plus limit cannot be greater than {FARTHEST}.")
        return cls(limit=limit, offset=offset, wants_total=wants_total)

    @property
    def fetch(self) -> int:
        """How many items to read from ``offset`` on."""
        return self.limit + 1

    @property
    def part(self) -> Part:
        """What to ask a use case for."""
        return Part(limit=self.fetch, offset=self.offset, counted=self.wants_total)

    def wrap(
        self,
        name: str,
        found: Sequence[Item],
        shape: Callable[[Item], Any],
        *,
        total: int | None = None,
    ) -> dict[str, Any]:
        """Return the body for what was fetched; ``total`` only if it ``wants_total``."""
        return {
            name: [shape(item) for item in found[: self.limit]],
            "limit": self.limit,
            "offset": self.offset,
            "total": total,
            "more": len(found) > self.limit,
        }

    def cut(self, name: str, whole: Sequence[Item], shape: Callable[[Item], Any]) -> dict[str, Any]:
        """Return the body for this part of a list that is at hand as a whole."""
        found = whole[self.offset : self.offset + self.fetch]
        return self.wrap(name, found, shape, total=len(whole) if self.wants_total else None)


class Cursor(msgspec.Struct, frozen=True, kw_only=True):
    """A part of a list that begins after a remembered key, or at the list's beginning."""

    DEFAULT: ClassVar[int] = 25

    limit: int
    after: tuple[str, ...] | None = None

    @classmethod
    def of(cls, *, limit: int, cursor: str | None) -> Self:
        """Read a cursor. Raises Invalid unless it is one of ours."""
        return cls(limit=min(limit, MOST), after=_read(cursor) if cursor else None)

    @property
    def fetch(self) -> int:
        """How many items to read."""
        return self.limit + 1

    def wrap(
        self,
        name: str,
        found: Sequence[Item],
        shape: Callable[[Item], Any],
        *,
        key: Callable[[Item], tuple[str, ...]],
    ) -> dict[str, Any]:
        """Return the body for what was fetched; ``key`` is what a next part begins after."""
        items = found[: self.limit]
        has_more = len(found) > self.limit
        return {
            name: [shape(item) for item in items],
            "limit": self.limit,
            "next_cursor": _write(key(items[-1])) if has_more else None,
        }


def _write(key: tuple[str, ...]) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(key)).decode()


def _read(cursor: str) -> tuple[str, ...]:
    try:
        text = base64.urlsafe_b64decode(cursor.encode())
        key = msgspec.json.decode(text, type=tuple[str, ...])
    except (binascii.Error, UnicodeError, msgspec.MsgspecError):
        key = ("\0",)
    if any("\0" in part for part in key):
        raise Invalid("Cursor is not valid.")
    return key
