"""Schedules as pages show them: a picture of some days, and what must be said in words."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

import msgspec

from tocsin.domain.duty.rendering import gaps, render, render_layer, render_overrides
from tocsin.domain.duty.schedule import Gap, Range, Schedule, Shift
from tocsin.domain.duty.watch import Watch, watch_at
from tocsin.domain.people.user import User
from tocsin.usecases.duty.schedules import Known
from tocsin.web.duty.spans import Span
from tocsin.web.duty.timeline import Frame, Line, Picture, draw
from tocsin.web.visit import Visit

GONE: Final = "Somebody who is gone"
FINAL: Final = "On call"
OVERRIDES: Final = "Overrides"


class Scene(msgspec.Struct, frozen=True, kw_only=True):
    """A schedule during some days: the picture, its shifts, and who is on call now."""

    picture: Picture
    shifts: Sequence[Shift]
    gaps: Sequence[Gap]
    watch: Watch
    names: Mapping[str, str]


def stage(visit: Visit, known: Known, span: Span) -> Scene:
    """Look at some days of a schedule."""
    schedule, asked = known.schedule, span.asked
    names = {id_: _name(known.users, id_) for id_ in _in_order(schedule)}
    frame = Frame(
        asked=asked,
        now=visit.now,
        zones=(span.zone, *filter(None, [span.also])),
        names=names,
        scale=span.scale,
        viewer_id=visit.user.id,
    )
    shifts = render(schedule, asked.since, asked.until, overflow=True)
    holes = gaps(schedule, asked.since, asked.until)
    return Scene(
        picture=draw(frame, _lines(schedule, asked, shifts, holes)),
        shifts=shifts,
        gaps=holes,
        watch=watch_at(schedule, visit.now),
        names=names,
    )


def _lines(
    schedule: Schedule, asked: Range, shifts: Sequence[Shift], holes: Sequence[Gap]
) -> Iterator[Line]:
    """Return the rows from the layer that counts least to what comes of them all."""
    bounds = asked.since, asked.until
    for layer in schedule.layers:
        found = render_layer(schedule, layer.id, *bounds, overflow=True)
        if found or layer.end is None or layer.end > asked.since:
            yield Line(name=layer.name, kind="layer", shifts=found)
    taken = render_overrides(schedule, *bounds, overflow=True)
    if taken:
        yield Line(name=OVERRIDES, kind="overrides", shifts=taken)
    yield Line(name=FINAL, kind="final", shifts=shifts, gaps=holes)


def _in_order(schedule: Schedule) -> dict[str, None]:
    """Return whoever may be seen; their order, and so how they look, lasts."""
    stood = [schedule.layers, *(revision.layers for revision in schedule.past)]
    people = [user_id for layers in stood for layer in layers for user_id in layer.user_ids]
    return dict.fromkeys([*people, *(override.user_id for override in schedule.overrides)])


def _name(users: Mapping[str, User], user_id: str) -> str:
    return users[user_id].name if user_id in users else GONE
