"""Triage: what one event means for its alert and the alert's incident."""

from collections.abc import Callable

import msgspec

from tocsin.domain.intake.event import Event
from tocsin.domain.response.alert import Alert
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.urgency import BY_SEVERITY


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """An event, and what is known where it arrives.

    ``alert``: the open alert of the same integration with the event's dedup key. ``incident_open``:
    whether that alert has an open incident, and ``open_alerts`` how many open alerts that incident
    has, this one included. ``joins``: the open incident that the alert belongs to by the service's
    grouping, if it is a new one.
    """

    event: Event
    alert: Alert | None = None
    incident_open: bool = False
    open_alerts: int = 0
    service_disabled: bool = False
    in_maintenance: bool = False
    joins: Incident | None = None


class OpenAlert(msgspec.Struct, frozen=True):
    """A new alert with a new incident."""


class RecordOnly(msgspec.Struct, frozen=True):
    """A new alert, suppressed: it has no incident and pages nobody."""


class Append(msgspec.Struct, frozen=True):
    """One more trigger of the alert, and of its incident if it has one.

    ``louder``: the event is severe enough for high urgency, and none before it was.
    """

    louder: bool


class AppendAndOpen(msgspec.Struct, frozen=True):
    """One more trigger of an alert that nobody has before them: it begins an incident."""


class JoinIncident(msgspec.Struct, frozen=True):
    """A new alert of an open incident.

    ``louder``: the incident is of low urgency, and the event is severe enough for high.
    """

    incident_id: str
    louder: bool


class AcknowledgeIncident(msgspec.Struct, frozen=True):
    """The alert's incident is acknowledged."""


class ResolveAlert(msgspec.Struct, frozen=True):
    """The alert is over, ``and_incident`` too when it was the last open one."""

    and_incident: bool


class Drop(msgspec.Struct, frozen=True):
    """The event changes nothing, and this is why."""

    reason: str


Verdict = (
    OpenAlert
    | RecordOnly
    | Append
    | AppendAndOpen
    | JoinIncident
    | AcknowledgeIncident
    | ResolveAlert
    | Drop
)
Stage = Callable[[Case], Verdict | None]


def triage(case: Case) -> Verdict:
    """Ask each stage in turn; the first that has an answer decides."""
    return next(verdict for stage in STAGES if (verdict := stage(case)))


def suppress(case: Case) -> Verdict | None:
    """Keep triggers of a silent service from beginning incidents.

    Only triggers: PagerDuty also ignores recoveries during maintenance, which leaves incidents
    open that are long over. Here a recovery always counts, and an incident that was open before
    goes on.
    """
    is_silent = case.service_disabled or case.in_maintenance
    if not is_silent or case.event.action != "trigger":
        return None
    return RecordOnly() if case.alert is None else _append(case.alert, case.event)


def group(case: Case) -> Verdict | None:
    """Let a new alert go on in the open incident that its service's grouping finds for it."""
    incident = case.joins
    if incident is None or case.alert is not None or case.event.action != "trigger":
        return None
    before, now = incident.urgency, BY_SEVERITY[case.event.severity]
    return JoinIncident(incident.id, louder=(before, now) == ("low", "high"))


def dedup(case: Case) -> Verdict:
    """Find what the event means to the open alert with its dedup key."""
    action, alert = case.event.action, case.alert
    if action == "trigger":
        return _trigger(case)
    if alert is None:
        return Drop("No open alert has this dedup key.")
    if action == "resolve":
        return ResolveAlert(and_incident=case.incident_open and case.open_alerts <= 1)
    if case.incident_open:
        return AcknowledgeIncident()
    return Drop("The alert has no open incident to acknowledge.")


STAGES: tuple[Stage, ...] = (suppress, group, dedup)


def _trigger(case: Case) -> Verdict:
    if case.alert is None:
        return OpenAlert()
    return _append(case.alert, case.event) if case.incident_open else AppendAndOpen()


def _append(alert: Alert, event: Event) -> Append:
    before, now = BY_SEVERITY[alert.severity], BY_SEVERITY[event.severity]
    return Append(louder=(before, now) == ("low", "high"))
