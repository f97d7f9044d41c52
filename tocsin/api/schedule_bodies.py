"""Schedules as clients send them: the lowest layer first."""

from datetime import time, tzinfo
from typing import Literal
from zoneinfo import ZoneInfo

import msgspec
from msgspec import UNSET, UnsetType

from tocsin.api.incoming import Ref
from tocsin.api.ranges import instant_of
from tocsin.api.team_shapes import team_ids_of
from tocsin.domain.duty.schedule import Layer, Restriction
from tocsin.kit.zones import is_zone
from tocsin.usecases.duty.schedules import Wish
from tocsin.usecases.errors import Invalid


class _Restriction(msgspec.Struct, frozen=True, kw_only=True):
    type: Literal["daily_restriction", "weekly_restriction"]
    start_time_of_day: time
    duration_seconds: int
    start_day_of_week: int | None = None


class _Turn(msgspec.Struct, frozen=True):
    user: Ref


class _Layer(msgspec.Struct, frozen=True, kw_only=True):
    id: str = ""
    name: str = ""
    start: str
    end: str | None = None
    rotation_virtual_start: str
    rotation_turn_length_seconds: int
    users: tuple[_Turn, ...]
    restrictions: tuple[_Restriction, ...] = ()


class ScheduleBody(msgspec.Struct, frozen=True, kw_only=True):
    """What may be said of a schedule."""

    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    time_zone: str | UnsetType = UNSET
    schedule_layers: tuple[_Layer, ...] | UnsetType = UNSET
    teams: tuple[Ref, ...] | UnsetType = UNSET


def schedule_wish(body: ScheduleBody, account_zone: tzinfo) -> Wish:
    """Return what is wished for. Times without an offset are the schedule's, if it says where."""
    layers = body.schedule_layers
    zone = _zone(body.time_zone) or account_zone
    return Wish(
        name=body.name,
        description=body.description,
        time_zone=body.time_zone,
        layers=layers if isinstance(layers, UnsetType) else tuple(_layer(x, zone) for x in layers),
        team_ids=UNSET if isinstance(body.teams, UnsetType) else team_ids_of(body.teams),
    )


def user_id_of(ref: Ref) -> str:
    """Return whom a reference names. Raises Invalid unless it names a user."""
    if ref.kind != "user":
        raise Invalid("Only users can be on call in a schedule.")
    return ref.id


def _zone(name: str | UnsetType) -> ZoneInfo | None:
    return None if isinstance(name, UnsetType) or not is_zone(name) else ZoneInfo(name)


def _layer(body: _Layer, zone: tzinfo) -> Layer:
    virtual_start = body.rotation_virtual_start
    return Layer(
        id=body.id,
        name=body.name,
        start=instant_of("Layer start", body.start, zone),
        end=instant_of("Layer end", body.end, zone) if body.end else None,
        rotation_virtual_start=instant_of("Rotation virtual start", virtual_start, zone),
        turn_seconds=body.rotation_turn_length_seconds,
        user_ids=tuple(user_id_of(turn.user) for turn in body.users),
        restrictions=tuple(_restriction(restriction) for restriction in body.restrictions),
    )


def _restriction(body: _Restriction) -> Restriction:
    return Restriction(
        kind="daily" if body.type == "daily_restriction" else "weekly",
        start_time=body.start_time_of_day.replace(microsecond=0, tzinfo=None),
        duration_seconds=body.duration_seconds,
        start_day_of_week=body.start_day_of_week or None,
    )
