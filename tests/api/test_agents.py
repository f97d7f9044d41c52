"""What agents are told and what they bring, over HTTP."""

import gzip
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest

from tests.night import URL, Night
from tests.watching import SHOP, environment, monitor, results
from tocsin.api.agents import BODY_LIMIT, PER_MINUTE, AgentsApp
from tocsin.domain.monitoring.environment import Agent
from tocsin.domain.monitoring.errand import Errands
from tocsin.domain.monitoring.monitor import Monitor
from tocsin.store.database import Database
from tocsin.usecases.monitoring import agents, monitors


@pytest.fixture
async def oslo(night: Night) -> tuple[Agent, str]:
    return await agents.create(night.house, "Oslo", night.now)


@pytest.fixture
async def shop(night: Night, oslo: tuple[Agent, str]) -> Monitor:
    return await monitor(night, await environment(night), agent_ids=(oslo[0].id,))


@pytest.fixture
async def http(night: Night, oslo: tuple[Agent, str]) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client that asks as the agent in Oslo."""
    transport = httpx.ASGITransport(AgentsApp(night.house), client=("192.0.2.7", 1))
    headers = {"authorization": f"Bearer {oslo[1]}", "user-agent": "Tocsin-Agent/1.2.3"}
    async with httpx.AsyncClient(
        transport=transport, base_url="http://tocsin.example.com", headers=headers
    ) as client:
        yield client


def found(one: Monitor, night: Night, **given: Any) -> dict[str, Any]:
    at = night.now.isoformat()
    return {"monitor_id": one.id, "round": at, "at": at, "ok": True} | given


def sentences(answer: httpx.Response) -> tuple[int, list[str]]:
    return answer.status_code, answer.json()["error"]["errors"]


async def test_an_agent_fetches_what_it_measures_with_secrets(
    http: httpx.AsyncClient, shop: Monitor
) -> None:
    answer = await http.get("/agent/monitors")

    told = msgspec.json.decode(answer.content, type=Errands)
    [errand] = told.monitors
    assert (told.agent, errand.monitor_id, errand.target) == ("Oslo", shop.id, SHOP)
    assert answer.headers["cache-control"] == "no-store"


async def test_what_has_not_changed_is_not_sent_again(
    http: httpx.AsyncClient, night: Night, shop: Monitor
) -> None:
    known = {"if-none-match": (await http.get("/agent/monitors")).headers["etag"]}
    again = await http.get("/agent/monitors", headers=known)
    assert (again.status_code, again.content) == (304, b"")

    await monitors.change(night.house, shop.id, monitors.Wish(timeout=5), night.now)
    assert (await http.get("/agent/monitors", headers=known)).status_code == 200


async def test_an_agent_is_seen_with_its_version_and_address(
    http: httpx.AsyncClient, night: Night, oslo: tuple[Agent, str]
) -> None:
    await http.get("/agent/monitors")

    seen = await agents.get(night.house, oslo[0].id)
    assert (seen.version, seen.address, seen.seen_at) == ("1.2.3", "192.0.2.7", night.now)


async def test_results_are_stored_also_if_they_come_packed_or_twice(
    http: httpx.AsyncClient, night: Night, shop: Monitor, oslo: tuple[Agent, str]
) -> None:
    body = msgspec.json.encode({"results": [found(shop, night, values={"response_time": 12})]})
    packed = {"content-encoding": "gzip"}
    for _ in range(2):
        answer = await http.post("/agent/results", content=gzip.compress(body), headers=packed)
        assert (answer.status_code, answer.json()) == (200, {"taken": 1, "refused": []})

    [result] = await results(night, shop.id)
    assert (result.agent_id, result.measurement.values) == (oslo[0].id, {"response_time": 12})


async def test_what_is_not_its_own_is_refused_in_a_sentence(
    http: httpx.AsyncClient, night: Night, shop: Monitor
) -> None:
    theirs = await monitor(night, await environment(night, "Staging"), "Theirs")
    late = (night.now + timedelta(hours=1)).isoformat()
    given = [found(theirs, night), found(shop, night, round=late), found(shop, night)]
    answer = await http.post("/agent/results", json={"results": given})

    assert answer.json() == {
        "taken": 1,
        "refused": [
            f"Monitor {theirs.id} is not measured by this agent.",
            f"A result of monitor {shop.id} must be of the last two days and not of the future.",
        ],
    }


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        (b"[]", "The body must be a JSON object."),
        (b"{", "The body must be a JSON object in UTF-8."),
        (b"{}", "Results cannot be empty."),
        (b'{"results": [{"monitor_id": 7}]}', "Results 1 monitor id must be a text."),
        (b'{"results": [' + b",".join([b"{}"] * 501) + b"]}", "Results must be at most 500 items"),
        (b'{"results": [{"monitor_id": "\\u0000"}]}', "Texts cannot hold the character U+0000."),
        (b'{"a": ' + b"[" * 800 + b"]" * 800 + b', "b": "\\u0000"}', "The body is nested too deep"),
    ],
)
async def test_nonsense_is_refused_in_a_sentence(
    http: httpx.AsyncClient, body: bytes, sentence: str
) -> None:
    status, told = sentences(await http.post("/agent/results", content=body))

    assert status == 400
    assert told[0].startswith(sentence)


async def test_a_parcel_that_is_too_large_is_not_read(http: httpx.AsyncClient) -> None:
    answer = await http.post("/agent/results", content=b" " * (BODY_LIMIT + 1))

    assert sentences(answer) == (413, [f"The body is larger than {BODY_LIMIT} bytes."])


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer nobody", "Token token=nobody"])
async def test_without_a_key_of_an_agent_nothing_is_told(
    http: httpx.AsyncClient, header: str
) -> None:
    for answer in (
        await http.get("/agent/monitors", headers={"authorization": header}),
        await http.post("/agent/results", json={}, headers={"authorization": header}),
    ):
        assert sentences(answer) == (401, ["No agent has this key."])
        assert answer.headers["www-authenticate"] == "Bearer"


async def test_each_address_has_its_method(http: httpx.AsyncClient) -> None:
    assert sentences(await http.post("/agent/monitors")) == (405, ["This path has GET only."])
    assert sentences(await http.get("/agent/results")) == (405, ["This path has POST only."])
    assert (await http.get("/agent/other")).status_code == 404


async def test_an_agent_may_not_ask_all_the_time(http: httpx.AsyncClient) -> None:
    statuses = [(await http.get("/agent/monitors")).status_code for _ in range(PER_MINUTE + 1)]

    assert statuses == [200] * PER_MINUTE + [429]


async def test_a_database_that_is_away_is_told(night: Night) -> None:
    away = await Database.open("postgresql://tocsin@127.0.0.1:1/tocsin")
    app = AgentsApp(msgspec.structs.replace(night.house, database=away))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as http:
        answer = await http.get("/agent/monitors", headers={"authorization": "Bearer key"})

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    await away.close()
