"""Channels that are signed in at another server: how they ask, renew, follow and leave."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from tests.envoys import Acquaintance
from tests.night import Night
from tests.telling import Town
from tocsin.domain.monitoring.channel_config import FarSide, PagerDuty
from tocsin.domain.monitoring.envoy import FarFault, Tokens
from tocsin.domain.monitoring.far_server import FarServer
from tocsin.domain.monitoring.notification_channel import NotificationChannel
from tocsin.engine import follower
from tocsin.store.database import Database
from tocsin.store.monitoring import threads
from tocsin.usecases.errors import Conflict, Invalid, NotFound
from tocsin.usecases.monitoring import connections, far_lines, far_servers, notification_channels

KEY = "k" * 32
SERVER = FarServer(base_url="https://far.example.com", client_id="PAPP", client_secret="s3cret")
PASSING = FarFault("It is away.", "passing")
OVER = FarFault("It was taken back.", "over")
REFUSED = FarFault("It does not want to.", "refused")


@pytest.fixture
async def town(database: Database) -> Town:
    town = await Town.stands(await Night.falls(database))
    town.night.house = replace(town.house, envoy=Acquaintance())
    town.house = town.night.house
    return town


def envoy(town: Town) -> Acquaintance:
    assert isinstance(town.house.envoy, Acquaintance)
    return town.house.envoy


async def signed_in(town: Town, far: FarSide | None = None) -> NotificationChannel:
    config = PagerDuty(integration_key=KEY, base_url=SERVER.base_url)
    channel = await town.channel(config=config)
    await connections.connect(
        town.house,
        channel.id,
        far or replace(SERVER.far, token="first", refresh_token="again"),
        town.night.now,
        is_ours=True,
    )
    envoy(town).asked.clear()
    return channel


async def far_of(town: Town, channel: NotificationChannel) -> FarSide:
    now = await town.channel_now(channel)
    assert now is not None
    config = notification_channels.config_of(town.house, now)
    assert isinstance(config, PagerDuty)
    assert config.far is not None
    return config.far


async def test_whoever_signs_in_follows_the_service_of_the_key(town: Town) -> None:
    channel = await signed_in(town)

    far = await far_of(town, channel)
    assert (far.service_id, far.integration_id, far.follows) == ("PFAR", "PWAY", True)
    assert (far.subscription_id, far.webhook_secret) == ("PSUB", "a secret of webhooks")
    standing = await connections.standing(town.house, channel.id)
    assert standing is not None
    assert (standing.service_name, standing.user_email) == ("Far shop", "ann@example.com")
    assert (standing.is_subscribed, standing.heard_at) == (True, None)
    known = await notification_channels.get(town.house, channel.id)
    assert isinstance(known.config, PagerDuty)
    assert known.config.far is None  # what forms show holds no secret


async def test_a_server_that_sends_no_webhooks_is_asked(town: Town) -> None:
    envoy(town).faults["subscribe"] = REFUSED
    channel = await town.channel(config=PagerDuty(integration_key=KEY))

    told = await connections.give_token(
        town.house, channel.id, " u+token ", "ann@example.com", town.night.now
    )

    assert told == "It is asked once a minute, as it sends no webhooks: It does not want to."
    far = await far_of(town, channel)
    assert (far.token, far.rest_base_url) == ("u+token", "https://api.pagerduty.com")


@pytest.mark.parametrize(
    ("token", "fault", "sentence"),
    [
        (" ", None, "API token cannot be blank."),
        ("t\u00e4", None, "API token must have at most 200 characters, all of them plain."),
        ("good", OVER, "API token opens nothing: It was taken back."),
    ],
)
async def test_a_token_that_opens_nothing_is_refused(
    town: Town, token: str, fault: FarFault | None, sentence: str
) -> None:
    if fault:
        envoy(town).faults["who"] = fault
    channel = await town.channel(config=PagerDuty(integration_key=KEY))

    with pytest.raises(Invalid) as refused:
        await connections.give_token(town.house, channel.id, token, "", town.night.now)

    assert refused.value.sentences == (sentence,)


async def test_a_key_that_the_other_side_does_not_know_is_refused(town: Town) -> None:
    envoy(town).key = None
    channel = await town.channel(config=PagerDuty(integration_key=KEY))

    with pytest.raises(Invalid, match="sees no service that has this integration key"):
        await connections.give_token(town.house, channel.id, "good", "", town.night.now)


async def test_only_pagerduty_signs_in_and_only_once(town: Town) -> None:
    mail, channel = await town.channel("Mail"), await signed_in(town)

    with pytest.raises(Invalid, match="Only PagerDuty"):
        await connections.give_token(town.house, mail.id, "good", "", town.night.now)
    with pytest.raises(Conflict, match="already"):
        await connections.give_token(town.house, channel.id, "good", "", town.night.now)
    with pytest.raises(NotFound):
        await connections.give_token(town.house, "PGONE", "good", "", town.night.now)


async def test_a_house_without_a_way_out_asks_nobody(town: Town) -> None:
    channel = await town.channel(config=PagerDuty(integration_key=KEY))
    silent = replace(town.house, envoy=None)

    with pytest.raises(Conflict, match="asks no other servers"):
        await connections.give_token(silent, channel.id, "good", "", town.night.now)
    await follower.look_around(silent, town.night.now)
    await follower.say_farewell(silent, town.night.now)


async def test_a_token_is_renewed_before_it_ends(town: Town) -> None:
    noon, far = town.night.now, replace(SERVER.far, token="first", refresh_token="again")
    channel = await signed_in(town, replace(far, expires_at=noon + timedelta(hours=1)))
    ends = noon + timedelta(hours=2)
    envoy(town).tokens = Tokens(token="second", refresh_token="third", expires_at=ends)

    await far_lines.open_line(town.house, channel.id, noon)
    line = await far_lines.open_line(town.house, channel.id, noon + timedelta(minutes=59))
    await far_lines.open_line(town.house, channel.id, noon + timedelta(minutes=60))

    assert line is not None
    assert (line.far.token, line.far.refreshing_until) == ("second", None)
    assert (await far_of(town, channel)).refresh_token == "third"
    assert envoy(town).asked == ["refresh"]


async def test_two_nodes_do_not_renew_a_token_at_once(town: Town) -> None:
    noon, far = town.night.now, replace(SERVER.far, token="first", refresh_token="again")
    channel = await signed_in(town, replace(far, expires_at=noon + timedelta(hours=1)))
    end = noon + timedelta(hours=1)

    asked = [far_lines.open_line(town.house, channel.id, end) for _ in range(3)]
    lines = await asyncio.gather(*asked, return_exceptions=True)

    assert envoy(town).asked == ["refresh"]
    assert [str(one) for one in lines if isinstance(one, FarFault)] == [
        "The access token is being renewed."
    ] * sum(isinstance(one, FarFault) for one in lines)


async def test_access_that_was_taken_back_is_told_once_until_it_opens_again(town: Town) -> None:
    channel = await signed_in(town)
    violation = await town.begins()
    await town.attach(channel)
    envoy(town).faults["incidents"] = OVER
    async with town.night.database.begin() as tx:
        await threads.begin(tx, channel.id, violation.id, town.night.now)

    for _ in range(2):
        await follower.look_around(town.house, town.night.passes(minutes=1))
    assert await town.night.alarms() == [
        "Notification channel Pager cannot ask the other side any more: It was taken back."
        " Sign in again."
    ]
    standing = await connections.standing(town.house, channel.id)
    assert standing is not None
    assert standing.fault == "It was taken back."
    del envoy(town).faults["incidents"]
    await follower.look_around(town.house, town.night.passes(minutes=1))

    standing = await connections.standing(town.house, channel.id)
    assert standing is not None
    assert standing.fault == ""


async def test_signing_in_again_takes_the_old_subscription_away(town: Town) -> None:
    channel = await signed_in(town)
    await far_lines.note_fault(town.house, channel.id, OVER, town.night.now)

    await connections.give_token(town.house, channel.id, "good", "", town.night.now)

    assert "unsubscribe" in envoy(town).asked
    assert (await far_of(town, channel)).fault == ""


async def test_a_server_that_is_away_is_no_fault_of_the_channel(town: Town) -> None:
    channel = await signed_in(town)

    await far_lines.note_fault(town.house, channel.id, PASSING, town.night.now)

    assert (await far_of(town, channel)).fault == ""
    assert await town.night.alarms() == []


async def test_who_disconnects_goes_on_telling(town: Town) -> None:
    channel = await signed_in(town)

    assert await connections.disconnect(town.house, channel.id, town.night.now) == ""

    assert envoy(town).asked == ["unsubscribe", "revoke"]
    assert await connections.standing(town.house, channel.id) is None
    assert (await notification_channels.get(town.house, channel.id)).channel.name == "Pager"


@pytest.mark.parametrize("fault", [PASSING, REFUSED])
async def test_what_stays_after_disconnecting_is_said(town: Town, fault: FarFault) -> None:
    channel = await signed_in(town)
    envoy(town).faults["unsubscribe"] = fault

    told = await connections.disconnect(town.house, channel.id, town.night.now)

    assert told.startswith("Over there something stays that could not be taken away: ")
    assert fault.sentence in told
    assert await connections.standing(town.house, channel.id) is None


async def test_a_removed_channel_cleans_up_and_is_forgotten(town: Town) -> None:
    channel = await signed_in(town)
    await notification_channels.remove(town.house, channel.id, town.night.now)
    assert await town.channel_now(channel) is not None

    await follower.say_farewell(town.house, town.night.now)

    assert envoy(town).asked == ["unsubscribe", "delete_integration", "revoke"]
    assert await town.channel_now(channel) is None
    assert await town.night.alarms() == []


async def test_a_server_that_stays_away_is_given_up_in_the_end(town: Town) -> None:
    channel = await signed_in(town)
    envoy(town).faults["unsubscribe"] = PASSING
    await notification_channels.remove(town.house, channel.id, town.night.now)

    await follower.say_farewell(town.house, town.night.passes(minutes=59))
    assert await town.channel_now(channel) is not None
    await follower.say_farewell(town.house, town.night.passes(minutes=1))

    assert await town.channel_now(channel) is None
    assert await town.night.alarms() == [
        "Notification channel Pager was removed. Over there something stays that could not be"
        " taken away: It is away."
    ]


async def test_nothing_is_cleaned_up_for_a_channel_that_is_still_there(town: Town) -> None:
    channel = await signed_in(town)

    await connections.leave(town.house, channel.id, town.night.now)
    await connections.leave(town.house, "PGONE", town.night.now)

    assert envoy(town).asked == []
    assert await town.channel_now(channel) is not None


async def test_servers_are_kept_sealed_and_keep_their_secret(town: Town) -> None:
    house = town.house
    await far_servers.save(house, SERVER)
    again = await far_servers.save(house, replace(SERVER, client_secret=""))
    other = await far_servers.save(house, replace(SERVER, client_id="POTHER", client_secret=""))

    assert again.client_secret == "s3cret"
    assert other.client_secret == ""
    assert await far_servers.find(house) == [other]
    await far_servers.remove(house, SERVER.base_url)
    with pytest.raises(NotFound):
        await far_servers.get(house, SERVER.base_url)
    with pytest.raises(Invalid, match="Client ID cannot be blank"):
        await far_servers.save(house, FarServer(base_url=SERVER.base_url, client_id=""))
