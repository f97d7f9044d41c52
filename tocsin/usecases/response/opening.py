"""A new incident, whether an event or a person begins it."""

from typing import Any

from msgspec.structs import replace

from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.intake.service import Service
from tocsin.domain.people.user import Urgency
from tocsin.domain.response.command import Open
from tocsin.domain.response.incident import ConferenceBridge, Incident, ServiceRules
from tocsin.domain.response.log_entry import Agent
from tocsin.kit.ids import new_id
from tocsin.usecases.desk import Desk


def open_incident(
    desk: Desk,
    service: Service,
    policy: EscalationPolicy,
    *,
    title: str,
    urgency: Urgency,
    agent: Agent,
    channel: dict[str, Any],
    trigger_channel: dict[str, Any] | None = None,
    details: dict[str, Any] | None = None,
    assignees: tuple[str, ...] = (),
    incident_key: str | None = None,
    priority_id: str | None = None,
    body: str | None = None,
    conference_bridge: ConferenceBridge | None = None,
) -> Incident:
    """Let an incident of a service begin, before a prepared policy or the given people."""
    command = Open(
        agent=agent,
        channel=channel,
        roster=desk.roster(policy),
        assignees=assignees,
        trigger_channel=trigger_channel or channel,
        details=details or {},
    )
    incident = replace(
        _blank(desk, service, policy, title),
        urgency=urgency,
        priority_id=priority_id,
        incident_key=incident_key,
        body=body,
        conference_bridge=conference_bridge,
    )
    return desk.begin(incident, command)


def _blank(desk: Desk, service: Service, policy: EscalationPolicy, title: str) -> Incident:
    return Incident(
        id=new_id("Q"),
        title=title,
        service_id=service.id,
        created_at=desk.now,
        updated_at=desk.now,
        last_status_change_at=desk.now,
        last_status_change_by=Agent("service", service.id, service.name),
        policy=policy,
        rules=ServiceRules(
            acknowledgement_timeout=service.acknowledgement_timeout,
            auto_resolve_timeout=service.auto_resolve_timeout,
            support_hours=service.support_hours,
            scheduled_actions=service.scheduled_actions,
        ),
    )
