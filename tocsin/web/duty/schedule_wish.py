"""Wishes from drafts: fields become layers, or sentences about what cannot be read."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from tocsin.domain.duty.editing import LONGEST_TURN, SHORTEST_TURN
from tocsin.domain.duty.schedule import Layer, Restriction, Schedule
from tocsin.domain.duty.wall_time import to_datetime, to_instant, wall_clock
from tocsin.domain.faults import faults_of_zone
from tocsin.usecases.duty.schedules import Wish
from tocsin.usecases.errors import Invalid
from tocsin.usecases.wishes import refuse
from tocsin.web.duty.schedule_draft import UNITS, Draft, LayerDraft, WindowDraft
from tocsin.web.instants import draft_instant, read_instant
from tocsin.web.numbers import number_in

_DAY: Final = timedelta(days=1)
_WEEK: Final = timedelta(days=7)
_TURNS: Final[Mapping[str, timedelta]] = {"daily": _DAY, "weekly": _WEEK}


def wish_of(draft: Draft, before: Schedule | None) -> Wish:
    """Return what a draft wants a schedule to be. Raises Invalid, with all that cannot be read."""
    refuse(faults_of_zone("Time zone", draft.time_zone))
    known = {layer.id: layer for layer in before.layers} if before else {}
    layers: list[Layer] = []
    faults: list[str] = []
    for number, layer in enumerate(draft.layers, start=1):
        try:
            zone = before.time_zone if before else draft.time_zone
            reader = _Reader(f"Layer {number}", layer, draft.time_zone, known.get(layer.id), zone)
            layers.append(reader.layer())
        except Invalid as complaint:
            faults += complaint.sentences
    if faults:
        raise Invalid(*faults)
    return Wish(
        name=draft.name,
        description=draft.description.strip() or None,
        time_zone=draft.time_zone,
        layers=tuple(layers),
        team_ids=_team_ids(draft, before),
    )


def _team_ids(draft: Draft, before: Schedule | None) -> tuple[str, ...]:
    """Return who answers for it; of several, of whom the form shows one, all stay if it does."""
    if before and draft.team_id in before.team_ids[:1]:
        return before.team_ids
    return (draft.team_id,) if draft.team_id else ()


class _Reader:
    """Reads one layer; ``before`` is how it stands now, on clocks of the zone ``zone_before``."""

    def __init__(
        self, label: str, draft: LayerDraft, zone: str, before: Layer | None, zone_before: str
    ) -> None:
        self._label = label
        self._draft = draft
        self._zone = zone
        self._before = before
        self._zone_before = zone_before

    def layer(self) -> Layer:
        """Return the layer. Raises Invalid."""
        draft, before = self._draft, self._before
        start = self._instant("start", before.start if before else None)
        turn = self._turn()
        return Layer(
            id=draft.id,
            name=draft.name,
            start=start,
            end=self._instant("end", before.end if before else None) if draft.end else None,
            rotation_virtual_start=self._hand_off(start, turn),
            turn_seconds=turn // timedelta(seconds=1),
            user_ids=draft.user_ids,
            restrictions=tuple(map(self._restriction, draft.windows)),
        )

    def _instant(self, name: str, stored: datetime | None) -> datetime:
        """Read an instant; one that was not touched stays what it is, to the microsecond."""
        text, which = getattr(self._draft, name), getattr(self._draft, f"{name}_which")
        if stored:
            same_text, same_which = draft_instant(name, stored, self._zone).values()
            if text == same_text and which in {"", same_which}:
                return stored
        fields = {name: text, f"{name}_which": which}
        return read_instant(fields, f"{self._label} {name}", name, self._zone)

    def _turn(self) -> timedelta:
        draft = self._draft
        if draft.rotation in _TURNS:
            return _TURNS[draft.rotation]
        seconds = number_in(draft.count) * UNITS.get(draft.unit, 0)
        if not SHORTEST_TURN <= seconds <= LONGEST_TURN:
            raise Invalid(f"{self._label} must have turns of one hour to 365 days.")
        return timedelta(seconds=seconds)

    def _hand_off(self, start: datetime, turn: timedelta) -> datetime:
        """Return the hand-off from which turns are counted.

        A layer that exists keeps its count, so that nobody's turn moves but by what was changed;
        a new one begins with its first person.
        """
        at, before = self._time("hand-off", self._draft.time), self._before
        if before is None:
            counted = _on_clock(start, self._zone)
            round_ = _WEEK if _is_weekly(turn) else _DAY
        else:
            counted = _on_clock(before.rotation_virtual_start, self._zone_before)
            round_ = turn * len(self._draft.user_ids) or _WEEK
        hand_off = datetime.combine(self._day_near(counted.date(), turn), at, UTC)
        is_moved = hand_off != counted.replace(microsecond=0) or self._zone != self._zone_before
        if before and before.start == start and not is_moved:
            return before.rotation_virtual_start
        late = hand_off - _on_clock(start, self._zone)
        if late > timedelta():
            hand_off -= -(-late // round_) * round_
        return to_datetime(wall_clock(self._zone).instant(to_instant(hand_off)))

    def _day_near(self, day: date, turn: timedelta) -> date:
        """Return the day of the hand-off in the same week, if turns are counted in weeks."""
        if not _is_weekly(turn):
            return day
        wanted = self._weekday("hand-off", self._draft.day)
        return day + timedelta(days=wanted - day.isoweekday())

    def _restriction(self, window: WindowDraft) -> Restriction:
        opens = self._time("restriction", window.opens)
        length = _since_midnight(self._time("restriction", window.closes)) - _since_midnight(opens)
        if window.kind != "weekly":
            seconds = length % _DAY // timedelta(seconds=1)
            return Restriction(kind="daily", start_time=opens, duration_seconds=seconds)
        first, last = (
            self._weekday("restriction", day) for day in (window.opens_day, window.closes_day)
        )
        length = (length + (last - first) * _DAY) % _WEEK
        return Restriction(
            kind="weekly",
            start_time=opens,
            duration_seconds=length // timedelta(seconds=1),
            start_day_of_week=first,
        )

    def _time(self, what: str, text: str) -> time:
        try:
            return time.fromisoformat(text).replace(microsecond=0, tzinfo=None)
        except ValueError:
            raise Invalid(f"{self._label} {what} must have a time, such as 09:00.") from None

    def _weekday(self, what: str, text: str) -> int:
        if text not in {"1", "2", "3", "4", "5", "6", "7"}:
            raise Invalid(f"{self._label} {what} must have a day of the week.")
        return int(text)


def _is_weekly(turn: timedelta) -> bool:
    return turn % _WEEK == timedelta()


def _on_clock(instant: datetime, zone: str) -> datetime:
    """Return what clocks in a zone show at an instant, as if they were in UTC."""
    return instant.astimezone(ZoneInfo(zone)).replace(tzinfo=UTC)


def _since_midnight(at: time) -> timedelta:
    return timedelta(hours=at.hour, minutes=at.minute, seconds=at.second)
