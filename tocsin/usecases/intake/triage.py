"""Triage: what each event of a batch does to its alert and its incident.

An alert is locked before it is judged, and an incident before it is changed. A further trigger
that changes nothing but the log needs no more than the lock on its alert.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from tocsin.domain.intake import triage
from tocsin.domain.intake.event import Event
from tocsin.domain.intake.service import Service
from tocsin.domain.people.user import Urgency
from tocsin.domain.response.alert import Alert
from tocsin.domain.response.command import Acknowledge, Resolve, Retrigger, Roster
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.log_entry import Agent
from tocsin.domain.response.urgency import urgency_of
from tocsin.kit.ids import new_id
from tocsin.store.directory import Route
from tocsin.store.response import alerts, incidents
from tocsin.usecases.desk import Desk
from tocsin.usecases.intake.grouping import Groups
from tocsin.usecases.response.opening import open_incident

API: Final = {"type": "api"}
_NOBODY: Final = Roster()

Key = tuple[str, str]  # integration id, dedup key
Held = Mapping[Key, alerts.Open]


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """An event at its service."""

    event: Event
    route: Route
    service: Service

    @property
    def key(self) -> Key:
        """What tells its alert from all others."""
        return self.route.integration_id, self.event.dedup_key

    @property
    def by(self) -> dict[str, Any]:
        """Who says it, and through what."""
        agent = Agent("integration", self.route.integration_id, self.route.integration_name)
        return {"agent": agent, "channel": API}


class Triage:
    """The alerts and incidents that a batch touches, as they stand after each of its events."""

    def __init__(self, desk: Desk, held: Held) -> None:
        self.desk = desk
        self._alerts: dict[Key, Alert] = {key: found.alert for key, found in held.items()}
        self._incidents: dict[str, Incident] = {
            found.incident.id: found.incident for found in held.values() if found.incident
        }
        self._open_alerts: dict[str, set[str]] = {}  # incident id -> alert ids
        self._over: set[Key] = set()
        self._groups = Groups(desk.now)

    async def prepare(self, arrivals: Sequence[Arrival]) -> None:
        """Lock the incidents that may change, and read what deciding about them needs."""
        policies = {
            policy
            for arrival in arrivals
            if (policy := self.desk.view.policy(arrival.service.escalation_policy_id))
        }
        moving = {id_ for arrival in arrivals if (id_ := self._may_change(arrival))}
        beginning = [(arrival.service, arrival.event) for arrival in self._beginning(arrivals)]
        moving |= await self._groups.look_up(self.desk.connection, beginning)
        held: dict[str, Incident] = {}
        if moving:
            held = await incidents.hold(self.desk.connection, moving)
            self._open_alerts = await alerts.open_by_incident(self.desk.connection, moving)
        self._incidents |= held
        await self.desk.prepare(incidents=held.values(), policies=policies)

    def is_over(self, key: Key) -> bool:
        """Say whether this batch has resolved the alert that had the key."""
        return key in self._over

    def judge(self, arrival: Arrival) -> None:
        """Ask what the event means, and do it."""
        alert = self._alerts.get(arrival.key)
        incident = self._incident_of(alert)
        verdict = triage.triage(
            triage.Case(
                event=arrival.event,
                alert=alert,
                incident_open=incident is not None and incident.is_open,
                open_alerts=len(self._open_alerts.get(incident.id, ())) if incident else 0,
                service_disabled=arrival.service.disabled,
                in_maintenance=self.desk.view.is_in_maintenance(arrival.service.id, self.desk.now),
                joins=None if alert else self._find_group(arrival),
            )
        )
        _DO[type(verdict)](self, arrival, verdict)

    def open_alert(self, arrival: Arrival, _: triage.OpenAlert) -> None:
        """Begin an alert and its incident."""
        alert = self._new_alert(arrival)
        incident = self._open_incident(arrival, alert)
        self._begin(arrival, replace(alert, incident_id=incident.id))

    def join(self, arrival: Arrival, verdict: triage.JoinIncident) -> None:
        """Begin an alert of an incident that is open; let that call louder if it must."""
        incident = self._incidents[verdict.incident_id]
        alert = replace(self._new_alert(arrival), incident_id=incident.id)
        self._begin(arrival, alert)
        self._open_alerts.setdefault(incident.id, set()).add(alert.id)
        self._groups.add(arrival.service, incident, arrival.event)
        self._tell(arrival, incident, alert, louder=verdict.louder)

    def record_only(self, arrival: Arrival, _: triage.RecordOnly) -> None:
        """Begin an alert that pages nobody."""
        self._begin(arrival, replace(self._new_alert(arrival), suppressed=True))

    def append(self, arrival: Arrival, verdict: triage.Append) -> None:
        """Write one more trigger into the log; let the incident call louder if it must."""
        alert = self._touch(arrival, louder=verdict.louder)
        incident = self._incident_of(alert)
        if incident is None or not incident.is_open:
            return
        self._tell(arrival, incident, alert, louder=verdict.louder)

    def append_and_open(self, arrival: Arrival, _: triage.AppendAndOpen) -> None:
        """Let an alert that nobody has before them begin an incident."""
        alert = self._touch(arrival, louder=False)
        incident = self._open_incident(arrival, alert)
        self._put(arrival.key, replace(alert, incident_id=incident.id, suppressed=False))

    def acknowledge(self, arrival: Arrival, _: triage.AcknowledgeIncident) -> None:
        """Acknowledge the alert's incident."""
        incident = self._incident_of(self._alerts[arrival.key])
        if incident is not None:
            self._act(incident, Acknowledge(**arrival.by))

    def resolve(self, arrival: Arrival, verdict: triage.ResolveAlert) -> None:
        """End the alert, and its incident with the last of its alerts."""
        now = self.desk.now
        alert = self._alerts.pop(arrival.key)
        self._over.add(arrival.key)
        self.desk.writes.put_alert(
            replace(alert, status="resolved", updated_at=now, resolved_at=now)
        )
        incident = self._incident_of(alert)
        if incident is None:
            return
        self._open_alerts.get(incident.id, set()).discard(alert.id)
        if verdict.and_incident:
            self._act(incident, Resolve(**arrival.by))

    def drop(self, arrival: Arrival, verdict: triage.Drop) -> None:
        """Change nothing: acknowledging or resolving what is not open is no error."""

    def _may_change(self, arrival: Arrival) -> str | None:
        """Return the id of the stored incident that this event may change."""
        alert = self._alerts.get(arrival.key)
        if alert is None or alert.incident_id not in self._incidents:
            return None
        is_append = arrival.event.action == "trigger" and alert.severity == arrival.event.severity
        return None if is_append else alert.incident_id

    def _beginning(self, arrivals: Iterable[Arrival]) -> Iterable[Arrival]:
        """Pick the events that begin an alert, those that follow a recovery included."""
        open_ = set(self._alerts)
        for arrival in arrivals:
            if arrival.event.action == "resolve":
                open_.discard(arrival.key)
            elif arrival.event.action == "trigger" and arrival.key not in open_:
                open_.add(arrival.key)
                yield arrival

    def _find_group(self, arrival: Arrival) -> Incident | None:
        return self._groups.find(arrival.service, arrival.event, self._incidents)

    def _incident_of(self, alert: Alert | None) -> Incident | None:
        return self._incidents.get(alert.incident_id or "") if alert else None

    def _act(self, incident: Incident, command: Any) -> None:
        self._incidents[incident.id] = self.desk.act(incident, command)

    def _new_alert(self, arrival: Arrival) -> Alert:
        event, now = arrival.event, self.desk.now
        return Alert(
            id=new_id("Q"),
            service_id=arrival.service.id,
            integration_id=arrival.route.integration_id,
            incident_id=None,
            dedup_key=event.dedup_key,
            summary=event.summary,
            severity=event.severity,
            created_at=now,
            updated_at=now,
            body=event,
        )

    def _begin(self, arrival: Arrival, alert: Alert) -> None:
        self.desk.writes.new_alerts[alert.id] = alert
        self._alerts[arrival.key] = alert

    def _put(self, key: Key, alert: Alert) -> None:
        self.desk.writes.put_alert(alert)
        self._alerts[key] = alert

    def _touch(self, arrival: Arrival, *, louder: bool) -> Alert:
        alert = self._alerts[arrival.key]
        severity = arrival.event.severity if louder else alert.severity
        touched = replace(alert, updated_at=self.desk.now, severity=severity)
        self._put(arrival.key, touched)
        return touched

    def _open_incident(self, arrival: Arrival, alert: Alert) -> Incident:
        service, event = arrival.service, arrival.event
        policy = self.desk.view.policy(service.escalation_policy_id)
        if policy is None:
            raise LookupError(f"Service {service.id} has lost its escalation policy.")
        incident = open_incident(
            self.desk,
            service,
            policy,
            title=event.summary,
            urgency=self._urgency(arrival),
            incident_key=event.dedup_key,
            details={"alert_id": alert.id},
            **arrival.by,
        )
        self._incidents[incident.id] = incident
        self._open_alerts[incident.id] = {alert.id}
        self._groups.add(service, incident, event)
        return incident

    def _tell(self, arrival: Arrival, incident: Incident, alert: Alert, *, louder: bool) -> None:
        """Write a trigger into an incident's log; one that is not louder leaves it as it is."""
        command = Retrigger(
            urgency=self._urgency(arrival) if louder else incident.urgency,
            roster=self.desk.roster(incident.policy) if louder else _NOBODY,
            details={"alert_id": alert.id, "event": arrival.event},
            **arrival.by,
        )
        if louder:
            self._act(incident, command)
        else:
            self.desk.note(incident, command)

    def _urgency(self, arrival: Arrival) -> Urgency:
        service = arrival.service
        return urgency_of(
            service.urgency_rule, service.support_hours, arrival.event.severity, self.desk.now
        )


_DO: Final[Mapping[type, Callable[[Triage, Arrival, Any], None]]] = {
    triage.OpenAlert: Triage.open_alert,
    triage.RecordOnly: Triage.record_only,
    triage.Append: Triage.append,
    triage.AppendAndOpen: Triage.append_and_open,
    triage.JoinIncident: Triage.join,
    triage.AcknowledgeIncident: Triage.acknowledge,
    triage.ResolveAlert: Triage.resolve,
    triage.Drop: Triage.drop,
}
