"""Lookups: who is on call at an instant, and from when until when nothing about that changes.

A layer, the overrides, a stack of layers and a whole schedule are each such a question, so that
each is made from the smaller ones and all are read in the same way.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from itertools import groupby
from operator import attrgetter

import msgspec

from tocsin.domain.duty.schedule import Override
from tocsin.domain.duty.wall_time import DAY, FIRST_INSTANT, LAST_INSTANT, to_instant

NOBODY = ""


class Span(msgspec.Struct, frozen=True, gc=False):
    """The same person, or NOBODY, from the instant ``start`` until just before ``end``."""

    start: int
    end: int
    user_id: str


Lookup = Callable[[int], Span]

_REACH = 366 * DAY  # a shift still running a year on has no end worth telling
_by_creation = attrgetter("created_at", "id")


def stack(lookups: Sequence[Lookup]) -> Lookup:
    """Lay lookups over each other: the first one that knows somebody hides the rest."""

    def span_at(at: int) -> Span:
        start, end = FIRST_INSTANT, LAST_INSTANT
        for lookup in lookups:
            span = lookup(at)
            start, end = max(start, span.start), min(end, span.end)
            if span.user_id:
                return Span(start, end, span.user_id)
        return Span(start, end, NOBODY)

    return span_at


def chain(ends: Sequence[int], lookup_of: Callable[[int], Lookup]) -> Lookup:
    """Let one lookup follow another: number i counts until ``ends[i]``, one more from then on."""
    edges = (FIRST_INSTANT, *ends, LAST_INSTANT)
    kept = cache(lookup_of)

    def span_at(at: int) -> Span:
        number = bisect_right(ends, at)
        span = kept(number)(at)
        start, end = max(span.start, edges[number]), min(span.end, edges[number + 1])
        return Span(start, end, span.user_id)

    return span_at


def override(overrides: Sequence[Override]) -> Lookup:
    """Of the overrides that count at an instant, ask the one created last."""
    latest_first = sorted(overrides, key=_by_creation, reverse=True)
    spans = [Span(to_instant(o.start), to_instant(o.end), o.user_id) for o in latest_first]
    edges = sorted({edge for span in spans for edge in (span.start, span.end)})
    edges = [FIRST_INSTANT, *edges, LAST_INSTANT]

    def span_at(at: int) -> Span:
        number = bisect_right(edges, at)
        user_id = next((s.user_id for s in spans if s.start <= at < s.end), NOBODY)
        return Span(edges[number - 1], edges[number], user_id)

    return span_at


def runs(lookup: Lookup, since: int, until: int) -> Iterator[Span]:
    """Return each person's time, and each gap, within the two instants."""
    for user_id, spans in groupby(_walk(lookup, since, until), attrgetter("user_id")):
        first, *rest = spans
        last = rest[-1] if rest else first
        yield Span(max(first.start, since), min(last.end, until), user_id)


def whole(lookup: Lookup, run: Span) -> Span:
    """Return a run with the start and end it really has, looking a year each way."""
    return Span(_real_start(lookup, run), _real_end(lookup, run), run.user_id)


def run_from(lookup: Lookup, at: int) -> Span:
    """Return who, or that nobody, is on call from an instant on, and its end, looking a year on."""
    span = lookup(at)
    return Span(at, _real_end(lookup, span), span.user_id)


def _walk(lookup: Lookup, since: int, until: int) -> Iterator[Span]:
    at = since
    while at < until:
        span = lookup(at)
        yield span
        at = span.end


def _real_start(lookup: Lookup, run: Span) -> int:
    start, limit = run.start, max(run.start - _REACH, FIRST_INSTANT)
    while start > limit and (before := lookup(start - 1)).user_id == run.user_id:
        start = before.start
    return start


def _real_end(lookup: Lookup, run: Span) -> int:
    end, limit = run.end, run.end + _REACH
    while end < LAST_INSTANT and (after := lookup(end)).user_id == run.user_id:
        end = after.end if end < limit else LAST_INSTANT
    return end
