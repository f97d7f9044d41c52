"""Escalation policies as they look on the wire."""

from collections.abc import Collection, Mapping
from typing import Any, Final

from tocsin.api.shapes import Links
from tocsin.api.team_shapes import teams_shape
from tocsin.domain.duty.escalation_policy import Rule
from tocsin.usecases.duty.escalation_policies import Known

Wholes = Mapping[str, dict[str, Any]]

STRATEGIES: Final = "escalation_rule_assignment_strategies"
_NOTHING: Final[Wholes] = {}


def escalation_policy_shape(
    links: Links, known: Known, wholes: Wholes = _NOTHING, includes: Collection[str] = ()
) -> dict[str, Any]:
    """Return a policy. What ``wholes`` holds by its id takes the place of a reference."""
    policy = known.policy
    services = ((id_, links.ref("service", id_, name)) for id_, name in known.services)
    return links.head("escalation_policy", policy.id, policy.name) | {
        "name": policy.name,
        "description": policy.description,
        "num_loops": policy.num_loops,
        "on_call_handoff_notifications": policy.on_call_handoff_notifications,
        "escalation_rules": [
            _rule(links, known, rule, wholes) | (_strategy(rule) if STRATEGIES in includes else {})
            for rule in policy.rules
        ],
        "services": [wholes.get(id_, reference) for id_, reference in services],
        "teams": teams_shape(links, known.teams, includes),
    }


def _rule(links: Links, known: Known, rule: Rule, wholes: Wholes) -> dict[str, Any]:
    targets = ((t.id, links.ref(t.kind, t.id, known.name_of(t))) for t in rule.targets)
    return {
        "id": rule.id,
        "escalation_delay_in_minutes": rule.delay_minutes,
        "targets": [wholes.get(id_, reference) for id_, reference in targets],
    }


def _strategy(rule: Rule) -> dict[str, Any]:
    return {"escalation_rule_assignment_strategy": {"type": rule.strategy}}
