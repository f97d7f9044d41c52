"""Attempts to guess a password: each failure makes the next one wait longer, in memory."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from ipaddress import IPv6Address, ip_address, ip_network
from typing import Final

import msgspec


class Patience(msgspec.Struct, frozen=True):
    """How many failures cost nothing, and how long one can have to wait after more of them."""

    free: int
    longest: timedelta


# Whoever fails on purpose must not lock a person out: from another address, theirs, the wait for
# the same e-mail is never longer than a minute.
PATIENCE: Final[Mapping[str, Patience]] = {
    "pair": Patience(5, timedelta(minutes=15)),
    "address": Patience(50, timedelta(minutes=1)),
    "email": Patience(50, timedelta(minutes=1)),
}
FORGOTTEN_AFTER: Final = timedelta(days=1)
MOST: Final = 30_000  # what is kept of the three kinds together; the oldest goes first
DOOR: Final = "door"
LONGEST_EMAIL: Final = 254  # characters of it that are told apart
ONE_HOUSEHOLD: Final = 64  # bits of an IPv6 address that whoever has it cannot choose
_FIRST_WAIT: Final = timedelta(seconds=2)
_DOUBLED_AT_MOST: Final = 10  # times, so that the figure stays small

Key = tuple[str, str, str, str]


class _Past(msgspec.Struct, frozen=True):
    failures: int
    last: datetime


class Attempts:
    """What failed lately, for each pair of e-mail and address, and for each of both."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._past: dict[Key, _Past] = {}

    def begin(self, email: str, address: str, now: datetime, *, at: str = DOOR) -> timedelta:
        """Count an attempt as failed until it is forgiven; if it must wait, say how long instead.

        Counting comes first, so that many at the same time are not all let through. What is
        tried ``at`` one place does not count at another.
        """
        keys = _keys(at, email, address)
        wait = max(self._wait(key, now) for key in keys)
        if wait <= timedelta():
            for key in keys:
                self._count(key, now)
        return wait

    def forgive(self, email: str, address: str, *, at: str = DOOR) -> None:
        """Forget the failures of somebody who knew the password after all.

        Of what others failed at from the same address, only this attempt is taken back.
        """
        pair, from_address, same_email = _keys(at, email, address)
        self._past.pop(pair, None)
        self._past.pop(same_email, None)
        if past := self._past.get(from_address):
            self._past[from_address] = _Past(past.failures - 1, past.last)

    def _wait(self, key: Key, now: datetime) -> timedelta:
        past, patience = self._of(key, now), PATIENCE[key[0]]
        if past.failures < patience.free:
            return timedelta()
        doubled: int = 2 ** min(past.failures - patience.free, _DOUBLED_AT_MOST)
        return past.last + min(_FIRST_WAIT * doubled, patience.longest) - now

    def _count(self, key: Key, now: datetime) -> None:
        failures = self._of(key, now).failures + 1
        self._past.pop(key, None)  # so that it becomes the youngest
        self._past[key] = _Past(failures, now)
        if len(self._past) > self._most:
            del self._past[next(iter(self._past))]

    def _of(self, key: Key, now: datetime) -> _Past:
        past = self._past.get(key)
        return past if past and now - past.last < FORGOTTEN_AFTER else _Past(0, now)


def _keys(at: str, email: str, address: str) -> tuple[Key, ...]:
    email, address = email.strip().lower()[:LONGEST_EMAIL], _network(address)
    return ("pair", at, email, address), ("address", at, "", address), ("email", at, email, "")


def _network(address: str) -> str:
    """Return what stands for all addresses that one guesser can take."""
    try:
        found = ip_address(address)
    except ValueError:
        return address
    if not isinstance(found, IPv6Address):
        return address
    return str(found.ipv4_mapped or ip_network((int(found), ONE_HOUSEHOLD), strict=False))
