"""Asking for help: who stands how, and what is written down of it."""

from typing import Any

import pytest
from msgspec.structs import replace

from tests.domain.scene import ALICE, BOB, CAROL, FIVE, NOON, begun, kinds, person, resolved
from tocsin.domain.response.command import (
    AskForHelp,
    CancelRequest,
    Command,
    Publish,
    Refused,
    ReplyToRequest,
)
from tocsin.domain.response.decide import decide
from tocsin.domain.response.responder_request import (
    Reply,
    RequestTarget,
    Responder,
    ResponderRequest,
    ResponderState,
    TargetType,
    is_pending,
    settled,
    standings,
)

BY_ALICE = person(ALICE)
SOON = NOON + FIVE


def responder(user_id: str, state: ResponderState = "pending") -> Responder:
    return Responder(user_id=user_id, state=state, updated_at=NOON)


def request(id_: str, *targets: RequestTarget, **given: Any) -> ResponderRequest:
    plain: dict[str, Any] = {
        "incident_id": "INCIDENT",
        "requester_id": ALICE,
        "message": "Help",
        "id": id_,
    }
    return ResponderRequest(**plain | {"targets": targets, "created_at": NOON} | given)


def user(user_id: str, state: ResponderState = "pending") -> RequestTarget:
    return RequestTarget(type="user", id=user_id, responders=(responder(user_id, state),))


def policy(id_: str, *user_ids: str) -> RequestTarget:
    asked = tuple(responder(user_id) for user_id in user_ids)
    return RequestTarget(type="escalation_policy", id=id_, responders=asked)


@pytest.mark.parametrize(("type_", "detail"), [("user", "user"), ("escalation_policy", "policy")])
def test_whoever_is_asked_is_written_down(type_: TargetType, detail: str) -> None:
    command = AskForHelp(target=RequestTarget(type=type_, id=BOB), message="Please", agent=BY_ALICE)
    decision = decide(begun(), command, NOON)

    assert kinds(decision) == ["responder_request"]
    assert decision.log[0].details == {detail: BOB, "note": "Please"}
    assert decision.effects == ()
    assert decision.incident.generation == begun().generation


@pytest.mark.parametrize(
    "command",
    [
        AskForHelp(target=user(BOB), message="Please"),
        ReplyToRequest(user_id=BOB, reply="joined", message="Please"),
    ],
)
def test_nobody_helps_with_what_is_over(command: Command) -> None:
    with pytest.raises(Refused, match="already resolved"):
        decide(resolved(begun()), command, SOON)


@pytest.mark.parametrize(
    ("reply", "kind"), [("joined", "responder_accept"), ("declined", "responder_decline")]
)
def test_an_answer_is_written_down_with_what_was_asked(reply: Reply, kind: str) -> None:
    command = ReplyToRequest(user_id=BOB, reply=reply, message="Please", agent=person(BOB))
    decision = decide(begun(), command, NOON)

    assert kinds(decision) == [kind]
    assert decision.log[0].details == {"user": BOB, "message": "Please"}


def test_a_request_that_is_cancelled_is_written_down() -> None:
    decision = decide(begun(), CancelRequest(user_id=BOB, agent=BY_ALICE), NOON)

    assert kinds(decision) == ["responder_cancel"]
    assert decision.log[0].details == {"user": BOB}


def test_a_status_update_is_written_down_and_changes_nothing() -> None:
    decision = decide(begun(), Publish(message="It is back", agent=BY_ALICE), NOON)

    assert kinds(decision) == ["status_update"]
    assert decision.log[0].details == {"note": "It is back"}


def test_somebody_stands_as_the_newest_request_says() -> None:
    first = request("Q1", user(BOB, "declined"), user(CAROL))
    second = request("Q2", policy("WEB", BOB), policy("DATABASE", BOB))

    found = standings([first, second])

    assert found[BOB].request is second
    assert found[BOB].responder.state == "pending"
    assert found[BOB].policy_ids == ("WEB", "DATABASE")
    assert (found[CAROL].request, found[CAROL].policy_ids) == (first, ())


def test_only_the_newest_request_waits_for_an_answer() -> None:
    requests = [request("Q1", user(BOB)), request("Q2", user(BOB))]

    assert is_pending(requests, "Q2", BOB)
    assert not is_pending(requests, "Q1", BOB)
    assert not is_pending(requests, "Q2", CAROL)
    assert not is_pending([request("Q1", user(BOB, "joined"))], "Q1", BOB)


def test_those_named_are_settled_where_they_stand_so() -> None:
    before = request("Q1", user(BOB), policy("WEB", BOB, CAROL), user(ALICE, "declined"))

    after = settled(before, [BOB, ALICE], "joined", SOON, of=frozenset({"pending"}))

    joined = Responder(user_id=BOB, state="joined", updated_at=SOON)
    assert after.responders == (
        joined, joined, responder(CAROL), responder(ALICE, "declined"),
    )  # fmt: skip
    assert after.updated_at == SOON


def test_where_nobody_is_settled_nothing_changes() -> None:
    before = request("Q1", user(BOB, "joined"))

    assert settled(before, [BOB, CAROL], "declined", SOON, of=frozenset({"pending"})) is before


def test_all_who_were_asked_are_responders() -> None:
    asked = request("Q1", user(BOB), policy("WEB", CAROL), policy("EMPTY"))

    assert [one.user_id for one in asked.responders] == [BOB, CAROL]
    assert replace(asked, targets=()).responders == ()
