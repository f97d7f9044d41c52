"""Personal rules: when and how a person is paged."""

from collections.abc import Mapping

import pytest
from msgspec.structs import replace

from tests.domain.scene import ALICE, BOB, FIVE, NOON, acknowledged, begun, resolved, ring
from tocsin.domain.people.user import ContactMethod, NotificationRule, Urgency, User
from tocsin.domain.reaching.paging import Planned, next_method, plan, still_wanted
from tocsin.domain.response.incident import Incident

USER = User(id=ALICE, name="Alice", email="alice@example.com", created_at=NOON)


def method(id_: str, kind: str) -> ContactMethod:
    """Return a way to reach Alice."""
    return ContactMethod(id=id_, user_id=ALICE, kind=kind, label=id_, address="x", created_at=NOON)


def rule(id_: str, method_id: str, delay: int, urgency: Urgency = "high") -> NotificationRule:
    """Return a wish of Alice's."""
    return NotificationRule(
        id=id_,
        user_id=ALICE,
        contact_method_id=method_id,
        urgency=urgency,
        delay_minutes=delay,
        created_at=NOON,
    )


def page(method_id: str | None, kind: str, delay: int = 0) -> Planned:
    """Return a page to Alice so many minutes after noon."""
    return Planned(
        at=NOON + delay * FIVE / 5, user_id=ALICE, kind=kind, contact_method_id=method_id
    )


EMAIL, SMS, CALL = method("EMAIL", "email"), method("SMS", "sms"), method("CALL", "phone")
METHODS = {m.id: m for m in (EMAIL, SMS, CALL)}
RULES = [rule("1", "CALL", 5), rule("2", "SMS", 0), rule("3", "EMAIL", 0, "low")]


@pytest.mark.parametrize(
    ("urgency", "pages"),
    [
        ("high", (page("SMS", "sms"), page("CALL", "phone", 5))),
        ("low", (page("EMAIL", "email"),)),
    ],
)
def test_each_rule_of_the_urgency_plans_a_page(
    urgency: Urgency, pages: tuple[Planned, ...]
) -> None:
    assert plan(RULES, METHODS, USER, urgency, NOON) == pages


def test_the_same_wish_twice_plans_one_page() -> None:
    twice = [rule("1", "SMS", 0), rule("2", "SMS", 0), rule("3", "SMS", 1)]

    assert plan(twice, METHODS, USER, "high", NOON) == (page("SMS", "sms"), page("SMS", "sms", 1))


@pytest.mark.parametrize(
    ("rules", "methods", "expected"),
    [
        ([], METHODS, page("EMAIL", "email")),
        ([rule("1", "EMAIL", 9, "low")], METHODS, page("EMAIL", "email")),
        ([rule("1", "GONE", 9)], METHODS, page("EMAIL", "email")),
        ([rule("1", "GONE", 9)], {"SMS": SMS}, page(None, "email")),
        ([], {}, page(None, "email")),
    ],
)
def test_a_person_without_a_rule_that_works_is_paged_at_once_by_email(
    rules: list[NotificationRule], methods: Mapping[str, ContactMethod], expected: Planned
) -> None:
    assert plan(rules, methods, USER, "high", NOON) == (expected,)


@pytest.mark.parametrize(
    ("tried", "found"),
    [
        ((), SMS),
        (("SMS",), CALL),
        (("SMS", "CALL"), method("PUSH", "push")),
        (("SMS", "CALL", "PUSH"), EMAIL),
        (("SMS", "CALL", "PUSH", "EMAIL"), None),
    ],
)
def test_after_a_failure_the_other_ways_are_tried_by_the_rules_and_email_last(
    tried: tuple[str, ...], found: ContactMethod | None
) -> None:
    methods = {"EMAIL": EMAIL, "PUSH": method("PUSH", "push"), **METHODS}

    assert next_method([*RULES, rule("4", "GONE", 0)], methods, tried) == found


WAITING = begun()


@pytest.mark.parametrize(
    ("incident", "user_id", "wanted"),
    [
        (WAITING, ALICE, True),
        (WAITING, BOB, False),
        (acknowledged(WAITING), ALICE, False),
        (resolved(WAITING), ALICE, False),
        (ring(WAITING, "escalate").incident, ALICE, False),
        (ring(WAITING, "escalate").incident, BOB, False),
        (replace(WAITING, generation=WAITING.generation + 1), ALICE, False),
    ],
)
def test_a_page_is_wanted_while_its_course_lasts(
    incident: Incident, user_id: str, wanted: bool
) -> None:
    assert still_wanted(incident, user_id, WAITING.generation) is wanted
