"""Providers: whom of several a message is given to, and who is spared."""

from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.domain.scene import NOON
from tocsin.domain.reaching.channel import Checked
from tocsin.domain.reaching.provider import (
    Health,
    Provider,
    after_check,
    after_failure,
    after_success,
    route,
)

SECOND = timedelta(seconds=1)
ONE = Provider(
    id="ONE", type="fake", kind="sms", name="One", position=0, created_at=NOON, updated_at=NOON
)
TWO = replace(ONE, id="TWO", name="Two", position=1)
OFF = replace(ONE, id="OFF", is_disabled=True)
RESTING = {"ONE": Health(id="ONE", failures=3, rests_until=NOON + SECOND)}


@pytest.mark.parametrize(
    ("tried", "healths", "chosen"),
    [
        ((), {}, ONE),
        (("ONE",), {}, TWO),
        (("ONE", "TWO"), {}, ONE),
        ((), RESTING, TWO),
        (("TWO",), RESTING, ONE),
        ((), {"ONE": Health(id="ONE", rests_until=NOON)}, ONE),
    ],
)
def test_the_first_is_asked_who_was_not_tried_and_does_not_rest(
    tried: tuple[str, ...], healths: dict[str, Health], chosen: Provider
) -> None:
    assert route([TWO, ONE, OFF], healths, tried, NOON) == chosen


@pytest.mark.parametrize(
    ("tried", "full", "chosen"),
    [
        ((), ("ONE",), TWO),
        (("TWO",), ("ONE",), None),
        ((), ("ONE", "TWO"), None),
        (("ONE", "TWO"), ("ONE",), TWO),
    ],
)
def test_who_has_no_room_is_not_asked_but_waited_for(
    tried: tuple[str, ...], full: tuple[str, ...], chosen: Provider | None
) -> None:
    assert route([ONE, TWO], {}, tried, NOON, full) == chosen


def test_one_that_rests_is_asked_before_anybody_waits() -> None:
    assert route([ONE, TWO], RESTING, (), NOON, ("TWO",)) == ONE


def test_nobody_is_asked_where_nobody_is() -> None:
    assert route([OFF], {}, (), NOON) is None


def test_a_provider_rests_after_three_failures_in_a_row_and_longer_each_time() -> None:
    health, rests = Health(id="ONE"), []
    for _ in range(9):
        health = after_failure(health, "503", NOON)
        rests.append((health.rests_until - NOON).total_seconds() if health.rests_until else None)

    assert rests == [None, None, 15, 30, 60, 120, 240, 300, 300]
    assert (health.last_detail, health.last_failed_at) == ("503", NOON)


def test_a_wish_for_patience_is_respected_at_the_first_failure() -> None:
    patient = after_failure(Health(id="ONE"), "429", NOON, wait_seconds=90)

    assert patient.rests_until == NOON + 90 * SECOND


def test_a_success_makes_well() -> None:
    well = after_success(replace(RESTING["ONE"], last_detail="503"), NOON)

    assert well == Health(id="ONE", last_ok_at=NOON, last_detail="503")


def test_a_refusal_stands_until_a_later_check_or_a_message_succeeds() -> None:
    no = Checked(ok=False, is_refused=True, sentence="They refuse the token.")
    refused = after_check(Health(id="ONE", last_ok_at=NOON - SECOND), no, NOON)

    assert (refused.is_refused, refused.refusal) == (True, "They refuse the token.")
    assert after_check(Health(id="ONE"), no, NOON).is_refused
    assert not after_check(refused, Checked(ok=True, sentence="They know us."), NOON).is_refused
    assert not after_success(refused, NOON + SECOND).is_refused


def test_silence_changes_nothing() -> None:
    silence = Checked(ok=False, sentence="They cannot be asked.")

    assert after_check(RESTING["ONE"], silence, NOON) == RESTING["ONE"]
    assert not RESTING["ONE"].is_refused


def test_a_provider_is_to_be_probed_when_its_rest_is_over() -> None:
    health = RESTING["ONE"]

    assert not health.is_to_be_probed(NOON)
    assert health.is_resting(NOON)
    assert health.is_to_be_probed(NOON + SECOND)
    assert not Health(id="ONE").is_to_be_probed(NOON)


def test_a_provider_does_not_show_its_settings() -> None:
    assert repr(replace(ONE, settings={"token": "secret"})) == "Provider(ONE, fake)"
