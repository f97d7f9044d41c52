"""How somebody is told of incidents, in words."""

from collections.abc import Iterable
from typing import Final

import pytest

from tests.team import NOON
from tocsin.domain.people.user import ContactMethod, NotificationRule, Urgency, User
from tocsin.domain.reaching.contact_kind import ALWAYS
from tocsin.usecases.people.users import Known
from tocsin.web.people.reach import after, in_a_storm, offered, plans, trouble, ways

CHANNELS: Final = frozenset({"webhook", "email"})

_ANN: Final = User(id="PANN", name="Ann", email="ann@example.com", created_at=NOON)


def _known(kinds: Iterable[str], *rules: tuple[Urgency, str, int]) -> Known:
    return Known(
        user=_ANN,
        methods=[
            ContactMethod(
                id=kind, user_id=_ANN.id, kind=kind, label="Default", address="x", created_at=NOON
            )
            for kind in kinds
        ],
        rules=[
            NotificationRule(
                id=f"{urgency} {kind} {minutes}",
                user_id=_ANN.id,
                contact_method_id=kind,
                urgency=urgency,
                delay_minutes=minutes,
                created_at=NOON,
            )
            for urgency, kind, minutes in rules
        ],
    )


def test_a_plan_is_told_in_one_sentence() -> None:
    high, low = plans(
        _known(
            ["email", "sms", "phone"],
            ("high", "email", 0),
            ("high", "sms", 5),
            ("high", "phone", 5),
            ("low", "email", 90),
        )
    )

    assert high.sentence == "at once by e-mail, after 5 min by SMS and telephone."
    assert low.sentence == "after 1 h 30 min by e-mail."


def test_who_has_no_rule_is_mailed() -> None:
    high, low = plans(_known(["email"]))

    told = "at once by e-mail, until a step says otherwise."
    assert (high.sentence, low.sentence) == (told, told)


@pytest.mark.parametrize(
    ("minutes", "told"),
    [(0, "at once"), (1, "after 1 min"), (60, "after 1 h"), (61, "after 1 h 1 min")],
)
def test_a_delay_is_told_in_hours_and_minutes(minutes: int, told: str) -> None:
    assert after(minutes) == told


def test_ways_are_named_once_each() -> None:
    known = _known(["email", "sms"])

    assert ways(known) == "e-mail and SMS"


def test_only_what_a_channel_carries_is_offered() -> None:
    assert offered(ALWAYS, CHANNELS) == ["email", "webhook"]
    assert offered(ALWAYS, ()) == []


def test_what_keeps_pages_from_somebody_is_said() -> None:
    assert trouble(_known(["email"], ("high", "email", 0)), CHANNELS) is None
    assert trouble(_known(["sms"], ("high", "sms", 0)), CHANNELS) == "No page gets through"


@pytest.mark.parametrize(
    ("seconds", "sentence"),
    [
        (0, "each page comes by itself."),
        (60, "each telephone and chat gets one message a minute, which counts the rest."),
        (90, "each telephone and chat gets one message every 90 seconds, which counts the rest."),
    ],
)
def test_what_comes_in_a_storm_is_told(seconds: int, sentence: str) -> None:
    assert in_a_storm(seconds) == f"In a storm, {sentence}"
