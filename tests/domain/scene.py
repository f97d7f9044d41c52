"""What the tests of incidents share: four people, a policy of three levels, and an incident."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from msgspec.structs import replace

from tocsin.domain.duty.escalation_policy import EscalationPolicy, Rule, Strategy, Target
from tocsin.domain.people.user import Urgency
from tocsin.domain.response.command import (
    Acknowledge,
    ChangeUrgency,
    Command,
    Decision,
    Escalate,
    Open,
    Page,
    Resolve,
    Roster,
    Unacknowledge,
    Wake,
    WakeKind,
)
from tocsin.domain.response.decide import decide
from tocsin.domain.response.incident import Incident, ServiceRules
from tocsin.domain.response.log_entry import Agent

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
FIVE = timedelta(minutes=5)
HOUR = timedelta(hours=1)
ALICE, BOB, CAROL, DAVE = "ALICE", "BOB", "CAROL", "DAVE"
EVERYBODY = frozenset({ALICE, BOB, CAROL, DAVE})
SERVICE = Agent("service", "WEBSHOP")
API = {"type": "api", "summary": "Disk full"}
PHONE = {"type": "phone"}


def person(user_id: str) -> Agent:
    """Return a person as somebody who acts."""
    return Agent("user", user_id)


def level(*targets: str, delay: int = 5, strategy: Strategy = "assign_to_everyone") -> Rule:
    """Return a level; lower-case targets are schedules, and the first one names the level."""
    return Rule(
        id=f"LEVEL-{'-'.join(targets)}",
        delay_minutes=delay,
        strategy=strategy,
        targets=tuple(Target("schedule" if t.islower() else "user", t) for t in targets),
    )


def policy(*rules: Rule, loops: int = 0) -> EscalationPolicy:
    """Return a policy of these levels."""
    return EscalationPolicy(id="POLICY", name="Night watch", rules=rules, num_loops=loops)


THREE_LEVELS = policy(level("primary"), level(BOB, delay=10), level(CAROL))
ROSTER = Roster(holders={"primary": ALICE}, users=EVERYBODY, catch_all=(DAVE,))
EMPTY = replace(ROSTER, holders={}, catch_all=())
NEW = Incident(
    id="INCIDENT",
    title="Disk full",
    service_id="WEBSHOP",
    created_at=NOON,
    updated_at=NOON,
    last_status_change_at=NOON,
    last_status_change_by=SERVICE,
    policy=THREE_LEVELS,
    rules=ServiceRules(acknowledgement_timeout=1800, auto_resolve_timeout=14400),
)


def new(
    *rules: Rule, loops: int = 0, urgency: Urgency = "high", service: ServiceRules = NEW.rules
) -> Incident:
    """Return an incident that has not begun yet."""
    climbed = policy(*rules, loops=loops) if rules else THREE_LEVELS
    return replace(NEW, policy=climbed, urgency=urgency, rules=service)


def begin(
    incident: Incident = NEW,
    roster: Roster = ROSTER,
    *,
    by: Agent | None = None,
    assignees: tuple[str, ...] = (),
) -> Decision:
    """Let an incident begin at noon."""
    command = Open(agent=by, roster=roster, assignees=assignees, trigger_channel=API)
    return decide(incident, command, NOON)


def begun(incident: Incident = NEW, roster: Roster = ROSTER) -> Incident:
    """Return an incident that has begun at noon."""
    return begin(incident, roster).incident


def acknowledged(incident: Incident, by: str = ALICE, at: datetime = NOON + FIVE) -> Incident:
    """Return the incident, acknowledged."""
    return decide(incident, Acknowledge(agent=person(by)), at).incident


def resolved(incident: Incident) -> Incident:
    """Return the incident, resolved five minutes past noon."""
    return decide(incident, Resolve(agent=person(ALICE)), NOON + FIVE).incident


def ring(incident: Incident, kind: WakeKind, roster: Roster = ROSTER) -> Decision:
    """Let one of an incident's timers ring at its time."""
    return decide(incident, timer(kind, incident, roster), due(incident, kind))


def timer(kind: WakeKind, incident: Incident, roster: Roster = ROSTER) -> Command:
    """Return what a timer asks that was set on the incident's present course."""
    generation = incident.generation
    if kind == "escalate":
        return Escalate(roster=roster, generation=generation)
    if kind == "unacknowledge":
        return Unacknowledge(roster=roster, generation=generation)
    if kind == "auto_resolve":
        return Resolve(generation=generation)
    other: Urgency = "low" if incident.urgency == "high" else "high"
    return ChangeUrgency(urgency=other, roster=roster, generation=generation)


def due(incident: Incident, kind: WakeKind) -> datetime:
    """Return when a timer rings that must be running."""
    at = {
        "escalate": incident.escalate_at,
        "unacknowledge": incident.unacknowledge_at,
        "auto_resolve": incident.resolve_at,
        "urgency_change": incident.urgency_change_at,
    }[kind]
    assert at is not None
    return at


def paged(decision: Decision) -> tuple[str, ...]:
    """Return whom a decision pages."""
    return tuple(
        id_ for effect in decision.effects if isinstance(effect, Page) for id_ in effect.user_ids
    )


def timers(decision: Decision) -> dict[WakeKind, datetime]:
    """Return the timers that a decision sets."""
    return {effect.kind: effect.at for effect in decision.effects if isinstance(effect, Wake)}


def kinds(decision: Decision) -> list[str]:
    """Return the types of the log entries, without their common ending."""
    return [entry.type.removesuffix("_log_entry") for entry in decision.log]


def assignees(incident: Incident) -> tuple[str, ...]:
    """Return who has the incident."""
    return tuple(assignment.user_id for assignment in incident.assignments)


def without(roster: Roster, *user_ids: str) -> Roster:
    """Return the roster after these people were deleted."""
    return replace(roster, users=roster.users - set(user_ids))


def acknowledgers(incident: Incident) -> Iterable[str]:
    """Return who has acknowledged the incident."""
    return [acknowledgement.by.id for acknowledgement in incident.acknowledgements]
