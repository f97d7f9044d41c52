"""Two houses are kept in step: what people do in one happens in the other, once, and no echo."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from pathlib import Path

import pytest
import sqlalchemy as sa

from tests.conftest import emptied, open_folder
from tests.inbox import Inbox
from tests.journeys.houses import Clock
from tests.journeys.pair import End, Pair
from tocsin.domain.monitoring.channel_config import PagerDuty
from tocsin.store.database import Database
from tocsin.store.intake.integrations import INTEGRATIONS
from tocsin.store.machines.oauth import TOKENS
from tocsin.store.machines.webhook_subscriptions import SUBSCRIPTIONS
from tocsin.store.monitoring.notification_channels import CHANNELS
from tocsin.usecases.errors import Invalid
from tocsin.usecases.monitoring import connecting, connections, notification_channels, violations
from tocsin.usecases.monitoring.connecting import Astray, Goal
from tocsin.usecases.monitoring.notification_channels import Wish


@pytest.fixture
async def pair(
    database: Database, far_database: Database, smtp_inbox: Inbox, folder: Path
) -> AsyncIterator[Pair]:
    clock = Clock()
    async with AsyncExitStack() as stack:
        beside = stack.enter_context(open_folder())
        here = End(database, folder, smtp_inbox, clock)
        there = End(await emptied(far_database), beside, smtp_inbox, clock)
        for end in (here, there):
            await end.opens()
            stack.push_async_callback(end.closes)
        pair = Pair(here, there, clock)
        await pair.begins()
        yield pair


async def test_what_is_found_here_opens_and_ends_an_incident_there(pair: Pair) -> None:
    await pair.connects()

    await pair.answers_in(800)
    assert await pair.stand() == ["triggered"]
    await violations.acknowledge(
        pair.here.site.house, (await pair.violation()).id, by="Cleo", now=pair.clock()
    )
    await pair.settles()
    assert await pair.stand() == ["acknowledged"]
    await pair.answers_in(20)

    assert await pair.stand() == ["resolved"]
    violation = await pair.violation()
    assert (violation.acknowledged_by, violation.cleared_because) == ("Cleo", "recovered")
    told = (await pair.here.told("signal"))[2:]  # the first two were the initial alert and its end
    assert told == ["trigger", "acknowledge", "resolve"]


async def test_what_people_do_there_happens_here_and_is_not_told_back(pair: Pair) -> None:
    await pair.connects()
    await pair.answers_in(800)
    before = await pair.here.told("signal")

    await pair.does("acknowledged")
    await pair.settles()
    assert (await pair.violation()).acknowledged_by == "Ann"
    await pair.does("resolved")
    await pair.settles()

    violation = await pair.violation()
    assert (violation.state, violation.cleared_because) == ("cleared", "closed elsewhere")
    assert violation.cleared_by == "Ann"
    assert await pair.here.told("signal") == before
    heard = [kind for kind in await pair.there.told("webhook") if kind != "pagey.ping"]
    assert heard[-3:] == ["incident.triggered", "incident.acknowledged", "incident.resolved"]
    await pair.answers_in(800)
    assert await pair.stand() == ["resolved"]


async def test_what_is_reopened_there_goes_on_here_until_it_is_over(pair: Pair) -> None:
    await pair.connects()
    await pair.answers_in(800)
    await pair.does("resolved")
    await pair.settles()

    await pair.does("triggered")
    await pair.settles()
    assert (await pair.violation()).state == "active"
    await pair.answers_in(20)

    assert (await pair.violation()).cleared_because == "recovered"
    assert (await pair.here.told("signal"))[2:] == ["trigger", "resolve"]


async def test_without_webhooks_everything_is_found_by_asking(pair: Pair) -> None:
    await pair.connects()
    async with pair.there.site.house.database.begin() as tx:
        for subscription in await SUBSCRIPTIONS.select(tx):
            await SUBSCRIPTIONS.delete(tx, subscription.id)
    await pair.answers_in(800)

    await pair.does("acknowledged")
    await pair.looks()
    assert (await pair.violation()).acknowledged_by == "Ann"
    await pair.does("resolved")
    await pair.looks()
    assert (await pair.violation()).acknowledged_by == "Ann"  # it was asked a moment ago
    assert (await pair.violation()).state == "active"
    pair.clock.skip(minutes=1)
    await pair.looks()

    assert (await pair.violation()).cleared_by == "Ann"


async def test_while_the_other_side_is_away_nothing_is_lost_or_doubled(pair: Pair) -> None:
    await pair.connects()
    await pair.there.closes()
    await pair.measures(800)
    await pair.settles(pair.here)
    await pair.looks()

    await pair.there.opens()
    pair.clock.skip(minutes=1)
    await pair.settles()
    assert await pair.stand() == ["triggered"]
    await pair.there.closes()
    await pair.measures(20)
    await pair.settles(pair.here)
    await pair.there.opens()
    pair.clock.skip(minutes=1)
    await pair.settles()

    assert await pair.stand() == ["resolved"]
    assert (await pair.here.told("signal"))[2:] == ["trigger", "resolve"]
    assert await pair.here.alarms() == []


async def test_while_this_side_is_away_nothing_is_lost_or_doubled(pair: Pair) -> None:
    await pair.connects()
    await pair.answers_in(800)
    await pair.here.closes()
    await pair.does("acknowledged")
    await pair.settles(pair.there)
    await pair.does("resolved")
    await pair.settles(pair.there)

    await pair.here.opens()
    pair.clock.skip(minutes=1)
    await pair.looks()
    assert (await pair.violation()).cleared_because == "closed elsewhere"
    await pair.settles()

    violation = await pair.violation()
    assert (violation.state, violation.acknowledged_by) == ("cleared", None)
    assert (await pair.here.told("signal"))[2:] == ["trigger"]


async def test_the_initial_alert_proves_the_channel_and_is_ended(pair: Pair) -> None:
    channel = await pair.connects()

    assert (await pair.channel(channel.id)).proof == "confirmed"
    assert await pair.here.told("signal") == ["trigger", "resolve"]
    standing = await connections.standing(pair.here.site.house, channel.id)
    assert standing is not None
    assert (standing.service_name, standing.user_email) == ("Shop", "ann@example.com")
    assert standing.heard_at is not None


async def test_a_channel_without_signing_in_tells_until_it_is_given_a_token(pair: Pair) -> None:
    channel = await pair.connects(signs_in=False)
    assert (await pair.channel(channel.id)).proof == "sent"
    assert "look for the incident" in (await pair.channel(channel.id)).last_detail
    assert await connections.standing(pair.here.site.house, channel.id) is None
    token = await pair.api_token()

    await connections.give_token(pair.here.site.house, channel.id, token, "", pair.clock())
    await pair.answers_in(800)
    await pair.does("acknowledged")
    await pair.settles()

    assert (await pair.violation()).acknowledged_by == "Ann"


async def test_a_wrong_key_is_found_out(pair: Pair) -> None:
    config = PagerDuty(integration_key="0" * 32, base_url=pair.there.url)
    house, now = pair.here.site.house, pair.clock()
    wish = Wish(name="Wrong", config=config)
    channel = await notification_channels.create(house, pair.environment.id, wish, now)

    await notification_channels.try_out(house, channel.id, "trigger", now)
    await pair.settles()

    assert (await pair.channel(channel.id)).proof == "failed"
    with pytest.raises(Invalid, match="sees no service that has this integration key"):
        await connections.give_token(house, channel.id, await pair.api_token(), "", now)
    with pytest.raises(Invalid, match="API token opens nothing"):
        await connections.give_token(house, channel.id, "wrong", "", now)


async def test_a_denied_consent_connects_nothing(pair: Pair) -> None:
    await pair.register()
    goal = Goal(environment_id=pair.environment.id, rule_id=pair.rule.id)
    onward = await connecting.begin(
        pair.here.site.house, pair.there.url, goal, "browser", pair.clock()
    )

    back = await pair.consents(onward, allow=False)
    with pytest.raises(Astray, match="did not want it") as astray:
        await pair.comes_back(onward, back, "browser")

    assert astray.value.goal == goal
    assert await notification_channels.find(pair.here.site.house, pair.environment.id) == []


async def test_an_answer_is_good_once_in_one_browser_and_soon(pair: Pair) -> None:
    await pair.register()
    goal = Goal(environment_id=pair.environment.id)
    house = pair.here.site.house
    onward = await connecting.begin(house, pair.there.url, goal, "browser", pair.clock())
    back = await pair.consents(onward)

    with pytest.raises(Astray, match="belongs to no sign-in"):
        await pair.comes_back(onward, back, "another browser")
    await pair.comes_back(onward, back, "browser")
    with pytest.raises(Astray, match="belongs to no sign-in"):
        await pair.comes_back(onward, back, "browser")
    later = await connecting.begin(house, pair.there.url, goal, "browser", pair.clock())
    back = await pair.consents(later)
    pair.clock.skip(minutes=10)
    with pytest.raises(Astray, match="belongs to no sign-in"):
        await pair.comes_back(later, back, "browser")


async def test_a_token_is_renewed_and_one_that_was_taken_back_is_told_once(pair: Pair) -> None:
    channel = await pair.connects()
    await pair.answers_in(800)
    pair.clock.skip(hours=2)
    await pair.looks()
    standing = await connections.standing(pair.here.site.house, channel.id)
    assert standing is not None
    assert standing.fault == ""

    async with pair.there.site.house.database.begin() as tx:
        await tx.execute(sa.text("update oauth_tokens set revoked_at = now()"))
    for _ in range(2):
        pair.clock.skip(minutes=2)
        await pair.looks()

    [alarm] = await pair.here.alarms()
    assert "cannot ask the other side any more" in alarm
    await pair.does("acknowledged")
    await pair.settles()
    assert (await pair.violation()).acknowledged_by == "Ann"  # webhooks need no token of ours


async def test_a_removed_channel_leaves_nothing_behind_over_there(pair: Pair) -> None:
    channel = await pair.connects()
    await pair.answers_in(800)
    async with pair.there.site.house.database.read() as tx:
        assert len(await INTEGRATIONS.select(tx)) == 1

    await pair.leaves(channel)

    assert await pair.stand() == ["resolved"]
    async with pair.there.site.house.database.read() as tx:
        assert await SUBSCRIPTIONS.select(tx) == []
        assert await INTEGRATIONS.select(tx) == []
        assert all(token.revoked_at for token in await TOKENS.select(tx))
    async with pair.here.site.house.database.read() as tx:
        assert await CHANNELS.get(tx, channel.id) is None
    assert await pair.here.alarms() == []


async def test_what_cannot_be_cleaned_up_over_there_is_told(pair: Pair) -> None:
    channel = await pair.connects()
    async with pair.there.site.house.database.begin() as tx:
        await tx.execute(sa.text("update oauth_tokens set revoked_at = now()"))

    await pair.leaves(channel)

    [alarm] = await pair.here.alarms()
    assert alarm.startswith("Notification channel Shop was removed. Over there something stays")


async def test_a_removal_waits_for_a_server_that_is_away(pair: Pair) -> None:
    channel = await pair.connects()
    await pair.there.closes()
    await notification_channels.remove(pair.here.site.house, channel.id, pair.clock())
    await connections.leave(pair.here.site.house, channel.id, pair.clock())
    assert await connections.to_leave(pair.here.site.house) == [channel.id]

    await pair.there.opens()
    await connections.leave(pair.here.site.house, channel.id, pair.clock())

    assert await connections.to_leave(pair.here.site.house) == []
    async with pair.there.site.house.database.read() as tx:
        assert await SUBSCRIPTIONS.select(tx) == []
