"""Webhooks: which events a change is, who wants to hear of them, and how they are signed."""

import hashlib
import hmac
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.domain.scene import (
    ALICE,
    BOB,
    FIVE,
    NEW,
    NOON,
    ROSTER,
    acknowledged,
    begin,
    begun,
    person,
    resolved,
    ring,
)
from tocsin.domain.machines.webhook import (
    EVENTS,
    NEVER,
    SERVICE_EVENTS,
    Listener,
    occurrences,
    sign,
)
from tocsin.domain.response.command import (
    Acknowledge,
    Annotate,
    AskForHelp,
    CancelRequest,
    ChangeBridge,
    ChangePriority,
    ChangeService,
    Command,
    Decision,
    Delegate,
    Escalate,
    Publish,
    Reassign,
    Reopen,
    ReplyToRequest,
    Resolve,
    Retitle,
    Retrigger,
    Unacknowledge,
)
from tocsin.domain.response.decide import decide
from tocsin.domain.response.incident import ConferenceBridge, Incident
from tocsin.domain.response.responder_request import RequestTarget

BY_ALICE = person(ALICE)
ASKED = RequestTarget(type="user", id=BOB)
OTHER = replace(NEW.policy, id="OTHER")


def events(decision: Decision) -> list[str]:
    return [told.event for told in occurrences(decision.incident, decision.log)]


@pytest.mark.parametrize(
    ("incident", "command", "expected"),
    [
        (begun(), Acknowledge(agent=BY_ALICE), ["incident.acknowledged"]),
        (acknowledged(begun()), Unacknowledge(roster=ROSTER), ["incident.unacknowledged"]),
        (begun(), Resolve(agent=BY_ALICE), ["incident.resolved"]),
        (begun(), Resolve(agent=BY_ALICE, note="Fixed"), ["incident.resolved"]),
        (resolved(begun()), Reopen(roster=ROSTER), ["incident.reopened"]),
        (begun(), Escalate(roster=ROSTER, agent=BY_ALICE), ["incident.escalated"]),
        (begun(), Delegate(policy=OTHER, roster=ROSTER), ["incident.delegated"]),
        (begun(), Reassign(assignees=(BOB,), roster=ROSTER), ["incident.reassigned"]),
        (begun(), Annotate(content="Looking"), ["incident.annotated"]),
        (begun(), Publish(message="It is back"), ["incident.status_update_published"]),
        (begun(), AskForHelp(target=ASKED, message="Help"), ["incident.responder.added"]),
        (
            begun(),
            ReplyToRequest(user_id=BOB, reply="joined", message="Help"),
            ["incident.responder.replied"],
        ),
        (begun(), CancelRequest(user_id=BOB), []),
        (begun(), ChangePriority(priority_id="P1"), ["incident.priority_updated"]),
        (begun(), ChangeService(service_id="SEARCH"), ["incident.service_updated"]),
        (
            begun(),
            ChangeBridge(bridge=ConferenceBridge(number="+1 415")),
            ["incident.conference_bridge.updated"],
        ),
        (begun(), Retitle(title="Disk of db1 full"), []),
        (
            begun(),
            Retrigger(urgency="high", roster=ROSTER, details={"event": {"summary": "Again"}}),
            [],
        ),
    ],
)
def test_a_change_is_these_events(
    incident: Incident, command: Command, expected: list[str]
) -> None:
    assert events(decide(incident, command, NOON + FIVE)) == expected


def test_a_beginning_is_one_event() -> None:
    assert events(begin()) == ["incident.triggered"]


def test_an_incident_that_somebody_takes_is_two_events() -> None:
    begun_by_hand = begin(by=BY_ALICE, assignees=(ALICE,))

    assert events(begun_by_hand) == ["incident.triggered", "incident.acknowledged"]


def test_a_timer_that_climbs_escalates() -> None:
    assert events(ring(begun(), "escalate")) == ["incident.escalated"]


def test_an_event_keeps_the_incident_as_it_then_stood() -> None:
    annotated = decide(begun(), Annotate(content="Looking", agent=BY_ALICE), NOON + FIVE)

    (told,) = occurrences(annotated.incident, annotated.log)

    assert (told.at, told.agent, told.by_hand, told.note) == (
        NOON + FIVE,
        BY_ALICE,
        False,
        "Looking",
    )
    assert told.incident is not None
    assert (told.incident.status, told.incident.assignee_ids) == ("triggered", (ALICE,))


def test_all_events_have_names_of_their_own() -> None:
    assert len(set(EVENTS) | NEVER) == len(EVENTS) + len(NEVER)
    assert set(SERVICE_EVENTS) < set(EVENTS)


def test_a_listener_wants_its_events_of_its_services() -> None:
    listener = Listener(
        id="P1", events=frozenset({"incident.resolved"}), service_ids=frozenset({"WEBSHOP"})
    )

    assert listener.wants("incident.resolved", "WEBSHOP", NOON)
    assert not listener.wants("incident.triggered", "WEBSHOP", NOON)
    assert not listener.wants("incident.resolved", "SEARCH", NOON)
    assert replace(listener, service_ids=None).wants("incident.resolved", "SEARCH", NOON)


def test_a_listener_that_is_disabled_wants_nothing_for_a_while() -> None:
    listener = Listener(
        id="P1",
        events=frozenset({"incident.resolved"}),
        service_ids=None,
        disabled_until=NOON + FIVE,
    )

    assert not listener.wants("incident.resolved", "WEBSHOP", NOON + FIVE - timedelta(seconds=1))
    assert listener.wants("incident.resolved", "WEBSHOP", NOON + FIVE)


def test_each_secret_signs() -> None:
    expected = [hmac.new(key, b"{}", hashlib.sha256).hexdigest() for key in (b"new", b"old")]

    assert sign(b"{}", ("new", "old")) == f"v1={expected[0]},v1={expected[1]}"
