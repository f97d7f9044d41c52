"""Whether a test has arrived is looked up over there, and said as it is."""

from typing import Final

import pytest
from msgspec.structs import replace

from tests.envoys import Acquaintance
from tests.night import URL, Night
from tests.telling import REFUSED, SENT, Town
from tocsin.domain.machines.delivery import Dispatch
from tocsin.domain.monitoring.channel_config import PagerDuty
from tocsin.domain.monitoring.envoy import FarFault
from tocsin.domain.monitoring.far_server import FarServer
from tocsin.domain.monitoring.notification_channel import NotificationChannel, SignalAction
from tocsin.engine.proving import KEY_IS_KNOWN, NO_INCIDENT, prove
from tocsin.store.database import Database
from tocsin.store.machines.deliveries import DELIVERIES
from tocsin.usecases.monitoring import connections, notification_channels, telling

NO_PATIENCE: Final = 0.0
SERVER: Final = FarServer(base_url="https://far.example.com", client_id="PAPP")


@pytest.fixture
async def town(database: Database) -> Town:
    night = await Night.falls(database)
    night.house = replace(night.house, envoy=Acquaintance())
    return await Town.stands(night)


def envoy(town: Town) -> Acquaintance:
    assert isinstance(town.house.envoy, Acquaintance)
    return town.house.envoy


async def pager(town: Town, *, signed_in: bool = True) -> NotificationChannel:
    config = PagerDuty(integration_key="k" * 32, base_url=SERVER.base_url)
    channel = await town.channel(config=config)
    if signed_in:
        far = replace(SERVER.far, token="token")
        await connections.connect(town.house, channel.id, far, town.night.now)
    return channel


async def own_pager(town: Town, key: str, *, name: str = "Pager") -> NotificationChannel:
    return await town.channel(name, config=PagerDuty(integration_key=key, base_url=URL))


async def tried(
    town: Town, channel: NotificationChannel, action: SignalAction = "trigger"
) -> Dispatch:
    """Return a test as it is when it was just sent."""
    id_ = await notification_channels.try_out(town.house, channel.id, action, town.night.now)
    async with town.night.database.read() as tx:
        dispatch = await DELIVERIES.get(tx, id_)
    assert dispatch is not None
    await telling.compose(town.house, dispatch, town.night.now)
    return dispatch


async def test_a_test_that_became_an_incident_is_confirmed(town: Town) -> None:
    dispatch = await tried(town, await pager(town))
    envoy(town).has(dispatch.thread_id)

    proven = await prove(town.house, dispatch, SENT, town.night.now, NO_PATIENCE)

    assert (proven.ok, proven.confirmed, proven.remote_id) == (True, True, "QFAR")
    assert proven.detail == "HTTP 202 Accepted. The incident was found over there."


async def test_a_test_that_came_to_nothing_has_a_wrong_key(town: Town) -> None:
    dispatch = await tried(town, await pager(town))
    envoy(town).key = None

    proven = await prove(town.house, dispatch, SENT, town.night.now, NO_PATIENCE)

    assert (proven.ok, proven.detail) == (False, NO_INCIDENT)


async def test_a_right_key_without_an_incident_points_to_the_service(town: Town) -> None:
    dispatch = await tried(town, await pager(town))

    proven = await prove(town.house, dispatch, SENT, town.night.now, NO_PATIENCE)

    assert (proven.ok, proven.detail) == (False, KEY_IS_KNOWN)


async def test_it_is_looked_for_with_patience(town: Town) -> None:
    dispatch = await tried(town, await pager(town))
    envoy(town).asked.clear()

    await prove(town.house, dispatch, SENT, town.night.now, 0.05)

    assert envoy(town).asked[:2] == ["incidents", "incidents"]


async def test_what_cannot_be_asked_is_looked_for_by_people(town: Town) -> None:
    dispatch = await tried(town, await pager(town, signed_in=False))

    proven = await prove(town.house, dispatch, SENT, town.night.now, NO_PATIENCE)

    assert (proven.ok, proven.confirmed) == (True, False)
    assert (
        "look for the incident “This is a test of the notification channel Pager" in proven.detail
    )


async def test_this_very_server_is_looked_at_without_leave(town: Town) -> None:
    key = town.night.team.key
    dispatch = await tried(town, await own_pager(town, key))
    [incident] = await town.night.trigger(dispatch.thread_id)

    proven = await prove(town.house, dispatch, SENT, town.night.now, NO_PATIENCE)

    assert (proven.ok, proven.confirmed, proven.remote_id) == (True, True, incident.id)
    assert envoy(town).asked == []


async def test_this_very_server_tells_a_wrong_key_from_a_right_one(town: Town) -> None:
    right = await tried(town, await own_pager(town, town.night.team.key))
    wrong = await tried(town, await own_pager(town, "0" * 32, name="Wrong"))

    for dispatch, told in ((right, KEY_IS_KNOWN), (wrong, NO_INCIDENT)):
        proven = await prove(town.house, dispatch, SENT, town.night.now, NO_PATIENCE)
        assert (proven.ok, proven.detail) == (False, told)


async def test_a_server_that_does_not_answer_proves_nothing(town: Town) -> None:
    dispatch = await tried(town, await pager(town))
    envoy(town).faults["incidents"] = FarFault("It is away.", "passing")

    proven = await prove(town.house, dispatch, SENT, town.night.now, NO_PATIENCE)

    assert proven.ok
    assert proven.detail.endswith("Whether it has arrived is not known: It is away.")


async def test_only_tests_that_were_accepted_are_followed(town: Town) -> None:
    channel = await pager(town)
    dispatch = await tried(town, channel)
    ended = await tried(town, channel, "resolve")
    envoy(town).asked.clear()

    assert await prove(town.house, dispatch, REFUSED, town.night.now) is REFUSED
    assert await prove(town.house, ended, SENT, town.night.now) is SENT
    real = replace(dispatch, thread_id="Q1")
    assert await prove(town.house, real, SENT, town.night.now) is SENT
    mail = await tried(town, await town.channel("Mail"))
    assert await prove(town.house, mail, SENT, town.night.now) is SENT
    assert envoy(town).asked == []
