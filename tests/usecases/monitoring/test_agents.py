"""Agents: their keys, their silence, what they bring, and what keeps them from going."""

from datetime import timedelta

import msgspec
import pytest

from tests.night import Night
from tests.team import NOON
from tests.watching import environment, monitor, results
from tocsin.domain.monitoring.errand import Finding, Findings
from tocsin.domain.monitoring.monitor import Monitor
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.monitoring import agents, errands, monitors
from tocsin.usecases.monitoring.agents import SILENT_AFTER, TOUCHED_EVERY

SECOND = timedelta(seconds=1)


async def shop_seen_from(night: Night, agent_id: str) -> Monitor:
    return await monitor(night, await environment(night), agent_ids=(agent_id,))


def finding(one: Monitor, **given: object) -> Finding:
    fields = {"monitor_id": one.id, "round": NOON, "at": NOON, "ok": True} | given
    return msgspec.convert(fields, Finding)


async def test_agents_are_made_renamed_listed_and_removed(night: Night) -> None:
    oslo, _ = await agents.create(night.house, " Data centre  Oslo ", NOON)
    bern, _ = await agents.create(night.house, "Bern", NOON)
    renamed = await agents.rename(night.house, oslo.id, "Oslo")

    assert oslo.name == "Data centre Oslo"
    assert await agents.find(night.house) == [bern, renamed]
    assert await agents.get(night.house, oslo.id) == renamed

    await agents.remove(night.house, bern.id)
    assert await agents.find(night.house) == [renamed]


async def test_faults_of_a_name_are_told(night: Night) -> None:
    oslo, _ = await agents.create(night.house, "Oslo", NOON)
    bern, _ = await agents.create(night.house, "Bern", NOON)

    for asked, sentence in (
        (agents.create(night.house, "", NOON), "Name cannot be blank."),
        (agents.create(night.house, "OSLO", NOON), "Name has already been taken."),
        (agents.rename(night.house, bern.id, oslo.name), "Name has already been taken."),
        (agents.rename(night.house, bern.id, "x" * 101), "Name must have at most 100"),
    ):
        with pytest.raises(Invalid, match=sentence):
            await asked


async def test_a_key_is_kept_as_a_hash_and_opens_until_there_is_another(night: Night) -> None:
    oslo, key = await agents.create(night.house, "Oslo", NOON)

    async def name_of(key: str) -> str | None:
        agent = await agents.identify(
            night.house, key, version="0.1", address="127.0.0.1", now=night.now
        )
        return agent.name if agent else None

    assert key.encode() not in oslo.key_hash
    assert await name_of(key) == "Oslo"

    other = await agents.renew(night.house, oslo.id, NOON)
    assert await name_of(key) is None
    assert await name_of(other) == "Oslo"


async def test_an_agent_is_silent_when_it_should_have_been_heard_of(night: Night) -> None:
    oslo, key = await agents.create(night.house, "Oslo", NOON)

    async def heard(version: str = "0.1") -> None:
        await agents.identify(night.house, key, version=version, address="192.0.2.7", now=night.now)

    assert not agents.is_silent(oslo, NOON + SILENT_AFTER)
    assert agents.is_silent(oslo, NOON + SILENT_AFTER + SECOND)

    night.now += SILENT_AFTER
    await heard()
    seen = await agents.get(night.house, oslo.id)
    assert (seen.version, seen.address, seen.seen_at) == ("0.1", "192.0.2.7", night.now)
    assert not agents.is_silent(seen, night.now + SILENT_AFTER)

    night.now += SECOND
    await heard()
    assert (await agents.get(night.house, oslo.id)).seen_at == seen.seen_at
    night.now += TOUCHED_EVERY
    await heard()
    assert (await agents.get(night.house, oslo.id)).seen_at == night.now
    await heard("0.2")
    assert (await agents.get(night.house, oslo.id)).version == "0.2"


async def test_an_agent_that_monitors_need_stays(night: Night) -> None:
    oslo, _ = await agents.create(night.house, "Oslo", NOON)
    shop = await shop_seen_from(night, oslo.id)
    assert await agents.monitors_of(night.house, oslo.id) == [shop]

    with pytest.raises(Invalid, match=r"while monitors are measured by it: Shop\."):
        await agents.remove(night.house, oslo.id)

    await monitors.remove(night.house, shop.id, NOON)
    await agents.remove(night.house, oslo.id)
    for asked in (
        agents.get(night.house, oslo.id),
        agents.rename(night.house, oslo.id, "A"),
        agents.renew(night.house, oslo.id, NOON),
        agents.remove(night.house, oslo.id),
    ):
        with pytest.raises(NotFound):
            await asked


async def test_an_agent_is_told_what_it_measures_unless_that_is_paused(night: Night) -> None:
    oslo, _ = await agents.create(night.house, "Oslo", NOON)
    bern, _ = await agents.create(night.house, "Bern", NOON)
    shop = await shop_seen_from(night, oslo.id)

    [errand] = await errands.of_agent(night.house, oslo)
    assert (errand.monitor_id, errand.interval, errand.timeout) == (shop.id, 60, 10)
    assert errand.target == monitors.target_of(night.house, shop)
    assert await errands.of_agent(night.house, bern) == []

    await monitors.change(night.house, shop.id, monitors.Wish(paused=True), NOON)
    assert await errands.of_agent(night.house, oslo) == []


async def test_what_an_agent_found_is_kept_in_its_name(night: Night) -> None:
    oslo, _ = await agents.create(night.house, "Oslo", NOON)
    shop = await shop_seen_from(night, oslo.id)
    given = finding(shop, ok=False, fault_kind="status", fault="Answered\x07 500")
    receipt = await errands.take(night.house, oslo, Findings(results=(given,)), NOON)

    assert (receipt.taken, receipt.refused) == (1, ())
    [result] = await results(night, shop.id)
    assert (result.agent_id, result.measurement.fault) == (oslo.id, "Answered\ufffd 500")


async def test_what_is_not_its_own_is_refused_and_the_rest_is_taken(night: Night) -> None:
    oslo, _ = await agents.create(night.house, "Oslo", NOON)
    bern, _ = await agents.create(night.house, "Bern", NOON)
    shop = await shop_seen_from(night, oslo.id)
    env = await environment(night, "Staging")
    theirs = await monitor(night, env, "Theirs", agent_ids=(bern.id,))
    idle = await monitor(night, env, "Idle", agent_ids=(oslo.id,), paused=True)
    given = Findings(results=(finding(theirs), finding(idle), finding(shop)))

    receipt = await errands.take(night.house, oslo, given, NOON)
    assert receipt.taken == 1
    assert receipt.refused == (
        f"Monitor {theirs.id} is not measured by this agent.",
        "Monitor Idle is paused.",
    )
    assert await results(night, theirs.id) == []
