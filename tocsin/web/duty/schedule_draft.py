"""Drafts: a schedule as the fields of a form hold it, whatever was typed, and what buttons change.

A layer's fields are called ``0-name``, ``0-user`` (one for each person, in their order) and so on;
those of its restrictions ``0-0-opens`` and so on.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar
from zoneinfo import ZoneInfo

import msgspec
from msgspec.structs import replace

from tocsin.domain.duty.schedule import Layer, Restriction, Schedule
from tocsin.web.instants import draft_instant
from tocsin.web.visit import Form

MOST_LAYERS: Final = 50
MOST_WINDOWS: Final = 30
UNITS: Final[Mapping[str, int]] = {"weeks": 604_800, "days": 86_400, "hours": 3600, "seconds": 1}

_DO: Final = re.compile(r"([a-z]+(?:-[a-z]+)*)((?:-\d{1,3})*)")

Item = TypeVar("Item")


class WindowDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A restriction: when it opens and closes, each day, or each week on these days."""

    kind: str = "daily"
    opens_day: str = "1"
    opens: str = "18:00"
    closes_day: str = "2"
    closes: str = "08:00"


class LayerDraft(msgspec.Struct, frozen=True, kw_only=True):
    """A layer. ``id`` is empty while it is new; instants are what clocks of the schedule show."""

    id: str = ""
    name: str = ""
    user_ids: tuple[str, ...] = ()
    rotation: str = "weekly"
    count: str = "2"
    unit: str = "weeks"
    time: str = "09:00"
    day: str = "1"
    start: str = ""
    start_which: str = ""
    end: str = ""
    end_which: str = ""
    windows: tuple[WindowDraft, ...] = ()


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A schedule, the layer that counts least first."""

    name: str = ""
    description: str = ""
    time_zone: str = ""
    team_id: str = ""
    layers: tuple[LayerDraft, ...] = ()


def blank(zone: str, now: datetime, team_id: str = "") -> Draft:
    """Return what a new schedule begins with."""
    return Draft(time_zone=zone, team_id=team_id, layers=(_blank_layer(zone, now),))


def draft_of(schedule: Schedule, now: datetime) -> Draft:
    """Return the fields of a schedule. Layers that are over are left out: they stay as they are."""
    zone = schedule.time_zone
    layers = (layer for layer in schedule.layers if layer.end is None or layer.end > now)
    return Draft(
        name=schedule.name,
        description=schedule.description or "",
        time_zone=zone,
        team_id=next(iter(schedule.team_ids), ""),
        layers=tuple(_layer_draft(layer, zone) for layer in layers),
    )


def read_draft(form: Form) -> Draft:
    """Read what was typed. A person who was chosen to be added is added."""
    return Draft(
        name=form.get("name", ""),
        description=form.get("description", ""),
        time_zone=form.get("time_zone", ""),
        team_id=form.get("team", ""),
        layers=tuple(_read_layers(form)),
    )


def press(draft: Draft, do: str, zone: str, now: datetime) -> Draft:
    """Return what a button makes of a draft; one that means nothing changes nothing."""
    match = _DO.fullmatch(do)
    verb = _VERBS.get(match[1]) if match else None
    if match is None or verb is None:
        return draft
    numbers = [int(part) for part in match[2].split("-")[1:]]
    try:
        return verb(draft, zone, now, *numbers)
    except (IndexError, TypeError):  # what it speaks of is not there
        return draft


def _layer_draft(layer: Layer, zone: str) -> LayerDraft:
    virtual = layer.rotation_virtual_start.astimezone(ZoneInfo(zone))
    rotation, count, unit = _turn_draft(layer.turn_seconds)
    made = LayerDraft(
        id=layer.id,
        name=layer.name,
        user_ids=layer.user_ids,
        rotation=rotation,
        count=count,
        unit=unit,
        time=_clock(virtual),
        day=str(virtual.isoweekday()),
        windows=tuple(map(_window_draft, layer.restrictions)),
    )
    end = draft_instant("end", layer.end, zone) if layer.end else {}
    return replace(made, **draft_instant("start", layer.start, zone), **end)


def _turn_draft(seconds: int) -> tuple[str, str, str]:
    plain = {604_800: "weekly", 86_400: "daily"}
    unit, length = next((name, size) for name, size in UNITS.items() if seconds % size == 0)
    count = seconds // length
    return plain.get(seconds, "custom"), str(count if seconds not in plain else 2), unit


def _window_draft(restriction: Restriction) -> WindowDraft:
    first = restriction.start_day_of_week or 1
    opens = datetime.combine(datetime(2024, 1, first), restriction.start_time)  # a Monday: the 1st
    closes = opens + timedelta(seconds=restriction.duration_seconds)
    return WindowDraft(
        kind=restriction.kind,
        opens_day=str(opens.isoweekday()),
        opens=_clock(opens),
        closes_day=str(closes.isoweekday()),
        closes=_clock(closes),
    )


def _clock(at: datetime) -> str:
    return f"{at:%H:%M:%S}" if at.second else f"{at:%H:%M}"


def _blank_layer(zone: str, now: datetime) -> LayerDraft:
    return replace(LayerDraft(), **draft_instant("start", now, zone))


def _read_layers(form: Form) -> Iterator[LayerDraft]:
    for number in range(MOST_LAYERS):
        prefix = f"{number}-"
        if f"{prefix}start" not in form:
            return
        chosen = (*form.getlist(f"{prefix}user"), form.get(f"{prefix}add", ""))
        yield LayerDraft(
            **_read(form, prefix, LayerDraft, but=("user_ids", "windows")),
            user_ids=tuple(filter(None, chosen)),
            windows=tuple(_read_windows(form, prefix)),
        )


def _read_windows(form: Form, prefix: str) -> Iterator[WindowDraft]:
    for number in range(MOST_WINDOWS):
        if f"{prefix}{number}-opens" not in form:
            return
        yield WindowDraft(**_read(form, f"{prefix}{number}-", WindowDraft))


def _read(form: Form, prefix: str, kind: type[Any], but: tuple[str, ...] = ()) -> dict[str, Any]:
    names = (name for name in kind.__struct_fields__ if name not in but)
    return {name: form[prefix + name] for name in names if prefix + name in form}


def _add_layer(draft: Draft, zone: str, now: datetime) -> Draft:
    return replace(draft, layers=(*draft.layers, _blank_layer(zone, now)))


def _remove_layer(draft: Draft, _zone: str, _now: datetime, layer: int) -> Draft:
    return replace(draft, layers=_without(draft.layers, layer))


def _raise_layer(draft: Draft, _zone: str, _now: datetime, layer: int) -> Draft:
    return replace(draft, layers=_swapped(draft.layers, layer, layer + 1))


def _lower_layer(draft: Draft, _zone: str, _now: datetime, layer: int) -> Draft:
    return replace(draft, layers=_swapped(draft.layers, layer, layer - 1))


def _in_layer(
    change: Callable[..., LayerDraft],
) -> Callable[..., Draft]:
    """Let a verb change one layer, whose number comes first."""

    def verb(draft: Draft, _zone: str, _now: datetime, layer: int, *numbers: int) -> Draft:
        changed = change(draft.layers[layer], *numbers)
        return replace(
            draft, layers=tuple(changed if n == layer else x for n, x in enumerate(draft.layers))
        )

    return verb


def _earlier(layer: LayerDraft, person: int) -> LayerDraft:
    return replace(layer, user_ids=_swapped(layer.user_ids, person, person - 1))


def _later(layer: LayerDraft, person: int) -> LayerDraft:
    return replace(layer, user_ids=_swapped(layer.user_ids, person, person + 1))


def _remove(layer: LayerDraft, person: int) -> LayerDraft:
    return replace(layer, user_ids=_without(layer.user_ids, person))


def _add_window(layer: LayerDraft) -> LayerDraft:
    return replace(layer, windows=(*layer.windows, WindowDraft()))


def _remove_window(layer: LayerDraft, window: int) -> LayerDraft:
    return replace(layer, windows=_without(layer.windows, window))


def _swapped(items: tuple[Item, ...], one: int, other: int) -> tuple[Item, ...]:
    """Let two change places. Raises IndexError if one of them is not there."""
    if min(one, other) < 0:
        raise IndexError(one)
    changed = list(items)
    changed[one], changed[other] = changed[other], changed[one]
    return tuple(changed)


def _without(items: tuple[Item, ...], number: int) -> tuple[Item, ...]:
    return items[:number] + items[number + 1 :]


_VERBS: Final[Mapping[str, Callable[..., Draft]]] = {
    "add-layer": _add_layer,
    "remove-layer": _remove_layer,
    "raise-layer": _raise_layer,
    "lower-layer": _lower_layer,
    "up": _in_layer(_earlier),
    "down": _in_layer(_later),
    "remove": _in_layer(_remove),
    "add-window": _in_layer(_add_window),
    "remove-window": _in_layer(_remove_window),
}
