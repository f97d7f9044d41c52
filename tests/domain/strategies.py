"""What the tests of schedules share: every zone, short ways to say things, and random schedules."""

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo, available_timezones

from hypothesis import strategies as st

from tocsin.domain.duty.schedule import Layer, Override, Restriction, Revision, Schedule, Shift
from tocsin.domain.duty.wall_time import to_datetime, to_instant, wall_clock

ZONES = sorted(available_timezones())
FROM = datetime(2010, 1, 1, tzinfo=UTC)
TO = datetime(2040, 1, 1, tzinfo=UTC)
HOUR = 3600
DAY = 24 * HOUR
WEEK = 7 * DAY
USERS = ("ALICE", "BOB", "CAROL", "DAVE")


def at(text: str, zone: str = "UTC") -> datetime:
    """Return the instant at which clocks in a zone first show ``2025-03-30 09:00``."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).astimezone(UTC)


def a_layer(
    start: datetime,
    *users: str,
    name: str = "LAYER",
    turn: int = DAY,
    end: datetime | None = None,
    virtual_start: datetime | None = None,
    restrictions: tuple[Restriction, ...] = (),
) -> Layer:
    """Return a layer that takes daily turns from its start on, unless told otherwise."""
    return Layer(
        id=name,
        name=name.title(),
        start=start,
        end=end,
        rotation_virtual_start=virtual_start or start,
        turn_seconds=turn,
        user_ids=users,
        restrictions=restrictions,
    )


def a_schedule(
    *layers: Layer,
    zone: str = "UTC",
    overrides: tuple[Override, ...] = (),
    past: tuple[Revision, ...] = (),
) -> Schedule:
    """Return a schedule of these layers, the lowest first."""
    return Schedule(
        id="SCHEDULE", name="A", time_zone=zone, layers=layers, overrides=overrides, past=past
    )


def an_override(
    user: str, start: datetime, end: datetime, created: datetime = FROM, name: str = "OVERRIDE"
) -> Override:
    """Return an override."""
    return Override(
        id=name, schedule_id="SCHEDULE", user_id=user, start=start, end=end, created_at=created
    )


def daily(opens: str, hours: float) -> Restriction:
    """Return a restriction to some hours of each day."""
    return Restriction(
        kind="daily", start_time=time.fromisoformat(opens), duration_seconds=int(hours * HOUR)
    )


def weekly(day: int, opens: str, hours: float) -> Restriction:
    """Return a restriction to some hours of each week, from a day counted from Monday, 1."""
    return Restriction(
        kind="weekly",
        start_time=time.fromisoformat(opens),
        duration_seconds=int(hours * HOUR),
        start_day_of_week=day,
    )


def a_shift(user: str, start: datetime, end: datetime) -> Shift:
    """Return a shift."""
    return Shift(user_id=user, start=start, end=end)


def changes(zone: str) -> list[datetime]:
    """Return when a zone changes its offset in the thirty years that the tests cover."""
    starts = wall_clock(zone).starts
    return [to_datetime(s) for s in starts if to_instant(FROM) <= s < to_instant(TO)]


def comes_again(zone: str, moment: datetime) -> bool:
    """Say whether clocks show at this moment what they have shown before."""
    return moment.astimezone(ZoneInfo(zone)).fold == 1


def wall(zone: str, moment: datetime) -> datetime:
    """Return what clocks in the zone show, without a zone."""
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


restless_zones = st.sampled_from([zone for zone in ZONES if changes(zone)])
zones = restless_zones | st.sampled_from(ZONES)
turns = st.sampled_from([HOUR // 2, HOUR, 5 * HOUR, 8 * HOUR, 12 * HOUR, DAY, 36 * HOUR, WEEK])
crews = st.lists(st.sampled_from(USERS), min_size=1, max_size=4).map(tuple)
few_days = st.integers(0, 10 * DAY).map(lambda number: timedelta(seconds=number))


@st.composite
def moments(draw: st.DrawFn, zone: str) -> datetime:
    """Draw an instant within a few days of a change of the zone's offset, if it has one."""
    centre = draw(st.sampled_from(changes(zone) or [at("2025-06-15 00:00")]))
    return centre + draw(few_days) - draw(few_days)


@st.composite
def restrictions(draw: st.DrawFn) -> Restriction:
    """Draw a restriction of either kind, on the half-hour."""
    opens = f"{draw(st.integers(0, 23)):02}:{draw(st.sampled_from(['00', '30']))}"
    if draw(st.booleans()):
        return daily(opens, draw(st.integers(1, 47)) / 2)
    return weekly(draw(st.integers(1, 7)), opens, draw(st.integers(1, 335)) / 2)


@st.composite
def layers(draw: st.DrawFn, zone: str, name: str = "LAYER") -> Layer:
    """Draw a layer that begins, and may end, near a change of the zone's offset."""
    start = draw(moments(zone))
    return a_layer(
        start,
        *draw(crews),
        name=name,
        turn=draw(turns),
        end=draw(st.none() | moments(zone)),
        virtual_start=start - draw(few_days) * draw(st.sampled_from([-1, 1, 50])),
        restrictions=tuple(draw(st.lists(restrictions(), max_size=2))),
    )


@st.composite
def stacks(draw: st.DrawFn, zone: str) -> tuple[Layer, ...]:
    """Draw up to three layers."""
    return tuple(draw(layers(zone, name)) for name in ("LOW", "MID", "TOP")[: draw(_up_to_3)])


@st.composite
def overrides(draw: st.DrawFn, zone: str) -> tuple[Override, ...]:
    """Draw up to three overrides."""
    numbers = range(draw(_up_to_3))
    starts = [draw(moments(zone)) for _ in numbers]
    return tuple(
        an_override(
            draw(st.sampled_from(USERS)),
            starts[number],
            starts[number] + timedelta(minutes=1) + draw(few_days),
            created=FROM + draw(few_days),
            name=f"OVERRIDE{number}",
        )
        for number in numbers
    )


@st.composite
def schedules(draw: st.DrawFn, zone: str) -> Schedule:
    """Draw a schedule with layers, overrides and up to two past revisions."""
    untils = sorted(draw(st.lists(moments(zone), max_size=2)))
    past = [
        Revision(until=until, time_zone=draw(zones), layers=draw(stacks(zone))) for until in untils
    ]
    return a_schedule(
        *draw(stacks(zone)), zone=zone, overrides=draw(overrides(zone)), past=tuple(past)
    )


_up_to_3 = st.integers(0, 3)
