"""Acknowledgements on their way back to MongoDB Atlas: told once, in order, never as an echo."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any, Final

import pytest
from prometheus_client import CollectorRegistry

from tests.atlas import PRIVATE, PUBLIC, Atlas
from tests.night import Night
from tests.team import NOON
from tocsin.domain.intake.integration_settings import AtlasAccess
from tocsin.domain.intake.service import Integration
from tocsin.domain.machines.delivery import LANES, Dispatch
from tocsin.domain.response.incident import Incident
from tocsin.engine.couriers import Couriers
from tocsin.engine.dispatcher import Dispatcher
from tocsin.engine.meters import Meters
from tocsin.engine.write_back_courier import write_back_courier
from tocsin.kit.http import Outbound, make_client
from tocsin.kit.instants import write_instant
from tocsin.store.alarms import ALARMS
from tocsin.store.machines.deliveries import DELIVERIES
from tocsin.usecases.intake import integration_settings, integrations
from tocsin.usecases.intake.integration_settings import Wish
from tocsin.usecases.intake.integrations import Known
from tocsin.usecases.response import incidents
from tocsin.usecases.response.incidents import Change, by_hand

GROUP: Final = "65a50b0a1c9d440000000002"
ALERT: Final = "65a50b0a1c9d440000000001"
OTHER: Final = "65a50b0a1c9d440000000009"
PATH: Final = f"/api/atlas/v2/groups/{GROUP}/alerts/{ALERT}"
ACKNOWLEDGED: Final = {
    "acknowledgedUntil": write_instant(NOON + timedelta(days=1)),
    "acknowledgementComment": "Acknowledged in Tocsin by Ann",
}

Made = Callable[..., Awaitable[Known]]


@pytest.fixture
def made(night: Night, atlas: Atlas) -> Made:
    """Give the team's service an integration of Atlas, with access unless it shall have none."""

    async def made(**access: str | None) -> Known:
        wish = integrations.Wish(vendor_id="PATLAS0")
        known = await integrations.create(night.house, night.team.service.id, wish, NOON)
        given: dict[str, Any] = {"client": PUBLIC, "secret": PRIVATE, "url": atlas.url} | access
        if given["client"]:
            told = Wish(atlas=AtlasAccess(**given))
            await _tell(night, known.integration, told)
        return known

    return made


@pytest.fixture
async def carry(night: Night) -> AsyncIterator[Callable[[], Awaitable[list[Dispatch]]]]:
    """Carry what is due, and return all deliveries as they stand then."""
    async with make_client(Outbound(), user_agent="Tocsin/test") as http:
        couriers: Couriers = {"write_back": write_back_courier(http)}
        dispatcher = Dispatcher(night.house, couriers, Meters(CollectorRegistry(), LANES))

        async def carry() -> list[Dispatch]:
            await dispatcher.step(night.house.clock)
            async with night.database.read() as tx:
                return await DELIVERIES.select(tx, order_by=(DELIVERIES.c.sequence,))

        yield carry


Carry = Callable[[], Awaitable[list[Dispatch]]]


async def _tell(night: Night, integration: Integration, wish: Wish) -> None:
    service_id = night.team.service.id
    await integration_settings.change(night.house, service_id, integration.id, wish)


async def _open(night: Night, known: Known, *alerts: str, group: str = GROUP) -> list[Incident]:
    return await night.trigger(
        *(alerts or (ALERT,)), key=known.key, custom_details={"groupId": group}
    )


async def _set(night: Night, incident: Incident, status: Any) -> None:
    change = Change(incident_id=incident.id, status=status)
    await incidents.change(night.house, [change], by_hand(night.team.ann), night.now)


@pytest.mark.parametrize("kind", ["api_key", "service_account"])
async def test_atlas_hears_that_somebody_has_its_alert(
    night: Night, atlas: Atlas, made: Made, carry: Carry, kind: str
) -> None:
    [incident] = await _open(night, await made(kind=kind))
    await _set(night, incident, "acknowledged")
    [delivery] = await carry()

    assert atlas.told == [(PATH, ACKNOWLEDGED)]
    assert (delivery.lane, delivery.kind, delivery.status) == (
        "write_back",
        "acknowledge",
        "delivered",
    )
    assert delivery.thread_id == ALERT


async def test_atlas_hears_when_nobody_has_it_any_longer(
    night: Night, atlas: Atlas, made: Made, carry: Carry
) -> None:
    [incident] = await _open(night, await made())
    await _set(night, incident, "acknowledged")
    await _set(night, incident, "triggered")
    await carry()

    assert atlas.told == [(PATH, ACKNOWLEDGED), (PATH, {"unacknowledgeAlert": True})]


async def test_what_atlas_said_itself_is_not_told_back(
    night: Night, atlas: Atlas, made: Made, carry: Carry
) -> None:
    known = await made()
    await _open(night, known)
    await night.trigger(ALERT, key=known.key, action="acknowledge", severity=None)

    assert await carry() == []
    [incident] = await night.incidents()
    assert incident.status == "acknowledged"


async def test_each_open_alert_of_the_incident_is_told_to_whom_it_came_from(
    night: Night, atlas: Atlas, made: Made, carry: Carry
) -> None:
    known, silent = await made(), await made(client=None)
    [first, second] = await _open(night, known, ALERT, OTHER)
    await _open(night, silent, "65a50b0a1c9d440000000011")
    await night.trigger("Of another tool")
    for incident in await night.incidents():
        await _set(night, incident, "acknowledged")
    await carry()

    assert {path.rpartition("/")[2] for path, _ in atlas.told} == {ALERT, OTHER}
    assert {first.incident_key, second.incident_key} == {ALERT, OTHER}


@pytest.mark.parametrize(("group", "alert"), [("", ALERT), ("../..", ALERT), (GROUP, "../x")])
async def test_what_has_no_id_of_atlas_is_told_to_nobody(
    night: Night, made: Made, carry: Carry, group: str, alert: str
) -> None:
    [incident] = await _open(night, await made(), alert, group=group)
    await _set(night, incident, "acknowledged")

    assert await carry() == []


async def test_an_atlas_that_is_away_is_told_later_and_nothing_overtakes(
    night: Night, atlas: Atlas, made: Made, carry: Carry
) -> None:
    [incident] = await _open(night, await made())
    atlas.status = "503 Service Unavailable"
    await _set(night, incident, "acknowledged")
    [waiting] = await carry()
    await _set(night, incident, "triggered")
    atlas.status = "200 OK"
    night.passes(minutes=1)
    await carry()

    assert (waiting.status, waiting.attempts) == ("waiting", 1)
    assert waiting.detail.startswith("HTTP 503 Service Unavailable")
    assert [list(body) for _, body in atlas.told] == [
        ["acknowledgedUntil", "acknowledgementComment"],
        ["unacknowledgeAlert"],
    ]


@pytest.mark.parametrize("kind", ["api_key", "service_account"])
async def test_a_wrong_key_is_told_and_given_up(
    night: Night, atlas: Atlas, made: Made, carry: Carry, kind: str
) -> None:
    [incident] = await _open(night, await made(kind=kind, secret="an old secret"))
    await _set(night, incident, "acknowledged")
    [delivery] = await carry()

    assert delivery.status == "dropped"
    assert delivery.detail.startswith("HTTP 401 Unauthorized")
    async with night.database.read() as tx:
        [alarm] = await ALARMS.select(tx)
    assert alarm.incident_id == incident.id
    assert alarm.sentence.startswith(f"MongoDB Atlas was not told of its alert {ALERT}: HTTP 401")
    assert "an old secret" not in f"{delivery.answer}{delivery.detail}{delivery.subject}"
    assert atlas.told == []


async def test_an_answer_without_a_token_is_asked_for_again(
    night: Night, atlas: Atlas, made: Made, carry: Carry
) -> None:
    [incident] = await _open(night, await made(kind="service_account"))
    atlas.token = "<html>"
    await _set(night, incident, "acknowledged")
    [delivery] = await carry()

    assert (delivery.status, delivery.detail) == (
        "waiting",
        "Atlas gave the service account no token.",
    )


@pytest.mark.parametrize("how", ["forgotten", "removed"])
async def test_what_waits_when_access_ends_is_given_up(
    night: Night, made: Made, carry: Carry, how: str
) -> None:
    known = await made()
    [incident] = await _open(night, known)
    await _set(night, incident, "acknowledged")
    if how == "forgotten":
        await _tell(night, known.integration, Wish(atlas=None))
    else:
        service_id = night.team.service.id
        await integrations.remove(night.house, service_id, known.integration.id)
    [delivery] = await carry()

    assert (delivery.status, delivery.detail) == (
        "dropped",
        "The integration has no access to Atlas any longer.",
    )


async def test_a_closed_atlas_is_told_later(
    night: Night, atlas: Atlas, made: Made, carry: Carry
) -> None:
    [incident] = await _open(night, await made())
    atlas.close()
    await asyncio.sleep(0)
    await _set(night, incident, "acknowledged")
    [delivery] = await carry()

    assert delivery.status == "waiting"
