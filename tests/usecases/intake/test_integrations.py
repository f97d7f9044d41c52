"""Integrations as people see them: their keys, their silence, their end."""

import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.team import NOON, integrate
from tocsin.store import tables
from tocsin.usecases import upkeep
from tocsin.usecases.errors import NotFound
from tocsin.usecases.intake import integrations, quarantine
from tocsin.usecases.intake.integrations import EVENTS, EVENTS_V1, Known, Wish


@pytest.fixture
async def way(night: Night) -> Known:
    """Give a way into a service of its own, so that each key there can be opened."""
    wish = Wish(name="Grafana", vendor_id="PGRAFAN")
    return await integrations.create(night.house, night.team.service.id, wish, NOON)


async def test_ways_in_are_listed_with_their_tools_and_when_they_were_heard(
    night: Night, way: Known
) -> None:
    await night.trigger("Disk full", key=way.key)
    prometheus, grafana = await integrations.find(night.house, night.team.service.id, opened=False)

    assert (prometheus.tool, prometheus.last_event_at) == ("Events API v2", None)
    assert (grafana.tool, grafana.last_event_at) == ("Grafana", NOON)
    assert (prometheus.key, grafana.key) == (None, None)


async def test_keys_are_opened_only_for_whoever_may_have_them(night: Night, way: Known) -> None:
    await night.sql(
        sa.delete(tables.integrations).where(tables.integrations.c.id == night.team.integration.id)
    )
    service_id = night.team.service.id
    [opened] = await integrations.find(night.house, service_id, opened=True)
    [closed] = await integrations.find(night.house, service_id, opened=False)

    assert (opened.key, closed.key) == (way.key, None)


async def test_events_for_a_removed_integration_are_kept_and_what_it_began_goes_on(
    night: Night, way: Known
) -> None:
    await night.trigger("Disk full", key=way.key)
    await integrations.remove(night.house, night.team.service.id, way.integration.id)
    await night.trigger("Disk full", key=way.key, action="resolve")

    [incident] = await night.incidents()
    [stray] = await quarantine.find_like(night.house, [way.key], 5)
    assert (incident.status, stray.reason) == ("triggered", "No integration has this key.")


async def test_only_strays_that_begin_as_a_key_are_like_it(night: Night) -> None:
    for key in ("abcd" + "1" * 28, "abce" + "1" * 28):
        await night.trigger("Disk full", key=key)

    found = await quarantine.find_like(night.house, ["abcd" + "2" * 28], 5)
    assert [stray.key_hint for stray in found] == ["abcd"]
    assert await quarantine.find_like(night.house, [], 5) == []


async def test_an_integration_is_removed_only_from_its_own_service(
    night: Night, way: Known
) -> None:
    for service_id, integration_id in (
        ("PNONE", way.integration.id),
        (night.team.service.id, "PNONE"),
    ):
        with pytest.raises(NotFound):
            await integrations.remove(night.house, service_id, integration_id)


async def test_when_a_removed_integration_was_heard_is_forgotten(night: Night) -> None:
    async with night.database.begin() as tx:
        key, gone = await integrate(tx, night.team.service)
    await night.trigger("Disk full", key=key)
    await night.trigger("Disk slow")
    await integrations.remove(night.house, night.team.service.id, gone.id)
    await upkeep.clean_up(night.house, NOON)

    async with night.database.read() as tx:
        kept = (await tx.execute(sa.select(tables.last_events.c.integration_id))).scalars().all()
    assert kept == [night.team.integration.id]


@pytest.mark.parametrize(
    ("kind", "vendor_id", "tool"),
    [
        (EVENTS, None, "Events API v2"),
        (EVENTS, "PBLACKF", "Blackfire.io"),
        (EVENTS_V1, None, "Events API v1"),
        ("nagios_inbound_integration", "PGONE", "Nagios"),
    ],
)
def test_an_integration_says_what_it_is_for(kind: str, vendor_id: str | None, tool: str) -> None:
    assert integrations.tool_of(kind, vendor_id) == tool
