"""Shadows: whose pages are copied to people who learn."""

import pytest
from msgspec.structs import replace

from tests.domain.reaching.test_paging import CALL, EMAIL, SMS, USER, page, rule
from tests.domain.scene import ALICE, BOB, CAROL, NOON, begun, new
from tests.domain.scene import level as one_of
from tocsin.domain.people.user import ContactMethod
from tocsin.domain.reaching.shadow import Shadow, learns, way_of_copies

INCIDENT = begun()  # Alice has it, by the schedule "primary"
OF_ALICE = Shadow(id="SHADOW", user_id=CAROL, mentor_id=ALICE, created_at=NOON)
OF_PRIMARY = Shadow(id="SHADOW", user_id=CAROL, schedule_id="primary", created_at=NOON)


def test_the_pages_of_a_mentor_alone_are_copied() -> None:
    assert learns(OF_ALICE, INCIDENT, ALICE, ())
    assert not learns(OF_ALICE, INCIDENT, BOB, ())


def test_a_schedule_teaches_by_whoever_holds_it() -> None:
    assert learns(OF_PRIMARY, INCIDENT, ALICE, ["primary"])
    assert not learns(OF_PRIMARY, INCIDENT, BOB, ["secondary"])
    assert not learns(OF_PRIMARY, begun(new(one_of(ALICE))), ALICE, ["primary"])


def test_who_has_the_incident_as_well_needs_no_copy() -> None:
    together = begun(new(one_of(ALICE, CAROL)))

    assert not learns(OF_ALICE, together, ALICE, ())
    assert not learns(OF_PRIMARY, together, ALICE, ["primary"])


@pytest.mark.parametrize(
    ("methods", "chosen", "expected"),
    [
        ((CALL, SMS, EMAIL), None, SMS),
        ((CALL, EMAIL), None, EMAIL),
        ((CALL, SMS), "CALL", CALL),
        ((CALL, SMS), "GONE", SMS),
        ((CALL,), None, None),
    ],
)
def test_a_copy_is_a_telephone_call_only_if_that_was_chosen(
    methods: tuple[ContactMethod, ...], chosen: str | None, expected: ContactMethod | None
) -> None:
    known = {method.id: method for method in methods}
    rules = [rule("FIRST", "CALL", 0), rule("SECOND", "SMS", 5)]
    shadow = replace(OF_ALICE, contact_method_id=chosen)

    way = way_of_copies(shadow, rules, known, USER, NOON)

    assert way == (page(expected.id, expected.kind) if expected else page(None, "email"))
