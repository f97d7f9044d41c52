"""Escalation policies: who is woken, and who next when nobody answers."""

from collections.abc import Collection
from typing import Any, Final, Literal

import msgspec
from msgspec import UNSET, UnsetType

from tocsin.api.incoming import Ref
from tocsin.api.rest import Call, Resource
from tocsin.api.shapes import Links
from tocsin.domain.escalation_policy import Rule, Strategy, Target, TargetKind
from tocsin.usecases import escalation_policies
from tocsin.usecases.errors import Invalid
from tocsin.usecases.escalation_policies import Filter, Known, RuleWish, Wish

ESCALATION_POLICIES = Resource("/escalation_policies", scope="escalation_policies")

STRATEGIES: Final = "escalation_rule_assignment_strategies"
_INCLUDES: Final = ("services", "targets", STRATEGIES)
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


@ESCALATION_POLICIES.lists("listEscalationPolicies")
async def list_escalation_policies(call: Call) -> dict[str, Any]:
    """List escalation policies by name."""
    page = call.query.page()
    if call.query.many("team_ids"):
        return page.cut("escalation_policies", (), dict)
    asked = Filter(
        search=call.query.text("query"),
        user_ids=call.query.many("user_ids"),
        descending=call.query.sorting("name") == (("name", True),),
    )
    includes = call.query.includes(*_INCLUDES)
    found, total = await escalation_policies.find(call.house, asked, page.part)

    def shape(known: Known) -> dict[str, Any]:
        return escalation_policy_shape(call.links, known, includes)

    return page.wrap("escalation_policies", found, shape, total=total)


@ESCALATION_POLICIES.creates("createEscalationPolicy")
async def create_escalation_policy(call: Call) -> dict[str, Any]:
    """Make an escalation policy."""
    wish = _wish(call.body(_Policy, "escalation_policy"))
    return _whole(call, await escalation_policies.create(call.house, wish))


@ESCALATION_POLICIES.gets("getEscalationPolicy")
async def get_escalation_policy(call: Call, id: str) -> dict[str, Any]:
    """Show an escalation policy."""
    return _whole(call, await escalation_policies.get(call.house, id))


@ESCALATION_POLICIES.updates("updateEscalationPolicy")
async def update_escalation_policy(call: Call, id: str) -> dict[str, Any]:
    """Change an escalation policy; incidents that climb it keep their own copy."""
    wish = _wish(call.body(_Policy, "escalation_policy"))
    return _whole(call, await escalation_policies.change(call.house, id, wish))


@ESCALATION_POLICIES.deletes("deleteEscalationPolicy")
async def delete_escalation_policy(call: Call, id: str) -> None:
    """Take away an escalation policy that no service uses."""
    await escalation_policies.remove(call.house, id)


def escalation_policy_shape(
    links: Links, known: Known, includes: Collection[str] = ()
) -> dict[str, Any]:
    """Return an escalation policy as it looks on the wire."""
    policy = known.policy
    return links.head("escalation_policy", policy.id, policy.name) | {
        "name": policy.name,
        "description": policy.description,
        "num_loops": policy.num_loops,
        "on_call_handoff_notifications": policy.on_call_handoff_notifications,
        "escalation_rules": [_rule_shape(links, known, rule, includes) for rule in policy.rules],
        "services": [links.ref("service", id_, name) for id_, name in known.services],
        "teams": [],
    }


def _whole(call: Call, known: Known) -> dict[str, Any]:
    includes = call.query.includes(*_INCLUDES)
    return {"escalation_policy": escalation_policy_shape(call.links, known, includes)}


def _rule_shape(
    links: Links, known: Known, rule: Rule, includes: Collection[str]
) -> dict[str, Any]:
    shape = {
        "id": rule.id,
        "escalation_delay_in_minutes": rule.delay_minutes,
        "targets": [links.ref(t.kind, t.id, known.name_of(t)) for t in rule.targets],
    }
    if STRATEGIES in includes:
        shape["escalation_rule_assignment_strategy"] = {"type": rule.strategy}
    return shape


def _wish(body: _Policy) -> Wish:
    rules = body.escalation_rules
    return Wish(
        name=body.name,
        description=body.description,
        num_loops=body.num_loops,
        rules=rules if isinstance(rules, UnsetType) else tuple(_rule(rule) for rule in rules),
        on_call_handoff_notifications=body.on_call_handoff_notifications,
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
