"""Where the contract contradicts its own examples or its clients: the place in the answer, why.

A place is written as in ``$.incidents[*].resolved_at``.
"""

from typing import Final

_NULL: Final = "The reference says in prose that this may be null."


def _nulls(*places: str) -> dict[str, str]:
    return dict.fromkeys(places, _NULL)


_INCLUDED: Final = "The schema forgets that include[] makes wholes of references."
_POLICY: Final = {
    **_nulls("$.escalation_policy.description"),
    "$.escalation_policy.teams[*].type": _INCLUDED,
}
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
_USER: Final = {
    **_nulls("$.user.job_title", "$.user.avatar_url"),
    "$.user.teams[*].type": _INCLUDED,
    "$.user.contact_methods[*].type": _INCLUDED,
    "$.user.notification_rules[*].type": _INCLUDED,
}
_WEBHOOK: Final = "The reference has no contact methods that are webhooks."
_SERVICE: Final = {
    **_nulls(
        "$.service.description",
        "$.service.acknowledgement_timeout",
        "$.service.auto_resolve_timeout",
        "$.service.last_incident_timestamp",
        "$.service.support_hours",
        "$.service.alert_grouping",
        "$.service.alert_grouping_timeout",
        "$.service.alert_grouping_parameters",
        "$.service.auto_pause_notifications_parameters.timeout",
    ),
    "$.service.teams[*].type": _INCLUDED,
    "$.service.escalation_policy.type": _INCLUDED,
    "$.service.integrations[*].type": _INCLUDED,
}
_INTEGRATION: Final = {
    **_nulls(
        "$.integration.vendor",
        "$.integration.integration_email",
        "$.integration.email_filters[*].subject_regex",
        "$.integration.email_filters[*].body_regex",
        "$.integration.email_filters[*].from_email_regex",
    ),
    "$.integration.vendor.type": _INCLUDED,
}
_WINDOW: Final = {
    **_nulls("$.maintenance_window.description", "$.maintenance_window.created_by"),
    "$.maintenance_window.teams[*].type": _INCLUDED,
    "$.maintenance_window.services[*].type": _INCLUDED,
    "$.maintenance_window.created_by.type": _INCLUDED,
}

_INCIDENT_PARTS: Final = dict.fromkeys(
    (
        "$.incident.service",
        "$.incident.escalation_policy",
        "$.incident.assignments[*].assignee",
        "$.incident.acknowledgements[*].acknowledger",
        "$.incident.last_status_change_by",
        "$.incident.first_trigger_log_entry",
    ),
    _INCLUDED,
)
_INCIDENT: Final = _INCIDENT_PARTS | _nulls(
    "$.incident.incident_key",
    "$.incident.resolved_at",
    "$.incident.alert_grouping",
    "$.incident.priority",
    "$.incident.resolve_reason",
    "$.incident.conference_bridge",
    "$.incident.conference_bridge.conference_number",
    "$.incident.conference_bridge.conference_url",
    "$.incident.body",
)
_INCIDENT["$.incident.body.details"] = "An object in the schema, a text in the reference's guide."
_ALERT: Final = {
    **_nulls("$.alert.resolved_at", "$.alert.severity", "$.alert.first_trigger_log_entry"),
    "$.alert.service.type": _INCLUDED,
    "$.alert.incident.type": _INCLUDED,
    "$.alert.first_trigger_log_entry.type": _INCLUDED,
}
_CHANGE: Final = _nulls("$.change_event.source", "$.change_event.custom_details")
_MEMBER: Final = {
    "$.members[*].user.type": _INCLUDED,
    **{place.replace("$.user", "$.members[*].user", 1): why for place, why in _USER.items()},
}
_TEAM: Final = _nulls("$.team.description")
_ACKNOWLEDGED: Final = "The reference's word for acknowledging is not the one of its own examples."


def _listed(one: str, many: str, places: dict[str, str]) -> dict[str, str]:
    """Return the same places in the answer that lists such things."""
    return {place.replace(f"$.{one}", f"$.{many}[*]", 1): why for place, why in places.items()}


TOLERATED: Final[dict[str, dict[str, str]]] = {
    "createIncident": _INCIDENT,
    "getIncident": _INCIDENT,
    "updateIncident": _INCIDENT,
    "createIncidentSnooze": _INCIDENT,
    "listIncidents": _listed("incident", "incidents", _INCIDENT),
    "updateIncidents": _listed("incident", "incidents", _INCIDENT),
    "getIncidentAlert": _ALERT,
    "updateIncidentAlert": _ALERT,
    "listIncidentAlerts": _listed("alert", "alerts", _ALERT),
    "updateIncidentAlerts": _listed("alert", "alerts", _ALERT),
    "getChangeEvent": _CHANGE,
    "updateChangeEvent": _CHANGE,
    "listChangeEvents": _listed("change_event", "change_events", _CHANGE),
    "listServiceChangeEvents": _listed("change_event", "change_events", _CHANGE),
    "listIncidentRelatedChangeEvents": _listed("change_event", "change_events", _CHANGE),
    "listNotifications": {
        **_nulls("$.notifications[*].address"),
        "$.notifications[*].user.type": _INCLUDED,
        "$.notifications[*].type": "The reference has fewer ways to reach people.",
    },
    "listIncidentLogEntries": {"$.log_entries[*]": _ACKNOWLEDGED},
    "listLogEntries": {"$.log_entries[*]": _ACKNOWLEDGED},
    "getLogEntry": {"$.log_entry": _ACKNOWLEDGED},
    "getVendor": {"$.vendor": "Described as a list; every client reads one object."},
    "createEscalationPolicy": _POLICY,
    "getEscalationPolicy": _POLICY | _POLICY_PARTS,
    "updateEscalationPolicy": _POLICY,
    "listEscalationPolicies": _listed("escalation_policy", "escalation_policies", _POLICY),
    "createSchedule": _SCHEDULE,
    "getSchedule": _SCHEDULE,
    "updateSchedule": _SCHEDULE,
    "createSchedulePreview": _SCHEDULE,
    "listSchedules": _listed("schedule", "schedules", _SCHEDULE),
    "listOnCalls": {
        **_nulls("$.oncalls[*].schedule", "$.oncalls[*].start", "$.oncalls[*].end"),
        "$.oncalls[*].user.type": _INCLUDED,
        "$.oncalls[*].escalation_policy.type": _INCLUDED,
    },
    "listScheduleUsers": _listed("user", "users", _USER),
    "createUser": _USER,
    "getUser": _USER,
    "updateUser": _USER,
    "listUsers": _listed("user", "users", _USER),
    "getCurrentUser": _USER | {"$.error": "Clients look for a plain text here."},
    "createUserContactMethod": {"$.contact_method": _WEBHOOK},
    "getUserContactMethods": {"$.contact_methods[*]": _WEBHOOK},
    "getUserNotificationRules": {"$.notification_rules[*].contact_method.type": _INCLUDED},
    "createService": _SERVICE,
    "getService": _SERVICE,
    "updateService": _SERVICE,
    "listServices": _listed("service", "services", _SERVICE),
    "createServiceIntegration": _INTEGRATION,
    "getServiceIntegration": _INTEGRATION,
    "updateServiceIntegration": _INTEGRATION,
    "createMaintenanceWindow": _WINDOW,
    "getMaintenanceWindow": _WINDOW,
    "updateMaintenanceWindow": _WINDOW,
    "listMaintenanceWindows": _listed("maintenance_window", "maintenance_windows", _WINDOW),
    "createTeam": _TEAM,
    "getTeam": _TEAM,
    "updateTeam": _TEAM,
    "listTeamUsers": _MEMBER,
    "listTeams": _listed("team", "teams", _TEAM),
    "listLicenses": _nulls("$.licenses[*].self", "$.licenses[*].html_url"),
    "getUserLicense": _nulls("$.license.self", "$.license.html_url"),
    "listLicenseAllocations": _nulls(
        "$.license_allocations[*].license.self", "$.license_allocations[*].license.html_url"
    ),
    "createScheduleOverride": {"$": "Who sends one override reads one, not a list."},
}
