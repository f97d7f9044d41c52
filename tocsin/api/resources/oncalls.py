"""On-calls: who is on call, for which escalation policy, at which level."""

from collections.abc import Iterable, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from tocsin.api.policy_shapes import escalation_policy_shape
from tocsin.api.ranges import range_of
from tocsin.api.resources.users import user_shape
from tocsin.api.rest import Call, Resource
from tocsin.api.schedule_shapes import View, schedule_shape, user_ref
from tocsin.domain.duty.on_call import OnCall
from tocsin.domain.duty.schedule import Range
from tocsin.kit.instants import write_local
from tocsin.usecases.duty import escalation_policies, oncalls, schedules
from tocsin.usecases.duty.board import Plan
from tocsin.usecases.duty.oncalls import Query
from tocsin.usecases.people import users

ONCALLS = Resource("/oncalls", scope="oncalls")

_DIRECT: Final = "null"  # among schedule ids: the people whom a policy names itself


@ONCALLS.lists("listOnCalls")
async def list_oncalls(call: Call) -> dict[str, Any]:
    """List who is on call at any time between two bounds, or now."""
    page = call.query.page()
    zone = call.query.zone() or ZoneInfo(call.house.account.time_zone)
    most = None if page.wants_total else page.offset + page.fetch
    rows, plan = await oncalls.find(call.house, _query(call), call.now, most=most)
    wholes = await _read_wholes(call, rows[page.offset :][: page.limit])

    def shape(row: OnCall) -> dict[str, Any]:
        return _shape(call, plan, row, zone) | _included(row, wholes)

    return page.cut("oncalls", rows, shape)


def _query(call: Call) -> Query:
    schedule_ids = _filter(call, "schedule_ids")
    return Query(
        asked=_range(call),
        user_ids=_filter(call, "user_ids"),
        policy_ids=_filter(call, "escalation_policy_ids"),
        schedule_ids=schedule_ids,
        direct=schedule_ids is None or _DIRECT in schedule_ids,
        earliest=call.query.flag("earliest"),
    )


def _filter(call: Call, name: str) -> frozenset[str] | None:
    return frozenset(call.query.many(name)) or None


def _range(call: Call) -> Range:
    """Return the time that is asked about: both bounds are now unless they are given."""
    zone, now = ZoneInfo(call.house.account.time_zone), call.now
    since, until = call.query.instant("since", zone), call.query.instant("until", zone)
    return range_of(since or min(now, until or now), until or max(now, since or now))


async def _read_wholes(call: Call, rows: Iterable[OnCall]) -> dict[str, dict[str, Any]]:
    """Return by their ids the things that are wanted as a whole instead of as references."""
    includes, links = call.query.includes("escalation_policies", "schedules", "users"), call.links
    wholes: dict[str, dict[str, Any]] = {}
    if "escalation_policies" in includes:
        policies = await escalation_policies.get_many(call.house, (row.policy_id for row in rows))
        wholes |= {id_: escalation_policy_shape(links, one) for id_, one in policies.items()}
    if "schedules" in includes:
        ids = (row.schedule_id for row in rows if row.schedule_id)
        view = View(links=links, now=call.now, parts=())
        found = await schedules.get_many(call.house, ids)
        wholes |= {id_: schedule_shape(view, one) for id_, one in found.items()}
    if "users" in includes:
        people = await users.get_many(call.house, (row.user_id for row in rows))
        wholes |= {id_: user_shape(call, one) for id_, one in people.items()}
    return wholes


def _included(row: OnCall, wholes: Mapping[str, dict[str, Any]]) -> dict[str, Any]:
    named = {"escalation_policy": row.policy_id, "schedule": row.schedule_id, "user": row.user_id}
    return {name: wholes[id_] for name, id_ in named.items() if id_ and id_ in wholes}


def _shape(call: Call, plan: Plan, row: OnCall, zone: ZoneInfo) -> dict[str, Any]:
    links, schedule_id = call.links, row.schedule_id
    policy = plan.policies[row.policy_id]
    schedule = plan.schedules[schedule_id] if schedule_id else None
    return {
        "escalation_policy": links.ref("escalation_policy", policy.id, policy.name),
        "escalation_level": row.level,
        "schedule": links.ref("schedule", schedule.id, schedule.name) if schedule else None,
        "user": user_ref(links, plan.users, row.user_id),
        "start": write_local(row.start, zone) if row.start else None,
        "end": write_local(row.end, zone) if row.end else None,
    }
