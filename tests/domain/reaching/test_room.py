"""Posts in rooms: how an incident is shown, and what is said of an event, in each language."""

import pytest
from msgspec.structs import replace

from tests.domain.scene import NOON
from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.machines.webhook import IncidentThen, Occurrence
from tocsin.domain.reaching.phrases import LANGUAGES
from tocsin.domain.reaching.room import Room, ids_of, post_of, trial_of
from tocsin.domain.response.incident import Acknowledgement, Assignment, Incident, Status
from tocsin.domain.response.log_entry import Agent

ANN = Agent("user", "PANN", "Ann")
NAMES = {"PANN": "Ann", "PBEN": "Ben", "PSHOP": "Checkout"}
URL = "https://oncall.example.com/incidents/Q1"
INCIDENT = Incident(
    id="Q1",
    number=12,
    title="Disk full",
    service_id="PSHOP",
    created_at=NOON,
    updated_at=NOON,
    last_status_change_at=NOON,
    last_status_change_by=Agent("service", "PSHOP", "Checkout"),
    policy=EscalationPolicy(id="PWEB", name="Web", rules=()),
    assignments=(Assignment("PANN", NOON), Assignment("PGONE", NOON), Assignment("PBEN", NOON)),
)
THEN = IncidentThen(
    id="Q1",
    number=0,
    title="Disk full",
    status="triggered",
    urgency="high",
    service_id="PSHOP",
    policy_id="PWEB",
    policy_name="Web",
    assignee_ids=("PBEN",),
    priority_id=None,
    incident_key=None,
    conference_bridge=None,
    merged_into=None,
    created_at=NOON,
)


def told(event: str, **given: object) -> Occurrence:
    return replace(Occurrence(id="Q2", event=event, at=NOON, agent=ANN, incident=THEN), **given)


@pytest.mark.parametrize(
    ("status", "standing", "deeds"),
    [
        ("triggered", "Triggered, assigned to: Ann, Ben", ("acknowledge", "resolve")),
        ("acknowledged", "Acknowledged by: Ben", ("resolve",)),
        ("resolved", "Resolved by: Checkout", ()),
    ],
)
def test_a_post_says_how_an_incident_stands(
    status: Status, standing: str, deeds: tuple[str, ...]
) -> None:
    acknowledged = (Acknowledgement(Agent("user", "PBEN"), NOON),)
    incident = replace(INCIDENT, status=status, acknowledgements=acknowledged)

    post = post_of(incident, told("incident.triggered"), NAMES, URL, "en")

    assert (post.standing, post.deeds, post.number) == (standing, deeds, 12)
    assert post.facts == (
        ("Service", "Checkout"),
        ("Urgency", "High"),
        ("Escalation policy", "Web"),
    )
    assert post.remark == ""


def test_what_has_no_name_any_more_is_left_out() -> None:
    post = post_of(INCIDENT, told("incident.triggered"), {}, URL, "en")

    assert post.standing == "Triggered, assigned to: nobody"
    assert [label for label, _ in post.facts] == ["Urgency", "Escalation policy"]


@pytest.mark.parametrize(
    ("event", "remark"),
    [
        ("incident.annotated", "Ann noted: {braces} stay"),
        ("incident.escalated", "Escalated to: Ben"),
        ("incident.delegated", "Escalated to: Ben"),
        ("incident.reassigned", "Reassigned to: Ben"),
        ("incident.reopened", "Reopened by: Ann"),
        ("incident.status_update_published", "Ann published an update: {braces} stay"),
        ("incident.responder.added", ""),
        ("incident.unacknowledged", "It is no longer acknowledged."),
        ("incident.acknowledged", ""),
        ("incident.priority_updated", ""),
    ],
)
def test_some_events_are_remarked_upon(event: str, remark: str) -> None:
    occurrence = told(event, note="{braces} stay")

    assert post_of(INCIDENT, occurrence, NAMES, URL, "en").remark == remark


def test_what_nobody_did_is_said_to_be_done_by_nobody() -> None:
    occurrence = told("incident.annotated", agent=None, note="Hm.")

    assert post_of(INCIDENT, occurrence, NAMES, URL, "en").remark == "nobody noted: Hm."
    assert post_of(INCIDENT, told("incident.reopened", incident=None), {}, URL, "en").remark == ""


def test_all_whose_names_are_needed_are_known() -> None:
    incident = replace(INCIDENT, acknowledgements=(Acknowledgement(Agent("user", "PA"), NOON),))

    everybody = {"PSHOP", "PANN", "PGONE", "PBEN", "PA"}
    assert ids_of(incident, told("incident.annotated")) == everybody
    assert ids_of(incident, told("incident.annotated", agent=None, incident=None)) == everybody


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_room_is_told_in_its_language(language: str) -> None:
    room = Room(
        id="PR", provider_id="PP", address="C1", name="Ops", language=language, created_at=NOON
    )

    trial = trial_of(room, URL)

    assert "Ops" in trial.standing
    assert (trial.number, trial.deeds, trial.language) == (0, (), language)
