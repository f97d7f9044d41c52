"""Upkeep of what monitors measured and alert rules found: what is old goes, a bit at a time."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.hearing import channel, deliver, rule, violations
from tests.night import Night
from tests.team import NOON
from tests.watching import BROKEN, FINE, environment, found, monitor
from tocsin.domain.monitoring.monitor import Measurement
from tocsin.store import retention
from tocsin.store.monitoring import monitoring_tables as tables
from tocsin.usecases import account, upkeep
from tocsin.usecases.account import Wish
from tocsin.usecases.monitoring import rounds

DAY = timedelta(days=1)


async def count(night: Night, table: sa.Table) -> int:
    async with night.database.read() as tx:
        return int((await tx.execute(sa.select(sa.func.count()).select_from(table))).scalar_one())


async def measured(night: Night, *days_ago: int) -> None:
    shop = await monitor(night, await environment(night))
    batch = [found(shop, night, FINE, round=NOON - days * DAY) for days in days_ago]
    await rounds.record(night.house, batch, NOON)


async def test_measurements_are_kept_for_as_long_as_administrators_want(night: Night) -> None:
    await measured(night, 6, 7, 8, 4000)
    await account.change(night.house, Wish(keep_measurements=7))

    await upkeep.clean_up(night.house, NOON)

    assert await count(night, tables.measurements) == 2


async def test_measurements_may_be_kept_for_ever(night: Night) -> None:
    await measured(night, 1, 4000)
    await account.change(night.house, Wish(keep_measurements=0))

    await upkeep.clean_up(night.house, NOON)

    assert await count(night, tables.measurements) == 2


async def test_only_so_many_measurements_go_at_once(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "MEASUREMENTS_AT_ONCE", 2)
    await measured(night, 4001, 4002, 4003)

    await upkeep.clean_up(night.house, NOON)
    assert await count(night, tables.measurements) == 1

    await upkeep.clean_up(night.house, NOON)
    assert await count(night, tables.measurements) == 0


async def test_violations_go_long_after_they_were_cleared_and_never_before(night: Night) -> None:
    env = await environment(night)
    await channel(night, env)
    shops = [await monitor(night, env, name) for name in ("Old", "Young", "Open")]
    await rule(night, env)

    async def finds(measurement: Measurement, *names: str) -> None:
        batch = [found(one, night, measurement) for one in shops if one.name in names]
        await rounds.record(night.house, batch, night.now)
        await deliver(night)

    await finds(BROKEN, "Old", "Young", "Open")
    night.passes(minutes=1)
    await finds(FINE, "Old")
    night.passes(days=6)
    await finds(FINE, "Young")
    night.passes(days=5)

    await upkeep.clean_up(night.house, night.now)
    assert len(await violations(night)) == 3

    await account.change(night.house, Wish(keep_incidents=10))
    await upkeep.clean_up(night.house, night.now)

    assert [one.monitor_name for one in await violations(night)] == ["Young", "Open"]
    assert await count(night, tables.threads) == 2
