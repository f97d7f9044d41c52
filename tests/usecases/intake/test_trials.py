"""Trials: a test event goes the whole way, and what became of it is told."""

from datetime import timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.night import Night
from tests.team import MINUTE, NOON
from tocsin.domain.duty.escalation_policy import Target
from tocsin.domain.intake.service import UrgencyRule
from tocsin.store.duty.escalation_policies import POLICIES
from tocsin.usecases.errors import Arguments, Invalid, TooMany
from tocsin.usecases.intake import integrations, maintenance_windows, services, trials
from tocsin.usecases.intake.integrations import EMAIL, Known
from tocsin.usecases.intake.parcels import Full, Parcel, Stray, Verdict
from tocsin.usecases.intake.trials import Trial


@pytest.fixture
async def way(night: Night) -> Known:
    """Give a way into the team's service whose key can be opened."""
    wish = integrations.Wish(name="Grafana")
    return await integrations.create(night.house, night.team.service.id, wish, NOON)


async def _watch(night: Night, way: Known, **given: Any) -> Trial:
    key = await trials.begin(night.take, way, given.get("severity", "critical"), night.team.ann)
    return await trials.tell(night.house, way, key, night.now)


async def test_a_test_event_opens_an_incident_and_pages_whoever_is_on_call(
    night: Night, way: Known
) -> None:
    trial = await _watch(night, way)

    assert trial.alert
    assert trial.incident
    assert trial.alert.integration_id == way.integration.id
    assert trial.incident.title == "Test event for Checkout, sent by Ann"
    assert [page.user_id for page in trial.planned] == [night.team.ann.id]
    assert [(page.lane, page.due) for page in trial.planned] == [("email", NOON)]


async def test_the_urgency_of_the_service_s_rule_is_tried_too(night: Night, way: Known) -> None:
    wish = services.Wish(urgency_rule=UrgencyRule(urgency="severity_based"))
    await services.change(night.house, night.team.service.id, wish, NOON)
    quiet, loud = [await _watch(night, way, severity=word) for word in ("info", "error")]

    assert quiet.incident
    assert loud.incident
    assert (quiet.incident.urgency, loud.incident.urgency) == ("low", "high")


async def test_two_trials_are_two_incidents(night: Night, way: Known) -> None:
    first, second = [await _watch(night, way) for _ in range(2)]

    assert first.alert
    assert second.alert
    assert first.alert.incident_id != second.alert.incident_id


async def test_its_recovery_ends_the_incident_and_its_pages(night: Night, way: Known) -> None:
    key = await trials.begin(night.take, way, "critical", night.team.ann)
    await trials.end(night.take, way, key)
    trial = await trials.tell(night.house, way, key, night.now)

    assert trial.alert
    assert trial.incident
    assert (trial.alert.status, trial.incident.status) == ("resolved", "resolved")
    assert trial.planned == []


async def test_during_maintenance_it_is_recorded_and_pages_nobody(night: Night, way: Known) -> None:
    until = NOON + timedelta(hours=1)
    wish = maintenance_windows.Wish(start=NOON, end=until, service_ids=(way.service.id,))
    await maintenance_windows.create(night.house, wish, None, NOON)
    trial = await _watch(night, way)

    assert trial.alert
    assert (trial.alert.suppressed, trial.alert.incident_id) == (True, None)
    assert (trial.maintenance_until, trial.incident) == (until, None)


async def test_pages_to_come_are_told(night: Night, way: Known) -> None:
    await night.give(night.team.ann, "sms", "5551234567", minutes=2)
    trial = await _watch(night, way)

    assert [(page.lane, page.due) for page in trial.planned] == [
        ("email", NOON),
        ("sms", NOON + 2 * MINUTE),
    ]


async def test_that_nobody_was_on_call_is_told(night: Night, way: Known) -> None:
    policy = night.team.policy
    nobody = [replace(rule, targets=(Target("schedule", "PNONE"),)) for rule in policy.rules]
    async with night.database.begin() as tx:
        await POLICIES.update(tx, replace(policy, rules=tuple(nobody)))
    trial = await _watch(night, way)

    [sentence] = trial.alarms
    assert "Nobody can be paged" in sentence


async def test_without_a_key_nothing_has_arrived(night: Night, way: Known) -> None:
    for key in ("", "test-of-another-day"):
        trial = await trials.tell(night.house, way, key, night.now)
        assert (trial.alert, trial.incident) == (None, None)


async def test_mail_integrations_cannot_be_tried(night: Night) -> None:
    wish = integrations.Wish(kind=EMAIL, email="shop@example.com")
    mail = await integrations.create(night.house, night.team.service.id, wish, NOON)

    with pytest.raises(Invalid, match="for mails"):
        await trials.begin(night.take, mail, "critical", night.team.ann)


async def test_a_key_that_was_changed_meanwhile_is_told(night: Night, way: Known) -> None:
    wish = integrations.Wish(key="0" * 32)
    await integrations.change(night.house, way.service.id, way.integration.id, wish)

    with pytest.raises(Arguments, match="changed just now"):
        await trials.begin(night.take, way, "critical", night.team.ann)


async def test_a_crowd_at_the_door_and_a_letter_that_cannot_be_kept_are_told(way: Known) -> None:
    async def full(_: Parcel | Stray) -> Verdict:
        raise Full(5)

    async def unstorable(_: Parcel | Stray) -> Verdict:
        return Verdict.UNSTORABLE

    with pytest.raises(TooMany, match="again in 5 seconds"):
        await trials.end(full, way, "test-1")
    with pytest.raises(Arguments, match="could not be stored"):
        await trials.end(unstorable, way, "test-1")
