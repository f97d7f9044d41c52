"""What is to come: who is told next, when, and by what."""

from collections.abc import Iterator, Mapping
from datetime import datetime

import pytest
from msgspec.structs import replace

from tests.domain.scene import (
    ALICE,
    BOB,
    CAROL,
    DAVE,
    EMPTY,
    FIVE,
    HOUR,
    NEW,
    NOON,
    ROSTER,
    acknowledged,
    begun,
    level,
    new,
    resolved,
)
from tocsin.domain.reaching.paging import Planned
from tocsin.domain.response.command import Reassign, Snooze
from tocsin.domain.response.decide import decide
from tocsin.domain.response.escalation import Step
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.outlook import Call, calls, turns_at, turns_to

MINUTE = FIVE / 5
RULES: Mapping[str, tuple[tuple[int, str], ...]] = {
    ALICE: ((0, "sms"), (3, "phone"), (7, "phone")),
    BOB: ((0, "sms"), (0, "email"), (2, "phone")),
    CAROL: ((0, "push"),),
    DAVE: ((0, "email"),),
}


def pages(user_id: str, since: datetime) -> Iterator[Planned]:
    """Plan a person's pages."""
    for minutes, kind in RULES[user_id]:
        yield Planned(
            at=since + minutes * MINUTE, user_id=user_id, kind=kind, contact_method_id=kind
        )


def call(user_id: str, minutes: float, *kinds: str) -> Call:
    """Return a call so many minutes after noon."""
    return Call(at=NOON + minutes * MINUTE, user_id=user_id, kinds=kinds)


def seen(incident: Incident, minutes: float = 0) -> tuple[Call, ...]:
    """Look ahead, so many minutes after noon."""
    return calls(incident, turns_to(incident, ROSTER), pages, NOON + minutes * MINUTE)


HELD = acknowledged(begun())
NEXT = (call(BOB, 5, "sms", "email"), call(BOB, 7, "phone"))


@pytest.mark.parametrize(
    ("minutes", "coming"),
    [(0, (call(ALICE, 3, "phone"), *NEXT)), (3, NEXT), (4, NEXT)],
)
def test_who_has_it_is_told_by_all_their_rules_until_the_next_level_is_asked(
    minutes: float, coming: tuple[Call, ...]
) -> None:
    assert seen(begun(), minutes) == coming


def test_when_the_last_level_has_been_asked_only_its_own_rules_are_left() -> None:
    incident = begun(new(level(ALICE)))

    assert turns_to(incident, ROSTER) is None
    assert seen(incident, 1) == (call(ALICE, 3, "phone"), call(ALICE, 7, "phone"))


def test_where_nobody_can_be_asked_nobody_is_said_to_be() -> None:
    incident = begun(new(level(ALICE), level("empty"), loops=1))
    step = turns_to(incident, EMPTY)

    assert isinstance(step, Step)
    assert calls(incident, replace(step, user_ids=()), pages, NOON + FIVE * 0.9) == ()


def test_whoever_was_given_it_by_hand_is_told_by_their_own_rules_and_nobody_after_them() -> None:
    given = decide(begun(), Reassign(roster=ROSTER, assignees=(BOB,)), NOON + MINUTE).incident

    assert turns_at(given) is None
    assert seen(given, 1) == (call(BOB, 3, "phone"),)


def test_a_snooze_ends_with_pages_to_those_who_have_it() -> None:
    asleep = decide(HELD, Snooze(seconds=3600), NOON).incident

    assert turns_at(asleep) == NOON + HOUR
    assert seen(asleep)[:2] == (call(ALICE, 60, "sms"), call(ALICE, 63, "phone"))


@pytest.mark.parametrize("over", [resolved(begun()), replace(HELD, unacknowledge_at=None)])
def test_nothing_is_to_come_where_nobody_waits(over: Incident) -> None:
    assert (turns_at(over), seen(over)) == (None, ())


def test_a_new_incident_has_nobody_yet() -> None:
    assert calls(NEW, None, pages, NOON) == ()
