"""Where the contract contradicts its own examples or its clients: the place in the answer, why.

A place is written as in ``$.incidents[*].resolved_at``.
"""

from typing import Final

_NULL: Final = "The reference says in prose that this may be null."


def _nulls(*places: str) -> dict[str, str]:
    return dict.fromkeys(places, _NULL)


_POLICY: Final = _nulls("$.escalation_policy.description")
_INCLUDED: Final = "The schema forgets that include[] makes wholes of references."
_POLICY_PARTS: Final = {
    "$.escalation_policy.services[*].type": _INCLUDED,
    "$.escalation_policy.escalation_rules[*].escalation_rule_assignment_strategy": (
        "Described as a word; the Terraform provider reads an object."
    ),
}
_SCHEDULE: Final = _nulls(
    "$.schedule.description",
    "$.schedule.schedule_layers[*].end",
    "$.schedule.schedule_layers[*].rendered_coverage_percentage",
    "$.schedule.schedule_layers[*].rendered_schedule_entries[*].end",
    "$.schedule.overrides_subschedule.rendered_coverage_percentage",
    "$.schedule.final_schedule.rendered_coverage_percentage",
    "$.schedule.final_schedule.rendered_schedule_entries[*].end",
    "$.schedule.next_oncall_for_user.end",
)

TOLERATED: Final[dict[str, dict[str, str]]] = {
    "getVendor": {"$.vendor": "Described as a list; every client reads one object."},
    "createEscalationPolicy": _POLICY,
    "getEscalationPolicy": _POLICY | _POLICY_PARTS,
    "updateEscalationPolicy": _POLICY,
    "listEscalationPolicies": _nulls("$.escalation_policies[*].description"),
    "createSchedule": _SCHEDULE,
    "getSchedule": _SCHEDULE,
    "updateSchedule": _SCHEDULE,
    "createSchedulePreview": _SCHEDULE,
    "listSchedules": {
        place.replace("$.schedule.", "$.schedules[*]."): why for place, why in _SCHEDULE.items()
    },
    "listOnCalls": {
        **_nulls("$.oncalls[*].schedule", "$.oncalls[*].start", "$.oncalls[*].end"),
        "$.oncalls[*].user.type": _INCLUDED,
        "$.oncalls[*].escalation_policy.type": _INCLUDED,
    },
    "createScheduleOverride": {"$": "Who sends one override reads one, not a list."},
}
