"""Integrations' own addresses, from a tool's request to the alert: each vendor has its ear."""

import asyncio
import base64
import hmac
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from typing import Any, Final

import httpx
import pytest
import sqlalchemy as sa
from prometheus_client import CollectorRegistry

from tests.api.conftest import Hands
from tests.api.watched import Watched
from tests.inbound.test_payloads import HERE
from tocsin.api.events import EventsApp
from tocsin.api.metrics import EventMetrics
from tocsin.domain.intake.integration_settings import IntegrationSettings
from tocsin.domain.intake.mapping import BodyMapping
from tocsin.store import tables
from tocsin.store.intake.integrations import read_settings
from tocsin.usecases import upkeep
from tocsin.usecases.house import House
from tocsin.usecases.intake import integration_settings, integrations
from tocsin.usecases.intake.ingest import Ingest
from tocsin.usecases.intake.integration_settings import Wish

Made = Callable[..., Awaitable[dict[str, Any]]]
ALERT: Final = (HERE / "mongodb_atlas" / "open.json").read_bytes()


@pytest.fixture
async def door(house: House, clock: Hands) -> AsyncIterator[httpx.AsyncClient]:
    ingest = Ingest(database=house.database, directory=house.directory, clock=clock, limit=2000)
    working = asyncio.create_task(ingest.run())
    listen = partial(integration_settings.listen, house)
    app = EventsApp(ingest.take, EventMetrics(CollectorRegistry()), listen=listen)
    transport = httpx.ASGITransport(app=app, client=("192.0.2.7", 5))
    async with httpx.AsyncClient(transport=transport, base_url="http://tocsin") as client:
        yield client
    working.cancel()


@pytest.fixture
def made(api: httpx.AsyncClient, watched: Watched) -> Made:
    """Make an integration over REST, as Terraform does: ``await made("PATLAS0")``."""

    async def made(vendor_id: str | None) -> dict[str, Any]:
        vendor = vendor_id and {"id": vendor_id, "type": "vendor_reference"}
        answer = await api.post(
            f"/services/{watched.service_id}/integrations",
            json={"integration": {"type": "service_integration", "vendor": vendor}},
        )
        assert answer.status_code == 201, answer.text
        found: dict[str, Any] = answer.json()["integration"]
        return found

    return made


def address_of(integration: dict[str, Any]) -> str:
    return f"/integration/{integration['integration_key']}/enqueue"


async def alerts(house: House) -> list[tuple[str, str, str]]:
    c = tables.alerts.c
    async with house.database.read() as tx:
        rows = await tx.execute(sa.select(c.dedup_key, c.status, c.summary).order_by(c.id))
        return [tuple(row) for row in rows]


async def quarantined(house: House) -> list[str]:
    async with house.database.read() as tx:
        return list(await tx.scalars(sa.select(tables.quarantine.c.reason)))


async def test_a_tool_is_heard_in_its_own_words(
    door: httpx.AsyncClient, made: Made, house: House
) -> None:
    address = address_of(await made("PATLAS0"))
    opened = await door.post(address, content=ALERT, headers={"X-MMS-Event": "alert.open"})
    closed = await door.post(address, content=ALERT, headers={"X-MMS-Event": "alert.close"})

    assert (opened.status_code, closed.status_code) == (202, 202)
    told = {"status": "success", "message": "Event processed"}
    assert opened.json() == told | {"dedup_keys": ["65a50b0a1c9d440000000001"]}
    [(key, status, summary)] = await alerts(house)
    assert (key, status) == ("65a50b0a1c9d440000000001", "resolved")
    assert summary.startswith("Disk space % used")


async def test_one_request_may_hold_many_events_and_all_are_stored_before_the_answer(
    door: httpx.AsyncClient, made: Made, house: House
) -> None:
    many = [{"status": "firing", "fingerprint": f"f{n}"} for n in range(600)]
    answer = await door.post(address_of(await made("PPROMET")), json={"alerts": many})

    assert answer.status_code == 202
    assert answer.json()["dedup_keys"] == [one["fingerprint"] for one in many]
    assert {key for key, _, _ in await alerts(house)} == {one["fingerprint"] for one in many}


async def test_a_request_without_an_event_is_answered_with_success(
    door: httpx.AsyncClient, made: Made, house: House
) -> None:
    answer = await door.post(address_of(await made("PBLACKF")), json={"state": "queued"})

    assert (answer.status_code, answer.json()["dedup_keys"]) == (202, [])
    assert await alerts(house) == []


@pytest.mark.parametrize("vendor", [None, "PEVENTS", "PBLACKF", "PATLAS0", "PCUSTOM"])
async def test_both_dialects_are_understood_whatever_the_tool(
    door: httpx.AsyncClient, made: Made, vendor: str | None
) -> None:
    address = address_of(await made(vendor))
    payload = {"summary": "Disk full", "severity": "critical", "source": "db-1"}
    new = await door.post(
        address, json={"event_action": "trigger", "dedup_key": "new", "payload": payload}
    )
    old = await door.post(
        address, json={"event_type": "trigger", "incident_key": "old", "description": "x"}
    )

    assert (new.status_code, new.json()["dedup_key"]) == (202, "new")
    assert (old.status_code, old.json()["incident_key"]) == (200, "old")


async def test_what_is_not_signed_is_refused_and_kept_in_quarantine(
    door: httpx.AsyncClient, made: Made, house: House
) -> None:
    integration = await made("PATLAS0")
    await tell(house, integration, Wish(secret="our secret"))
    address = address_of(integration)
    signature = base64.b64encode(hmac.digest(b"our secret", ALERT, "sha1")).decode()
    answers = [
        await door.post(address, content=body, headers=headers)
        for body, headers in (
            (ALERT, {}),
            (ALERT, {"X-MMS-Signature": "Zm9yZ2Vk"}),
            (ALERT + b" ", {"X-MMS-Signature": signature}),
            (b'{"event_action":"resolve","dedup_key":"x"}', {}),
            (ALERT, {"X-MMS-Signature": signature}),
        )
    ]

    assert [answer.status_code for answer in answers] == [401, 401, 401, 401, 202]
    assert answers[0].json() == {
        "status": "unauthorized",
        "message": "Who sent this is not proven",
        "errors": [
            "The header X-MMS-Signature is missing: this integration takes only what is signed"
        ],
    }
    assert len(await quarantined(house)) == 4
    assert len(await alerts(house)) == 1


async def test_what_a_tool_never_says_is_refused_and_kept_in_quarantine(
    door: httpx.AsyncClient, made: Made, house: House
) -> None:
    answer = await door.post(address_of(await made("PTHOUSE")), json={"hello": "world"})

    assert (answer.status_code, answer.json()["status"]) == (400, "invalid event")
    assert await quarantined(house) == answer.json()["errors"] == ["'type' is not known: ''"]


async def test_the_test_button_of_thousandeyes_begins_an_alert_that_says_so(
    door: httpx.AsyncClient, made: Made, house: House
) -> None:
    button = {"eventType": "WEBHOOK_TEST", "eventId": "1415733887743"}
    answer = await door.post(address_of(await made("PTHOUSE")), json=button)

    assert answer.status_code == 202
    assert await alerts(house) == [
        ("test-1415733887743", "triggered", "Test event, sent by ThousandEyes")
    ]


async def test_an_unknown_key_is_told_as_ever(door: httpx.AsyncClient, house: House) -> None:
    payload = {"summary": "Disk full", "severity": "critical", "source": "db-1"}
    event = {"event_action": "trigger", "payload": payload}
    answer = await door.post(f"/integration/{'0' * 32}/enqueue", json=event)

    assert (answer.status_code, answer.json()["message"]) == (400, "Invalid routing key")
    assert await quarantined(house) == ["No integration has this key."]


@pytest.mark.parametrize("body", ["{}", '{"text": ":fire: shop is down"}', "no JSON"])
async def test_a_wrong_key_is_the_reason_also_where_its_tool_is_not_known(
    door: httpx.AsyncClient, house: House, body: str
) -> None:
    answer = await door.post(f"/integration/{'0' * 32}/enqueue", content=body)

    assert answer.status_code == 400
    assert answer.json()["errors"] == ["No integration has the key in this address"]
    assert await quarantined(house) == answer.json()["errors"]


async def test_a_mapping_is_used_as_soon_as_it_is_saved_and_bodies_are_kept_for_it(
    door: httpx.AsyncClient, made: Made, house: House, clock: Hands
) -> None:
    integration = await made("PCUSTOM")
    service_id, id_ = integration["service"]["id"], integration["id"]
    first = json.dumps({"what": {"is": "Disk full"}, "id": 1}).encode()
    await door.post(address_of(integration), content=first)
    await tell(house, integration, Wish(mapping=BodyMapping(summary="$.what.is")))
    await door.post(address_of(integration), json={"what": {"is": "Disk full"}, "id": 2})
    soon = await integration_settings.get(house, service_id, id_)
    clock.move(minutes=1)
    await door.post(address_of(integration), content=b"not json")
    later = await integration_settings.get(house, service_id, id_)

    summaries = [summary for _, _, summary in await alerts(house)]
    assert summaries == ['{"what":{"is":"Disk full"},"id":1}', "Disk full"]
    assert (soon.last_body, later.last_body) == (first, b"not json")
    assert later.last_body_at == clock.now
    assert await quarantined(house) == ["JSON parse error."]


async def tell(house: House, integration: dict[str, Any], wish: Wish) -> None:
    await integration_settings.change(house, integration["service"]["id"], integration["id"], wish)


async def test_secrets_are_not_stored_as_they_are(made: Made, house: House) -> None:
    await tell(house, await made("PATLAS0"), Wish(secret="our secret"))

    async with house.database.read() as tx:
        sealed = await tx.scalars(sa.select(tables.integrations.c.settings_encrypted))
    stored = [one for one in sealed if one]
    assert len(stored) == 1
    assert b"our secret" not in stored[0]
    opened = read_settings(house.sealer, stored[0])
    assert opened == IntegrationSettings(secret="our secret")


async def test_further_alerts_of_a_cluster_join_the_incident_that_is_open_for_it(
    door: httpx.AsyncClient, api: httpx.AsyncClient, made: Made, watched: Watched
) -> None:
    grouping = {"type": "content_based", "config": {"aggregate": "all", "fields": ["group"]}}
    changed = await api.put(
        f"/services/{watched.service_id}",
        json={"service": {"type": "service", "alert_grouping_parameters": grouping}},
    )
    address = address_of(await made("PATLAS0"))
    alert = json.loads(ALERT)
    for id_, cluster in (("1", "orders"), ("2", "orders"), ("3", "carts")):
        await door.post(address, json=alert | {"id": id_, "clusterName": cluster})
    found = (await api.get("/incidents")).json()["incidents"]

    assert changed.status_code == 200
    assert sorted(one["alert_counts"]["all"] for one in found) == [1, 2]


async def test_bodies_of_integrations_that_are_gone_are_forgotten(
    door: httpx.AsyncClient, made: Made, house: House, clock: Hands
) -> None:
    integration = await made("PCUSTOM")
    await door.post(address_of(integration), json={"id": 1})
    await upkeep.clean_up(house, clock.now)
    kept = await bodies(house)
    await integrations.remove(house, integration["service"]["id"], integration["id"])
    await upkeep.clean_up(house, clock.now)

    assert (kept, await bodies(house)) == (1, 0)


async def bodies(house: House) -> int:
    async with house.database.read() as tx:
        return int(await tx.scalar(sa.select(sa.func.count()).select_from(tables.last_bodies)) or 0)
