"""Who calls a bot of Microsoft Teams: tokens that are believed, and those that are not."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec.structs import replace

from tests.standins.chat_server import Answered
from tests.standins.teams import APP, OTHER_KEY, TeamsServer, activity, called
from tests.standins.tooling import open_tools
from tocsin.channels.teams.keys import Keys
from tocsin.domain.reaching.hearing import Callback, Forged

NOW = datetime(2026, 1, 10, tzinfo=UTC)
SERVICE = "https://smba.example.com/emea/"
TOLD = activity(SERVICE)


@pytest.fixture
async def server() -> AsyncIterator[TeamsServer]:
    async with TeamsServer() as server:
        yield server


@pytest.fixture
async def keys(server: TeamsServer) -> AsyncIterator[Keys]:
    async with open_tools() as tools:
        yield Keys(tools.http, f"{server.url}/keys", APP)


async def believed(keys: Keys, callback: Callback, now: datetime = NOW) -> None:
    """Judge a call; raises Forged."""
    await keys.fetch(callback, now)
    keys.check(callback, "msteams", SERVICE, now)


@pytest.mark.parametrize("audience", [APP, f"api://{APP}", f"api://botid-{APP}"])
async def test_what_microsoft_signed_for_us_is_believed(keys: Keys, audience: str) -> None:
    await believed(keys, called(TOLD, NOW, aud=audience))


@pytest.mark.parametrize(
    "claims",
    [
        {"iss": "https://evil.example.com"},
        {"iss": None},
        {"aud": "another"},
        {"aud": None},
        {"serviceurl": "https://evil.example.com/"},
        {"serviceurl": None},
        {"exp": int((NOW - timedelta(minutes=6)).timestamp())},
        {"exp": None},
        {"nbf": int((NOW + timedelta(minutes=6)).timestamp())},
    ],
)
async def test_a_token_for_something_else_is_forged(
    keys: Keys, server: TeamsServer, claims: dict[str, Any]
) -> None:
    with pytest.raises(Forged):
        await believed(keys, called(TOLD, NOW, **claims))


async def test_what_microsoft_did_not_sign_is_forged(keys: Keys, server: TeamsServer) -> None:
    genuine = called(TOLD, NOW)
    signed = genuine.headers["authorization"]
    for authorization in ("", "Bearer", "Bearer x.y.z", "Basic x", f"{signed[:-9]}AAAAAAAAA"):
        callback = replace(genuine, headers={"authorization": authorization})
        with pytest.raises(Forged):
            await believed(keys, callback)
    with pytest.raises(Forged):
        await believed(keys, called(TOLD, NOW, key=OTHER_KEY))


async def test_an_old_call_is_not_heard_again(keys: Keys, server: TeamsServer) -> None:
    callback = called(TOLD, NOW)

    await believed(keys, callback, NOW + timedelta(minutes=60))
    with pytest.raises(Forged):
        await believed(keys, callback, NOW + timedelta(minutes=66))


async def test_a_key_speaks_only_for_its_channels(keys: Keys, server: TeamsServer) -> None:
    server.endorsed = ["webchat"]

    with pytest.raises(Forged, match="does not speak for this channel"):
        await believed(keys, called(TOLD, NOW))


async def test_keys_are_fetched_once_and_again_when_they_change(
    keys: Keys, server: TeamsServer
) -> None:
    by_one = called(TOLD, NOW)
    by_two = called(TOLD, NOW, key=OTHER_KEY)
    await believed(keys, by_one)
    await believed(keys, by_one)
    assert server.asked_for("/keys") == 1

    server.published.append(OTHER_KEY)
    with pytest.raises(Forged):
        await believed(keys, by_two, NOW + timedelta(seconds=30))
    assert server.asked_for("/keys") == 1, "strangers cannot make us ask without a pause"

    await believed(keys, by_two, NOW + timedelta(seconds=70))
    assert server.asked_for("/keys") == 2


async def test_old_keys_are_asked_for_anew(keys: Keys, server: TeamsServer) -> None:
    await believed(keys, called(TOLD, NOW))
    later = NOW + timedelta(days=1)

    await believed(keys, called(TOLD, later), later)

    assert server.asked_for("/keys") == 2


@pytest.mark.parametrize(
    "broken",
    [
        Answered(500),
        Answered(200, {}),
        Answered(200, {"keys": 5}),
        Answered(200, {"keys": ["x"]}),
        Answered(200, {"keys": [{"kty": "RSA"}]}),
        Answered(200, {"keys": [{"kty": "oct", "k": ""}]}),
        Answered(200, {"keys": [{"kty": "oct", "kid": "one", "k": "A" * 43}]}),
    ],
)
async def test_without_keys_nobody_is_believed(
    keys: Keys, server: TeamsServer, broken: Answered
) -> None:
    server.broken = broken
    callback = called(TOLD, NOW)

    with pytest.raises(Forged):
        await believed(keys, callback)

    server.broken = None
    await believed(keys, callback, NOW + timedelta(minutes=2))
