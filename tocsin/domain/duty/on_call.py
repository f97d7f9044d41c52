"""On-call: which people a policy would page, at which level, from when until when."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta

import msgspec

from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.duty.lookup import runs, stack, whole
from tocsin.domain.duty.rendering import look_up, render, to_shift
from tocsin.domain.duty.schedule import FOREVER, Gap, Schedule, Shift
from tocsin.domain.duty.wall_time import to_datetime, to_instant

_INSTANT = timedelta(microseconds=1)  # the shortest interval
_ALWAYS = datetime.min.replace(tzinfo=UTC)  # since when a person named by a policy is on call


class OnCall(msgspec.Struct, frozen=True, kw_only=True):
    """A person who is on call for one level of a policy; levels are counted from 1.

    ``schedule_id`` None: the policy names the person, who is always on call. ``start`` and ``end``
    are those of the whole shift, and None where it has none.
    """

    policy_id: str
    level: int
    user_id: str
    schedule_id: str | None = None
    start: datetime | None = None
    end: datetime | None = None


def who(
    policy: EscalationPolicy,
    schedules: Mapping[str, Schedule],
    users: Collection[str],
    since: datetime,
    until: datetime,
) -> Iterator[OnCall]:
    """Find who is on call for a policy at any time between the bounds, level by level.

    ``since`` equal to ``until`` asks about that instant. Only the given ``users`` appear.
    """
    found = _find(policy, schedules, since, max(until, since + _INSTANT))
    return (row for row in found if row.user_id in users)


def keep_earliest(rows: Iterable[OnCall]) -> tuple[OnCall, ...]:
    """Keep, for each person on each level of each policy, the row that begins first."""
    kept: dict[tuple[str, int, str], OnCall] = {}
    for row in rows:
        key = (row.policy_id, row.level, row.user_id)
        kept[key] = min(kept.get(key, row), row, key=_begin)
    return tuple(kept.values())


def next_on_call(
    schedule: Schedule, user_id: str, now: datetime, horizon: timedelta
) -> Shift | None:
    """Return a person's present shift, or else the next to begin before ``now + horizon``."""
    lookup = look_up(schedule)
    ahead = runs(lookup, to_instant(now), to_instant(now + horizon))
    run = next((run for run in ahead if run.user_id == user_id), None)
    return to_shift(whole(lookup, run)) if run else None


def uncovered(
    policy: EscalationPolicy,
    schedules: Mapping[str, Schedule],
    users: Collection[str],
    since: datetime,
    until: datetime,
) -> tuple[Gap, ...]:
    """Return when nobody at all is on call for a policy, at whatever level, within the bounds."""
    targets = {target for rule in policy.rules for target in rule.targets}
    if any(target.kind == "user" and target.id in users for target in targets):
        return ()
    lookups = [look_up(schedules[target.id]) for target in targets if target.id in schedules]
    return tuple(
        Gap(start=to_datetime(run.start), end=to_datetime(run.end))
        for run in runs(stack(lookups), to_instant(since), to_instant(until))
        if not run.user_id
    )


def _find(
    policy: EscalationPolicy, schedules: Mapping[str, Schedule], since: datetime, until: datetime
) -> Iterator[OnCall]:
    for level, rule in enumerate(policy.rules, start=1):
        for target in rule.targets:
            if target.kind == "user":
                yield OnCall(policy_id=policy.id, level=level, user_id=target.id)
            elif target.id in schedules:
                for shift in render(schedules[target.id], since, until, overflow=True):
                    yield OnCall(
                        policy_id=policy.id,
                        level=level,
                        user_id=shift.user_id,
                        schedule_id=target.id,
                        start=shift.start,
                        end=None if shift.end == FOREVER else shift.end,
                    )


def _begin(row: OnCall) -> datetime:
    return row.start or _ALWAYS
