"""Upkeep of what machines were told: what is over goes, what waits stays."""

from datetime import timedelta

import sqlalchemy as sa

from tests.night import Night
from tests.team import NOON
from tocsin.domain.machines.delivery import Dispatch, after
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.kit.ids import new_id
from tocsin.store.machines import deliveries as store
from tocsin.store.machines.delivery_tables import received_webhooks
from tocsin.usecases import account, upkeep
from tocsin.usecases.account import Wish

DAY = timedelta(days=1)
ARRIVED = Outcome(ok=True, detail="HTTP 200 OK")


async def told(night: Night, days_ago: int, *, is_over: bool = True) -> str:
    at = NOON - days_ago * DAY
    dispatch = Dispatch(
        id=new_id("Q"),
        lane="webhook",
        destination_id="P1",
        thread_id=f"Q{days_ago}",
        kind="pagey.ping",
        subject={},
        due=at,
        created_at=at,
    )
    async with night.database.begin() as tx:
        await store.plan(tx, [dispatch])
        if is_over:
            await store.settle(tx, after(dispatch, ARRIVED, at))
    return dispatch.id


async def kept(night: Night) -> set[str]:
    async with night.database.read() as tx:
        return {dispatch.id for dispatch in await store.DELIVERIES.select(tx)}


async def test_deliveries_are_kept_for_as_long_as_administrators_want(night: Night) -> None:
    young = await told(night, 29)
    waiting = await told(night, 32, is_over=False)
    await told(night, 31)

    await upkeep.clean_up(night.house, NOON)
    assert await kept(night) == {young, waiting}

    await account.change(night.house, Wish(keep_deliveries=7))
    await upkeep.clean_up(night.house, NOON)
    assert await kept(night) == {waiting}


async def test_webhooks_that_were_taken_are_forgotten_after_a_week(night: Night) -> None:
    for days in (6, 8):
        row = {"id": f"webhook-{days}", "created_at": NOON - days * DAY}
        await night.sql(sa.insert(received_webhooks).values(row))

    await upkeep.clean_up(night.house, NOON)

    async with night.database.read() as tx:
        ids = list((await tx.execute(sa.select(received_webhooks.c.id))).scalars())
    assert ids == ["webhook-6"]
