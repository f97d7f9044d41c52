"""The service directory: who is on call, what is wrong, and how long a tool has been silent."""

from datetime import datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from tests.night import Night
from tests.team import MINUTE, NOON
from tocsin.domain.duty.escalation_policy import Target
from tocsin.domain.duty.schedule import Layer, Schedule
from tocsin.domain.intake.event import ChangeEvent
from tocsin.domain.intake.service import Service
from tocsin.kit.ids import new_id
from tocsin.store import tables
from tocsin.store.duty.escalation_policies import POLICIES
from tocsin.store.duty.schedules import SCHEDULES
from tocsin.store.intake.services import SERVICES, Tally
from tocsin.usecases.errors import Invalid
from tocsin.usecases.intake import maintenance_windows, service_directory, services
from tocsin.usecases.intake.integrations import EVENTS
from tocsin.usecases.intake.integrations import Wish as Tool
from tocsin.usecases.intake.parcels import Parcel
from tocsin.usecases.intake.service_directory import Listing
from tocsin.usecases.intake.services import Faring, Filter
from tocsin.usecases.parts import Part

HOUR = timedelta(hours=1)
MOST_QUESTIONS = 12


async def _shelve(night: Night, name: str, *, disabled: bool = False) -> Service:
    """Add a service on the team's policy."""
    policy_id = night.team.policy.id
    service = Service(
        id=new_id(), name=name, escalation_policy_id=policy_id, disabled=disabled, created_at=NOON
    )
    async with night.database.begin() as tx:
        return await SERVICES.insert(tx, service)


async def _maintain(night: Night, service: Service, until: datetime) -> None:
    wish = maintenance_windows.Wish(start=NOON, end=until, service_ids=(service.id,))
    await maintenance_windows.create(night.house, wish, None, NOON)


async def _browse(night: Night, asked: Filter | None = None, *, limit: int = 25) -> Listing:
    part = Part(limit=limit)
    return await service_directory.browse(night.house, asked or Filter(), part, night.now)


async def _hold_by_schedule(night: Night, user_id: str, end: datetime) -> None:
    """Let a schedule, which somebody holds until ``end``, be the first level of the policy."""
    layer = Layer(
        id=new_id(),
        name="Days",
        start=NOON - HOUR,
        end=end,
        rotation_virtual_start=NOON - HOUR,
        turn_seconds=86_400,
        user_ids=(user_id,),
    )
    schedule = Schedule(id=new_id(), name="Primary", time_zone="UTC", layers=(layer,))
    policy = night.team.policy
    first = replace(policy.rules[0], targets=(Target("schedule", schedule.id),))
    async with night.database.begin() as tx:
        await SCHEDULES.insert(tx, schedule)
        await POLICIES.update(tx, replace(policy, rules=(first, *policy.rules[1:])))


async def test_a_service_is_listed_with_what_is_open_and_who_is_paged_first(night: Night) -> None:
    await night.trigger("Disk full", "Disk slow")
    await night.acknowledge((await night.incidents())[0])
    listing = await _browse(night)

    [listed] = listing.services
    standing = listed.known.standing
    assert (standing.triggered, standing.acknowledged, standing.open) == (1, 1, 2)
    assert (listed.known.status, standing.last_incident_at) == ("critical", NOON)
    assert [face.name for face in listed.on_call] == ["Ann"]


async def test_whoever_holds_the_first_schedule_is_on_call_until_the_end_of_the_shift(
    night: Night,
) -> None:
    await _hold_by_schedule(night, night.team.ben.id, NOON + HOUR)
    [during] = (await _browse(night)).services
    night.passes(hours=1)
    [after] = (await _browse(night)).services

    [ben] = during.on_call
    assert (ben.user, ben.until) == (night.team.ben, NOON + HOUR)
    assert after.on_call == []


@pytest.mark.parametrize(
    ("faring", "names"),
    [
        ("any", ["Away", "Checkout", "Paused", "Quiet"]),
        ("open", ["Checkout"]),
        ("maintenance", ["Paused"]),
        ("disabled", ["Away"]),
    ],
)
async def test_services_are_found_by_how_they_fare_and_all_of_them_counted(
    night: Night, faring: Faring, names: list[str]
) -> None:
    await _shelve(night, "Quiet")
    await _shelve(night, "Away", disabled=True)
    await _maintain(night, await _shelve(night, "Paused"), NOON + HOUR)
    await night.trigger("Disk full")
    listing = await _browse(night, Filter(faring=faring))

    assert [listed.known.service.name for listed in listing.services] == names
    assert listing.tally == Tally(all=4, open=1, maintenance=1, disabled=1)


async def test_a_search_looks_into_descriptions_and_its_counts_follow_it(night: Night) -> None:
    await _shelve(night, "Quiet")
    wish = services.Wish(description="Takes the money of 100 % of our guests")
    await services.change(night.house, night.team.service.id, wish, NOON)
    listing = await _browse(night, Filter(about="100 % of"))

    assert [listed.known.service.name for listed in listing.services] == ["Checkout"]
    assert listing.tally.all == 1


async def test_a_long_directory_comes_in_parts(night: Night) -> None:
    for number in range(3):
        await _shelve(night, f"Shop {number}")

    assert (await _browse(night, limit=3)).has_more
    assert not (await _browse(night, limit=4)).has_more


async def test_a_long_directory_asks_no_more_questions_than_a_short_one(night: Night) -> None:
    asked: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        asked.append(statement)

    engine = night.database.engine.sync_engine
    await _browse(night)
    sa.event.listen(engine, "before_cursor_execute", note)
    counts = []
    for names in ((), ("Archive", "Login", "Search")):
        for name in names:
            await _shelve(night, name)
        await _browse(night)
        asked.clear()
        await _browse(night)
        counts.append(len(asked))
    sa.event.remove(engine, "before_cursor_execute", note)

    assert counts[0] == counts[1] <= MOST_QUESTIONS


async def test_maintenance_ends_with_the_last_of_the_windows(night: Night) -> None:
    for hours in (1, 3, 2):
        await _maintain(night, night.team.service, NOON + hours * HOUR)
    [listed] = (await _browse(night)).services

    assert listed.known.standing.maintenance_until == NOON + 3 * HOUR


async def test_each_event_is_noted_whatever_becomes_of_it(night: Night) -> None:
    await services.change(night.house, night.team.service.id, services.Wish(disabled=True), NOON)
    seen = []
    for action in ("trigger", "resolve", "acknowledge"):
        night.passes(minutes=1)
        await night.trigger("Disk full", action=action)
        seen.append((await _browse(night)).services[0].last_event_at)

    assert seen == [NOON + MINUTE, NOON + 2 * MINUTE, NOON + 3 * MINUTE]


async def test_a_change_event_is_a_sign_of_life_too(night: Night) -> None:
    change = ChangeEvent(summary="Deployed")
    parcel = Parcel(key=night.team.key, what=change, path="/", sender="", body=b"{}")
    await night.take(parcel)

    assert (await _browse(night)).services[0].last_event_at == NOON


async def test_in_a_storm_the_last_event_is_noted_every_ten_seconds(night: Night) -> None:
    seen = []
    for _ in range(4):
        await night.trigger("Disk full")
        seen.append((await _browse(night)).services[0].last_event_at)
        night.passes(seconds=5)

    late = NOON + timedelta(seconds=15)
    assert seen == [NOON, NOON, NOON, late]


async def test_one_service_is_told_with_all_that_belongs_to_it(night: Night) -> None:
    service = night.team.service
    [over] = await night.trigger("Disk slow")
    night.passes(minutes=1)
    await night.trigger("Disk slow", action="resolve")
    await night.trigger("Disk full")
    await _maintain(night, service, NOON + HOUR)
    overview = await service_directory.tell(night.house, service.id, night.now)

    assert [incident.title for incident in overview.open] == ["Disk full"]
    assert [incident.id for incident in overview.recent] == [over.id]
    assert [known.window.end for known in overview.windows] == [NOON + HOUR]
    assert overview.listed.known.status == "maintenance"


async def test_a_new_service_and_its_first_integration_are_made_together_or_not_at_all(
    night: Night,
) -> None:
    wish = services.Wish(name="Shopping Cart", escalation_policy_id=night.team.policy.id)
    tools = (Tool(vendor_id="PBLACKF"), Tool(kind=EVENTS), Tool(name="Ours"))
    for number, tool in enumerate(tools):
        named = replace(wish, name=f"Shopping Cart {number}")
        await service_directory.add(night.house, named, tool, NOON)
    with pytest.raises(Invalid, match="Integration name must have at most"):
        await service_directory.add(night.house, wish, Tool(name="x" * 300), NOON)

    async with night.database.read() as tx:
        names = (await tx.execute(sa.select(tables.integrations.c.name))).scalars().all()
    assert set(names) == {
        "Prometheus",
        "blackfire-Shopping-Cart-0",
        "events-api-v2-Shopping-Cart-1",
        "Ours",
    }
    assert (await _browse(night, Filter(name="Shopping Cart"))).services == []
