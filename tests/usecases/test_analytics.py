"""Analytics, told of a past that was counted by hand."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.past import Past, day
from tests.team import MINUTE, person
from tocsin.domain.analytics import LONGEST, Span
from tocsin.domain.intake.service import Service
from tocsin.kit.ids import new_id
from tocsin.store import tables
from tocsin.store.intake.services import SERVICES
from tocsin.usecases.analytics import BACKWARDS, TOO_LONG, Asked, Report, tell
from tocsin.usecases.errors import Invalid

VIENNA = "Europe/Vienna"
YEARS_LATER = day("2030-01-01 00:00")


@pytest.fixture
def past(night: Night) -> Past:
    return Past(night)


async def report(night: Night, **asked: Any) -> Report:
    """Tell of the first week of March, from Monday."""
    week = Span(day("2026-03-01 23:00"), day("2026-03-08 23:00"), VIENNA)
    return await tell(night.house, Asked(**{"span": week} | asked), YEARS_LATER)


async def service(night: Night, name: str) -> Service:
    known = night.team.service
    async with night.database.begin() as tx:
        return await SERVICES.insert(tx, msgspec.structs.replace(known, id=new_id(), name=name))


async def test_nothing_has_no_mean(night: Night) -> None:
    told = await report(night)

    assert told.now.metrics.total_incident_count == 0
    assert None is told.now.metrics.mean_seconds_to_first_ack
    assert len(told.bars) == 7
    assert (told.services, told.people) == ([], {})


async def test_means_and_medians_are_of_what_was_acknowledged_and_resolved(
    night: Night, past: Past
) -> None:
    await past.incident("2026-03-02 12:00", acknowledged=(1, "user"), resolved=(10, "user"))
    await past.incident("2026-03-02 13:00", acknowledged=(2, "user"), resolved=(20, "user"))
    await past.incident("2026-03-02 14:00", acknowledged=(6, "user"), resolved=(60, "user"))
    await past.incident("2026-03-02 15:00")

    metrics = (await report(night)).now.metrics

    assert (
        metrics.total_incident_count,
        metrics.total_incidents_acknowledged,
        metrics.total_incidents_resolved,
    ) == (4, 3, 3)
    assert (metrics.mean_seconds_to_first_ack, metrics.median_seconds_to_first_ack) == (180, 120)
    assert (metrics.mean_seconds_to_resolve, metrics.median_seconds_to_resolve) == (1800, 1200)


async def test_only_the_first_acknowledgement_by_a_person_counts(night: Night, past: Past) -> None:
    thrice = [(1, "integration"), (3, "user"), (9, "user")]
    await past.incident("2026-03-02 12:00", acknowledged=thrice)
    await past.incident("2026-03-02 13:00", acknowledged=(1, "integration"))

    metrics = (await report(night)).now.metrics

    assert (metrics.total_incidents_acknowledged, metrics.mean_seconds_to_first_ack) == (1, 180)


async def test_what_a_tool_or_a_timeout_ended_has_resolved_itself(night: Night, past: Past) -> None:
    await past.incident("2026-03-02 12:00", resolved=(5, "integration"))
    await past.incident("2026-03-02 13:00", resolved=(5, "service"))
    await past.incident("2026-03-02 14:00", resolved=(5, "user"))
    await past.incident("2026-03-02 15:00", resolved=[(5, "user"), (9, "integration")])
    await past.incident("2026-03-02 16:00", resolved=[(5, "integration"), (9, "user")])
    await past.incident("2026-03-02 17:00")

    metrics = (await report(night)).now.metrics

    assert (metrics.total_incidents_resolved, metrics.total_incidents_auto_resolved) == (5, 3)


async def test_escalations_by_hand_and_by_timeout_are_told_apart(night: Night, past: Past) -> None:
    await past.incident("2026-03-02 12:00", escalated=[(5, "service"), (10, "service")])
    await past.incident("2026-03-02 13:00", escalated=[(1, "user"), (6, "service")])
    await past.incident("2026-03-02 14:00")

    metrics = (await report(night)).now.metrics

    assert (
        metrics.total_escalation_count,
        metrics.total_incidents_manual_escalated,
        metrics.total_incidents_timeout_escalated,
    ) == (4, 1, 2)


async def test_a_real_night_is_told_as_it_was(night: Night) -> None:
    [incident] = await night.trigger("disk")
    night.passes(minutes=2)
    await night.acknowledge(incident)

    last_day = Span(night.now - timedelta(days=1), night.now, "UTC")
    told = await tell(night.house, Asked(span=last_day), night.now)

    assert (
        told.now.metrics.total_incidents_acknowledged,
        told.now.metrics.mean_seconds_to_first_ack,
    ) == (1, 120)


async def test_bars_count_by_day_and_urgency(night: Night, past: Past) -> None:
    await past.incident("2026-03-01 22:59")  # still the day before, in Vienna
    await past.incident("2026-03-01 23:00")
    await past.incident("2026-03-02 22:59", urgency="low")
    await past.incident("2026-03-02 23:00")
    await past.incident("2026-03-08 22:59")
    await past.incident("2026-03-08 23:00")  # already the week after

    told = await report(night)

    assert told.bar_unit == "day"
    assert [(bar.high, bar.low) for bar in told.bars] == [
        (1, 1),
        (1, 0),
        (0, 0),
        (0, 0),
        (0, 0),
        (0, 0),
        (1, 0),
    ]


async def test_weeks_have_means_of_their_own(night: Night, past: Past) -> None:
    await past.incident("2026-03-02 12:00", acknowledged=(1, "user"))
    await past.incident("2026-03-10 12:00", acknowledged=(3, "user"))
    span = Span(day("2026-03-01 23:00"), day("2026-03-22 23:00"), VIENNA)

    told = await report(night, span=span)

    assert [point.metrics.mean_seconds_to_first_ack for point in told.points] == [60, 180, None]


async def test_figures_stand_beside_those_of_the_time_before(night: Night, past: Past) -> None:
    await past.incident("2026-02-22 22:59")  # older still
    await past.incident("2026-02-22 23:00", acknowledged=(4, "user"))
    await past.incident("2026-03-01 22:59")
    await past.incident("2026-03-02 12:00", acknowledged=(2, "user"))

    told = await report(night)

    assert (
        told.now.metrics.total_incident_count,
        told.before.metrics.total_incident_count,
    ) == (1, 2)
    assert told.before.metrics.mean_seconds_to_first_ack == 240
    assert [service.incidents_before for service in told.services] == [2]


async def test_pages_within_five_minutes_of_the_one_before_are_one_interruption(
    night: Night, past: Past
) -> None:
    incident = await past.incident("2026-03-02 12:00")
    await past.page(
        night.team.ann,
        incident,
        *("2026-03-02 12:00:00", "2026-03-02 12:05:00", "2026-03-02 12:09:00"),
        "2026-03-02 12:14:01",
    )

    counted = (await report(night)).now.interruptions

    assert (counted.total_notifications, counted.total_interruptions) == (4, 2)


async def test_people_are_interrupted_each_for_themselves(night: Night, past: Past) -> None:
    incident = await past.incident("2026-03-02 12:00")
    await past.page(night.team.ann, incident, "2026-03-02 12:00")
    await past.page(night.team.ben, incident, "2026-03-02 12:01")

    assert (await report(night)).now.interruptions.total_interruptions == 2


async def test_an_interruption_that_began_before_is_not_begun_anew(
    night: Night, past: Past
) -> None:
    incident = await past.incident("2026-03-01 22:58")
    await past.page(night.team.ann, incident, "2026-03-01 22:58", "2026-03-01 23:01")

    told = await report(night)

    assert (
        told.now.interruptions.total_notifications,
        told.now.interruptions.total_interruptions,
    ) == (1, 0)
    assert told.before.interruptions.total_interruptions == 1


async def test_neither_low_urgency_nor_a_page_that_failed_interrupts(
    night: Night, past: Past
) -> None:
    low = await past.incident("2026-03-02 12:00", urgency="low")
    high = await past.incident("2026-03-02 12:00")
    await past.page(night.team.ann, low, "2026-03-02 12:00")
    await past.page(night.team.ann, high, "2026-03-02 13:00", status="failed")
    await past.page(night.team.ann, high, "2026-03-02 13:01", status="retrying")

    assert (await report(night)).now.interruptions.total_notifications == 0


async def test_hours_are_those_of_whoever_is_interrupted(night: Night, past: Past) -> None:
    async with night.database.begin() as tx:
        cleo = await person(tx, "Cleo", time_zone="America/New_York")
        dev = await person(tx, "Dev", time_zone="Asia/Kolkata")
    incident = await past.incident("2026-03-02 12:00")
    for user in (night.team.ann, cleo, dev):
        await past.page(user, incident, "2026-03-07 04:40")

    told = await report(night)

    # Saturday 05:40 in Vienna, Friday 23:40 in New York, Saturday 10:10 in Kolkata.
    assert (told.hours[5], told.hours[23], told.hours[10]) == (1, 1, 1)
    assert {night.team.ann.id: (1, 1), cleo.id: (1, 0), dev.id: (0, 1)} == {
        user_id: (theirs.total_night_interruptions, theirs.total_weekend_interruptions)
        for user_id, theirs in told.people.items()
    }


async def test_hours_are_right_on_nights_on_which_clocks_are_moved(
    night: Night, past: Past
) -> None:
    incident = await past.incident("2026-03-29 00:00")
    await past.page(night.team.ann, incident, "2026-03-29 00:59", "2026-03-29 03:59")
    await past.page(night.team.ann, incident, "2026-10-25 00:30", "2026-10-25 01:30")
    span = Span(day("2026-03-01 00:00"), day("2026-11-01 00:00"), VIENNA)

    told = await report(night, span=span)

    # 01:59 and, two hours later by the sun, 05:59 summer time; then 02:30 twice.
    assert (told.hours[1], told.hours[2], told.hours[5]) == (1, 2, 1)
    assert told.now.interruptions.total_night_interruptions == 4


async def test_the_pages_of_somebody_who_is_gone_still_count(night: Night, past: Past) -> None:
    incident = await past.incident("2026-03-02 12:00")
    await past.page(night.team.ben, incident, "2026-03-02 12:00")
    await night.sql(sa.delete(tables.users).where(tables.users.c.id == night.team.ben.id))

    told = await report(night)

    assert [night.team.ben.id] == list(told.people)
    assert night.team.ben.id not in told.names


async def test_services_come_by_their_noise_and_own_the_interruptions_they_begin(
    night: Night, past: Past
) -> None:
    search = await service(night, "Search")
    quiet = await past.incident("2026-03-02 12:00")
    loud = await past.incident("2026-03-02 12:00", service_id=search.id)
    await past.incident("2026-03-03 12:00", service_id=search.id)
    await past.page(night.team.ann, loud, "2026-03-02 12:00")
    await past.page(night.team.ann, quiet, "2026-03-02 12:01", "2026-03-02 18:00")

    told = await report(night)

    assert [(search.id, 2, 1), (night.team.service.id, 1, 1)] == [
        (one.service_id, one.metrics.total_incident_count, one.total_interruptions)
        for one in told.services
    ]
    assert told.names[search.id] == "Search"


async def test_whoever_had_most_nights_comes_first(night: Night, past: Past) -> None:
    incident = await past.incident("2026-03-02 12:00")
    await past.page(night.team.ann, incident, *(f"2026-03-02 {hour}:00" for hour in range(10, 16)))
    await past.page(night.team.ben, incident, "2026-03-03 02:00")

    assert [night.team.ben.id, night.team.ann.id] == list((await report(night)).people)


async def test_a_report_may_be_of_one_service(night: Night, past: Past) -> None:
    search = await service(night, "Search")
    wanted = await past.incident("2026-03-02 12:00", service_id=search.id)
    other = await past.incident("2026-03-02 12:00")
    await past.page(night.team.ann, other, "2026-03-02 12:00")
    await past.page(night.team.ann, wanted, "2026-03-02 12:01")

    told = await report(night, service_id=search.id)

    assert told.now.metrics.total_incident_count == 1
    assert told.now.interruptions.total_interruptions == 1
    assert sum(bar.high for bar in told.bars) == 1


async def test_a_report_may_be_of_a_team(night: Night, past: Past) -> None:
    team_id = new_id()
    await night.sql(sa.insert(tables.teams).values(id=team_id, name="Web"))
    policies = tables.escalation_policies
    ours = policies.c.id == night.team.policy.id
    await night.sql(sa.update(policies).where(ours).values(team_ids=[team_id]))
    await past.incident("2026-03-02 12:00")
    await past.incident("2026-03-02 12:00", service_id="PELSEWHERE")

    theirs = await report(night, team_id=team_id)
    strangers = await report(night, team_id="PNOTEAM")
    not_theirs = await report(night, team_id=team_id, service_id="PELSEWHERE")

    assert [told.now.metrics.total_incident_count for told in (theirs, strangers, not_theirs)] == [
        1,
        0,
        0,
    ]


@pytest.mark.parametrize(
    ("length", "sentence"), [(-MINUTE, BACKWARDS), (LONGEST + MINUTE, TOO_LONG)]
)
async def test_a_time_without_end_or_with_too_much_of_it_is_refused(
    night: Night, length: timedelta, sentence: str
) -> None:
    since = day("2026-03-01 00:00")

    with pytest.raises(Invalid, match=sentence):
        await report(night, span=Span(since, since + length, "UTC"))
