"""What keeps pages of high urgency from somebody, and who is on call within a day."""

from collections.abc import Iterable
from datetime import timedelta

import pytest

from tests.domain.strategies import a_layer, a_schedule, at, daily
from tocsin.domain.duty.escalation_policy import Target
from tocsin.domain.people.user import ContactMethod, NotificationRule, Urgency
from tocsin.domain.reaching.waking import ALWAYS, REASONS, Vigil, hindrance, vigils

MONDAY = at("2025-06-02 00:00")
DAY = timedelta(days=1)
BOTH = {"email", "webhook"}
SCHEDULE = Target("schedule", "SCHEDULE")


def methods(*kinds: str, fault: str | None = None) -> list[ContactMethod]:
    return [
        ContactMethod(
            id=kind, user_id="ANN", kind=kind, label="Default", address="x", created_at=MONDAY,
            fault=fault,
        )
        for kind in kinds
    ]  # fmt: skip


def rules(*used: tuple[Urgency, str]) -> Iterable[NotificationRule]:
    return (
        NotificationRule(
            id=f"{urgency} {kind}", user_id="ANN", contact_method_id=kind, urgency=urgency,
            created_at=MONDAY,
        )
        for urgency, kind in used
    )  # fmt: skip


@pytest.mark.parametrize(
    ("kinds", "used", "told"),
    [
        ([], [], "Only mailed"),
        (["email"], [], "Only mailed"),
        (["email"], [("low", "email")], "Only mailed"),
        ([], [("high", "gone")], "Only mailed"),
        (["sms"], [("high", "sms")], "No page gets through"),
        (["email"], [("high", "email")], None),
        (["sms", "email"], [("high", "sms"), ("high", "email")], None),
    ],
)
def test_what_keeps_pages_from_somebody_is_said(
    kinds: list[str], used: list[tuple[Urgency, str]], told: str | None
) -> None:
    assert hindrance(methods(*kinds), rules(*used), BOTH) == told


def test_without_a_mail_server_nothing_reaches_who_has_no_step() -> None:
    assert hindrance([], [], {"sms"}) == "No way to be reached"


def test_a_way_that_reaches_nobody_is_no_way() -> None:
    bounced = methods("email", fault="550 no such mailbox")

    assert hindrance(bounced, rules(("high", "email")), BOTH) == "No page gets through"


@pytest.mark.parametrize("told", ["Only mailed", "No way to be reached", "No page gets through"])
def test_everything_that_keeps_pages_away_has_a_reason(told: str) -> None:
    assert told in REASONS


def test_shifts_are_seen_a_day_ahead_and_the_present_one_as_it_began() -> None:
    schedules = {"SCHEDULE": a_schedule(a_layer(MONDAY, "ANN", "BEN"))}

    def seen(now: timedelta) -> list[tuple[str, timedelta]]:
        found = vigils([SCHEDULE], schedules, MONDAY + now)
        return [(vigil.user_id, vigil.shift_at - MONDAY) for vigil in found]

    assert seen(timedelta(0)) == [("ANN", timedelta(0))]
    assert seen(timedelta(seconds=1)) == [("ANN", timedelta(0)), ("BEN", DAY)]
    assert seen(DAY) == [("BEN", DAY)]


def test_a_shift_that_begins_later_than_in_a_day_is_not_seen_yet() -> None:
    nights = a_schedule(a_layer(MONDAY, "ANN", restrictions=(daily("20:00", 8),)))

    found = vigils([SCHEDULE], {"SCHEDULE": nights}, MONDAY + timedelta(hours=5))

    assert [vigil.shift_at - MONDAY for vigil in found] == [timedelta(hours=20)]


def test_whom_policies_name_is_always_on_call_and_a_schedule_that_is_gone_is_nobodys() -> None:
    found = vigils([Target("user", "ANN"), SCHEDULE], {}, MONDAY)

    assert list(found) == [Vigil(user_id="ANN", target_id="ANN", shift_at=ALWAYS)]
