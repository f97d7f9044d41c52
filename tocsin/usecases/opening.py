"""A new incident, whether an event or a person begins it."""

from typing import Any

from tocsin.domain.command import Open
from tocsin.domain.escalation_policy import EscalationPolicy
from tocsin.domain.incident import Incident, ServiceRules
from tocsin.domain.log_entry import Agent
from tocsin.domain.service import Service
from tocsin.domain.user import Urgency
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
    incident_key: str | None = None,
    priority_id: str | None = None,
    body: str | None = None,
    assignees: tuple[str, ...] = (),
    details: dict[str, Any] | None = None,
) -> Incident:
    """Let an incident of a service begin, before a prepared policy or the given people."""
    incident = Incident(
        id=new_id("Q"),
        title=title,
        service_id=service.id,
        urgency=urgency,
        priority_id=priority_id,
        incident_key=incident_key,
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
        body=body,
    )
    command = Open(
        agent=agent,
        channel=channel,
        roster=desk.roster(policy),
        assignees=assignees,
        trigger_channel=channel,
        details=details or {},
    )
    return desk.begin(incident, command)
