"""Escalation policies: who is woken, and who next when nobody answers."""

from collections.abc import Callable, Sequence
from typing import Any, Final, Literal

import msgspec
from msgspec import UNSET, UnsetType

from tocsin.api.incoming import Ref
from tocsin.api.policy_shapes import STRATEGIES, escalation_policy_shape
from tocsin.api.resources.services import service_shape
from tocsin.api.resources.users import user_shape
from tocsin.api.rest import Call, Resource
from tocsin.api.schedule_shapes import View, schedule_shape
from tocsin.api.team_shapes import TEAMS, team_ids_of
from tocsin.domain.duty.escalation_policy import Strategy, Target, TargetKind
from tocsin.usecases.duty import escalation_policies, schedules
from tocsin.usecases.duty.escalation_policies import Filter, Known, RuleWish, Wish
from tocsin.usecases.errors import Invalid
from tocsin.usecases.intake import services
from tocsin.usecases.people import users

ESCALATION_POLICIES = Resource("/escalation_policies", scope="escalation_policies")

_KINDS: Final[dict[str, TargetKind]] = {
    "user": "user",
    "schedule": "schedule",
    "schedule_v3": "schedule",
}


class _Strategy(msgspec.Struct, frozen=True):
    type: Strategy


class _Rule(msgspec.Struct, frozen=True, kw_only=True):
    id: str = ""
    escalation_delay_in_minutes: int
    targets: tuple[Ref, ...]
    # The reference has a word here; the Terraform provider sends and expects an object.
    escalation_rule_assignment_strategy: Strategy | _Strategy | None = None


class _Policy(msgspec.Struct, frozen=True, kw_only=True):
    name: str | UnsetType = UNSET
    description: str | UnsetType | None = UNSET
    num_loops: int | UnsetType = UNSET
    escalation_rules: tuple[_Rule, ...] | UnsetType = UNSET
    on_call_handoff_notifications: Literal["if_has_services", "always"] | UnsetType = UNSET
    teams: tuple[Ref, ...] | UnsetType = UNSET


@ESCALATION_POLICIES.lists("listEscalationPolicies")
async def list_escalation_policies(call: Call) -> dict[str, Any]:
    """List escalation policies by name."""
    page = call.query.page()
    asked = Filter(
        search=call.query.text("query"),
        user_ids=call.query.many("user_ids"),
        team_ids=call.query.many("team_ids"),
        descending=call.query.sorting("name") == (("name", True),),
    )
    found, total = await escalation_policies.find(call.house, asked, page.part)
    shape = await _shaper(call, found)
    return page.wrap("escalation_policies", found, shape, total=total)


@ESCALATION_POLICIES.creates("createEscalationPolicy")
async def create_escalation_policy(call: Call) -> dict[str, Any]:
    """Make an escalation policy."""
    wish = _wish(call.body(_Policy, "escalation_policy"))
    return await _whole(call, await escalation_policies.create(call.house, wish))


@ESCALATION_POLICIES.gets("getEscalationPolicy")
async def get_escalation_policy(call: Call, id: str) -> dict[str, Any]:
    """Show an escalation policy."""
    return await _whole(call, await escalation_policies.get(call.house, id))


@ESCALATION_POLICIES.updates("updateEscalationPolicy")
async def update_escalation_policy(call: Call, id: str) -> dict[str, Any]:
    """Change an escalation policy; incidents that climb it keep their own copy."""
    wish = _wish(call.body(_Policy, "escalation_policy"))
    return await _whole(call, await escalation_policies.change(call.house, id, wish))


@ESCALATION_POLICIES.deletes("deleteEscalationPolicy")
async def delete_escalation_policy(call: Call, id: str) -> None:
    """Take away an escalation policy that no service uses."""
    await escalation_policies.remove(call.house, id)


async def _shaper(call: Call, found: Sequence[Known]) -> Callable[[Known], dict[str, Any]]:
    """Return what shapes these policies, after reading whatever ``include[]`` asks for."""
    includes = call.query.includes("services", "targets", TEAMS, STRATEGIES)
    wholes: dict[str, dict[str, Any]] = {}
    if "services" in includes:
        ids = (id_ for known in found for id_, _ in known.services)
        whole = await services.get_many(call.house, ids, call.now)
        wholes |= {id_: service_shape(call, one) for id_, one in whole.items()}
    if "targets" in includes:
        wholes |= await _whole_targets(call, found)

    def shape(known: Known) -> dict[str, Any]:
        return escalation_policy_shape(call.links, known, wholes, includes)

    return shape


async def _whole_targets(call: Call, found: Sequence[Known]) -> dict[str, dict[str, Any]]:
    view = View(links=call.links, now=call.now, parts=())
    people = await users.get_many(call.house, {id_ for known in found for id_ in known.users})
    paged = await schedules.get_many(
        call.house, {id_ for known in found for id_ in known.schedules}
    )
    return {id_: user_shape(call, one) for id_, one in people.items()} | {
        id_: schedule_shape(view, one) for id_, one in paged.items()
    }


async def _whole(call: Call, known: Known) -> dict[str, Any]:
    shape = await _shaper(call, [known])
    return {"escalation_policy": shape(known)}


def _wish(body: _Policy) -> Wish:
    rules = body.escalation_rules
    return Wish(
        name=body.name,
        description=body.description,
        num_loops=body.num_loops,
        rules=rules if isinstance(rules, UnsetType) else tuple(_rule(rule) for rule in rules),
        on_call_handoff_notifications=body.on_call_handoff_notifications,
        team_ids=UNSET if isinstance(body.teams, UnsetType) else team_ids_of(body.teams),
    )


def _rule(body: _Rule) -> RuleWish:
    strategy = body.escalation_rule_assignment_strategy
    return RuleWish(
        id=body.id,
        delay_minutes=body.escalation_delay_in_minutes,
        targets=tuple(dict.fromkeys(_target(ref) for ref in body.targets)),
        strategy=strategy.type if isinstance(strategy, _Strategy) else strategy,
    )


def _target(ref: Ref) -> Target:
    if ref.kind not in _KINDS:
        raise Invalid("Escalation rule targets must be users or schedules.")
    return Target(_KINDS[ref.kind], ref.id)
