"""Environments: their names, what they hold, and what keeps them from going."""

import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.team import NOON
from tests.watching import BROKEN, environment, found, monitor
from tocsin.domain.monitoring.alert_rule import AlertRule
from tocsin.domain.monitoring.notification_channel import NotificationChannel
from tocsin.kit.ids import new_id
from tocsin.store.machines import delivery_tables
from tocsin.store.monitoring import monitoring_tables
from tocsin.store.monitoring.alert_rules import RULES
from tocsin.store.rows import Rows
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.monitoring import environments, monitors, rounds
from tocsin.usecases.monitoring.environments import Wish

CHANNELS = Rows(monitoring_tables.notification_channels, NotificationChannel)


async def channel(night: Night, environment_id: str) -> NotificationChannel:
    made = NotificationChannel(
        id=new_id(),
        environment_id=environment_id,
        name="Pager",
        kind="webhook",
        shown="https://example.com/…",
        config_encrypted=b"",
        created_at=NOON,
    )
    async with night.database.begin() as tx:
        return await CHANNELS.insert(tx, made)


async def rule(night: Night, environment_id: str) -> AlertRule:
    made = AlertRule(
        id=new_id(), environment_id=environment_id, name="Down", alarm="!ok", created_at=NOON
    )
    async with night.database.begin() as tx:
        return await RULES.insert(tx, made)


async def test_environments_are_made_changed_listed_and_removed(night: Night) -> None:
    env = await environments.create(night.house, Wish(name=" Web  shop "), NOON)
    changed = await environments.change(night.house, env.id, Wish(description="All of it"))
    other = await environment(night, "Back office")

    assert (changed.name, changed.description) == ("Web shop", "All of it")
    assert await environments.find(night.house) == [other, changed]
    assert await environments.get(night.house, env.id) == changed

    await environments.remove(night.house, env.id, NOON)
    assert await environments.find(night.house) == [other]


@pytest.mark.parametrize(
    ("wish", "sentence"),
    [
        (Wish(name=" "), "Name cannot be blank."),
        (Wish(name="x" * 101), "Name must have at most 100 characters, all of them printable."),
        (
            Wish(name="A", description="x" * 1025),
            "Description must have at most 1024 characters.",
        ),
        (
            Wish(name="A", channel_ids=("PNONE",)),
            "Notification channel PNONE was not found in this environment.",
        ),
    ],
)
async def test_a_fault_is_told_in_a_sentence(night: Night, wish: Wish, sentence: str) -> None:
    with pytest.raises(Invalid) as refusal:
        await environments.create(night.house, wish, NOON)

    assert refusal.value.sentences == (sentence,)


async def test_a_name_is_given_once_however_it_is_written(night: Night) -> None:
    env = await environment(night, "Production")
    other = await environment(night, "Staging")

    for asked in (
        environments.create(night.house, Wish(name="PRODUCTION"), NOON),
        environments.change(night.house, other.id, Wish(name=env.name)),
    ):
        with pytest.raises(Invalid, match=r"Name has already been taken\."):
            await asked


async def test_only_channels_of_the_environment_hear_of_all_its_rules(night: Night) -> None:
    env, other = await environment(night), await environment(night, "Staging")
    ours, theirs = await channel(night, env.id), await channel(night, other.id)

    changed = await environments.change(night.house, env.id, Wish(channel_ids=(ours.id, ours.id)))
    assert changed.channel_ids == (ours.id,)
    with pytest.raises(Invalid, match="was not found in this environment"):
        await environments.change(night.house, env.id, Wish(channel_ids=(theirs.id,)))


async def test_what_is_in_an_environment_is_counted(night: Night) -> None:
    env = await environment(night)
    await monitor(night, env)
    await monitor(night, env, "Idle", paused=True)
    await rule(night, env.id)
    await channel(night, env.id)

    counted = (await environments.count(night.house, [env.id]))[env.id]
    assert (counted.monitors, counted.paused, counted.rules) == (2, 1, 1)
    assert (counted.channels, counted.schemes, counted.violations) == (1, 0, 0)


async def test_an_environment_stays_while_something_in_it_is_violated(night: Night) -> None:
    env = await environment(night)
    shop = await monitor(night, env)
    await rule(night, env.id)
    await rounds.record(night.house, [found(shop, night, BROKEN)], night.now)

    with pytest.raises(Invalid, match="while alert rules are violated at Shop: pause or delete"):
        await environments.remove(night.house, env.id, NOON)

    await monitors.remove(night.house, shop.id, NOON)
    await environments.remove(night.house, env.id, NOON)
    assert await environments.find(night.house) == []


async def test_an_environment_stays_while_its_channels_are_being_told(night: Night) -> None:
    env = await environment(night)
    pager = await channel(night, env.id)
    waiting = {
        "id": new_id("Q"),
        "lane": "signal",
        "destination_id": pager.id,
        "thread_id": "QVIOLATION",
        "kind": "resolve",
        "subject": {},
        "status": "waiting",
        "due": NOON,
    }
    await night.sql(sa.insert(delivery_tables.deliveries).values(waiting))

    with pytest.raises(Invalid, match="try again in a minute"):
        await environments.remove(night.house, env.id, NOON)

    await night.sql(sa.update(delivery_tables.deliveries).values(status="delivered", due=None))
    await environments.remove(night.house, env.id, NOON)


async def test_what_is_not_there_is_not_found(night: Night) -> None:
    for asked in (
        environments.get(night.house, "PNONE"),
        environments.change(night.house, "PNONE", Wish(name="A")),
        environments.remove(night.house, "PNONE", NOON),
    ):
        with pytest.raises(NotFound, match=r"Environment PNONE was not found\."):
            await asked
