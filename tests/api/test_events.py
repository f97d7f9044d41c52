"""The doors for events: what senders are told, and what reaches those who store it."""

import gzip
import json
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import structlog.testing
from prometheus_client import CollectorRegistry

from tests.api.shelf import (
    CHANGE,
    EVENT,
    HEARD,
    KEY,
    OLD_EVENT,
    OWN,
    PAYLOAD,
    V1,
    V2,
    Shelf,
    piece,
    speak,
)
from tocsin.api.body import LIMIT
from tocsin.api.events import EventsApp
from tocsin.api.metrics import EventMetrics
from tocsin.domain.intake.event import ChangeEvent, Event
from tocsin.usecases.errors import DatabaseAway
from tocsin.usecases.intake.parcels import Full, Parcel, Stray, Verdict


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def registry() -> CollectorRegistry:
    return CollectorRegistry()


@pytest.fixture
def app(shelf: Shelf, registry: CollectorRegistry) -> EventsApp:
    return EventsApp(shelf.take, EventMetrics(registry), new_key=lambda: "f" * 32, patience=0.2)


@pytest.fixture
async def client(app: EventsApp) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(app=app, client=("192.0.2.7", 5))
    async with httpx.AsyncClient(transport=transport, base_url="http://tocsin") as client:
        yield client


@pytest.mark.parametrize("slash", ["", "/"])
async def test_a_v2_event_is_answered_with_its_dedup_key(
    client: httpx.AsyncClient, shelf: Shelf, slash: str
) -> None:
    answer = await client.post(V2 + slash, content=json.dumps(EVENT))

    assert answer.status_code == 202
    assert answer.headers["content-type"] == "application/json"
    assert answer.json() == {
        "status": "success",
        "message": "Event processed",
        "dedup_key": 'db-1/"disk"',
    }
    assert [
        Parcel(
            key=KEY,
            what=HEARD,
            path=V2 + slash,
            sender="192.0.2.7",
            body=json.dumps(EVENT).encode(),
        )
    ] == shelf.kept


async def test_a_trigger_without_dedup_key_is_told_the_one_it_got(
    client: httpx.AsyncClient,
) -> None:
    answer = await client.post(V2, json=EVENT | {"dedup_key": None})

    assert answer.json()["dedup_key"] == "f" * 32


async def test_keys_are_made_at_random_unless_told_otherwise(shelf: Shelf) -> None:
    app = EventsApp(shelf.take, EventMetrics(CollectorRegistry()))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app=app)) as client:
        told = {
            (await client.post(f"http://tocsin{path}", json=body)).json()[name]
            for path, body, name in (
                (V2, EVENT | {"dedup_key": ""}, "dedup_key"),
                (V1, OLD_EVENT | {"incident_key": ""}, "incident_key"),
            )
        }

    assert len(told) == 2
    assert all(len(key) == 32 and int(key, 16) for key in told)


async def test_a_change_event_has_its_own_answer(client: httpx.AsyncClient, shelf: Shelf) -> None:
    body = {"routing_key": KEY, "payload": {"summary": "Deploy"}}
    answer = await client.post(CHANGE, json=body)

    assert (
        answer.status_code,
        answer.json(),
    ) == (202, {"status": "success", "message": "Change event processed"})
    assert [ChangeEvent(summary="Deploy")] == shelf.whats


@pytest.mark.parametrize("action", ["acknowledge", "resolve"])
async def test_a_v1_event_is_answered_with_200_and_its_incident_key(
    client: httpx.AsyncClient, shelf: Shelf, action: str
) -> None:
    answer = await client.post(V1, json=OLD_EVENT | {"event_type": action})

    assert answer.status_code == 200
    told = {"status": "success", "message": "Event processed", "incident_key": "db-1/disk"}
    assert told == answer.json()
    assert [what.dedup_key for what in shelf.whats if isinstance(what, Event)] == ["db-1/disk"]


async def test_no_content_type_is_needed(client: httpx.AsyncClient, shelf: Shelf) -> None:
    answers = [
        await client.post(V2, content=json.dumps(EVENT), headers=headers)
        for headers in ({}, {"content-type": "application/x-www-form-urlencoded"})
    ]

    assert [answer.status_code for answer in answers] == [202, 202]


async def test_the_key_may_come_in_a_header(client: httpx.AsyncClient, shelf: Shelf) -> None:
    keyless = EVENT | {"routing_key": None}
    await client.post(V2, json=keyless, headers={"X-Routing-Key": KEY})
    await client.post(V2, json=EVENT, headers={"X-Routing-Key": "0" * 32})
    await client.post(CHANGE, json={"payload": PAYLOAD}, headers={"X-Routing-Key": KEY})

    assert [parcel.key for parcel in shelf.kept] == [KEY, KEY, KEY]


@pytest.mark.parametrize("slash", ["", "/"])
async def test_an_integrations_own_address_speaks_both_dialects(
    client: httpx.AsyncClient, shelf: Shelf, slash: str
) -> None:
    new = await client.post(OWN + slash, json=EVENT | {"routing_key": None})
    old = await client.post(OWN + slash, json=OLD_EVENT | {"service_key": None})

    assert (new.status_code, new.json()["dedup_key"]) == (202, 'db-1/"disk"')
    assert (old.status_code, old.json()["incident_key"]) == (200, "db-1/disk")
    assert [(k.key, k.path) for k in shelf.kept] == [(KEY, "/integration/…/enqueue")] * 2


async def test_what_cannot_be_read_is_told_in_every_dialects_words(
    client: httpx.AsyncClient, shelf: Shelf
) -> None:
    for path, status in ((V2, "Unrecognized"), (CHANGE, "Unrecognized"), (V1, "unrecognized")):
        answer = await client.post(path, content=b"{")
        assert answer.status_code == 400
        assert {
            "status": f"{status} object",
            "message": "Event object format is unrecognized",
            "errors": ["JSON parse error"],
        } == answer.json()
    assert shelf.kept == []


async def test_an_event_that_breaks_rules_is_told_all_of_them(
    client: httpx.AsyncClient, shelf: Shelf
) -> None:
    answer = await client.post(V2, json=EVENT | {"routing_key": "short", "dedup_key": "k" * 256})

    assert answer.status_code == 400
    assert answer.json() == {
        "status": "invalid event",
        "message": "Event object is invalid",
        "errors": [
            "Length of 'routing_key' is incorrect (should be 32 characters)",
            "'dedup_key' is too long (maximum is 255 characters)",
        ],
    }
    assert shelf.kept == []


async def test_an_unreadable_body_at_an_own_address_goes_to_quarantine(
    client: httpx.AsyncClient, shelf: Shelf
) -> None:
    answer = await client.post(OWN, content=b"disk full")
    half = await client.post(OWN, json={"event_type": "trigger"})

    assert (answer.status_code, answer.json()["status"]) == (400, "Unrecognized object")
    assert (half.status_code, half.json()["errors"]) == (400, ["Description can't be blank"])
    assert [
        Stray(
            key=KEY,
            reason=reason,
            path="/integration/…/enqueue",
            sender="192.0.2.7",
            body=body,
        )
        for reason, body in (
            ("JSON parse error", b"disk full"),
            ("Description can't be blank", b'{"event_type":"trigger"}'),
        )
    ] == shelf.kept


async def test_an_address_that_cannot_be_an_integrations_fills_no_quarantine(
    client: httpx.AsyncClient, shelf: Shelf
) -> None:
    answer = await client.post("/integration/short/enqueue", json=EVENT | {"routing_key": ""})

    assert answer.status_code == 400
    assert shelf.kept == []


@pytest.mark.parametrize(
    ("path", "body", "message", "error"),
    [
        (
            V2,
            EVENT,
            "Invalid routing key",
            "'routing_key' is invalid (no integration has this key)",
        ),
        (
            V1,
            OLD_EVENT,
            "Invalid service key",
            "Service key is invalid (no integration has this key)",
        ),
    ],
)
async def test_an_unknown_key_is_refused_and_its_hint_is_logged(
    client: httpx.AsyncClient,
    shelf: Shelf,
    path: str,
    body: dict[str, Any],
    message: str,
    error: str,
) -> None:
    shelf.verdict = Verdict.UNKNOWN_KEY
    with structlog.testing.capture_logs() as lines:
        answer = await client.post(path, json=body)

    assert answer.status_code == 400
    assert {"status": "invalid event", "message": message, "errors": [error]} == answer.json()
    assert [(line["event"], line["key_hint"], line["sender"]) for line in lines] == [
        ("event.unknown_key", "e93f", "192.0.2.7")
    ]
    assert KEY not in str(lines)


async def test_an_event_that_the_database_refuses_is_not_asked_for_again(
    client: httpx.AsyncClient, shelf: Shelf
) -> None:
    shelf.verdict = Verdict.UNSTORABLE
    answer = await client.post(V2, json=EVENT)

    assert (answer.status_code, answer.json()["errors"]) == (400, ["The event cannot be stored"])


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        (V2, EVENT, 429),
        (CHANGE, EVENT, 429),
        (V1, OLD_EVENT, 403),
        (OWN, "unreadable", 429),
    ],
)
async def test_a_full_queue_asks_senders_to_come_again(
    client: httpx.AsyncClient, shelf: Shelf, path: str, body: Any, status: int
) -> None:
    shelf.verdict = Full(7)
    answer = await client.post(path, json=body)

    assert (status, "7") == (answer.status_code, answer.headers["retry-after"])
    assert {"status", "message", "errors"} == set(answer.json())


@pytest.mark.parametrize(("path", "body"), [(V2, EVENT), (V1, OLD_EVENT), (OWN, "unreadable")])
async def test_a_lost_database_asks_senders_to_come_again(
    client: httpx.AsyncClient, shelf: Shelf, path: str, body: Any
) -> None:
    shelf.verdict = DatabaseAway("gone")
    answer = await client.post(path, json=body)

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")
    assert {"status", "message", "errors"} == set(answer.json())


@pytest.mark.parametrize("path", [V2, CHANGE, V1, OWN])
@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "OPTIONS", "BREW"])
async def test_other_methods_are_told_the_one_that_works(
    client: httpx.AsyncClient, path: str, method: str
) -> None:
    answer = await client.request(method, path)

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/v2",
        "/v2/enqueue/more",
        "/integration",
        "/integration//enqueue",
        f"{OWN}/more",
        "/integration/%00/enqueue",
    ],
)
async def test_other_addresses_take_no_events(client: httpx.AsyncClient, path: str) -> None:
    assert (await client.post(path, json=EVENT)).status_code == 404


@pytest.mark.parametrize("path", [V2, V1])
async def test_a_body_may_have_512_kib_and_not_one_byte_more(
    client: httpx.AsyncClient, shelf: Shelf, path: str
) -> None:
    body = json.dumps(EVENT | OLD_EVENT).encode()
    fits = await client.post(path, content=body.ljust(LIMIT))
    exceeds = await client.post(path, content=body.ljust(LIMIT + 1))

    assert fits.is_success
    assert exceeds.status_code == 413
    assert {"status", "message", "errors"} == set(exceeds.json())
    assert exceeds.headers["connection"] == "close"
    assert len(shelf.kept) == 1


async def test_a_packed_body_is_unpacked(client: httpx.AsyncClient, shelf: Shelf) -> None:
    packed = gzip.compress(json.dumps(EVENT).encode())
    answer = await client.post(V2, content=packed, headers={"content-encoding": "gzip"})

    assert answer.status_code == 202
    assert shelf.whats == [HEARD]


async def test_a_body_that_never_ends_is_not_waited_for(app: EventsApp) -> None:
    sent = await speak(app, piece(b"{", more=True))

    assert sent[0]["status"] == 408
    assert (b"connection", b"close") in sent[0]["headers"]


async def test_a_sender_that_hangs_up_is_told_nothing(app: EventsApp, shelf: Shelf) -> None:
    sent = await speak(app, piece(b"{}", more=True), {"type": "http.disconnect"})

    assert sent == []
    assert shelf.kept == []


async def test_a_sender_without_an_address_is_heard_too(app: EventsApp, shelf: Shelf) -> None:
    sent = await speak(app, piece(json.dumps(EVENT).encode()), client=None)

    assert sent[0]["status"] == 202
    assert [parcel.sender for parcel in shelf.kept] == [""]


async def test_every_outcome_is_counted(
    client: httpx.AsyncClient, shelf: Shelf, registry: CollectorRegistry
) -> None:
    await client.post(V2, json=EVENT)
    await client.post(V2, json=EVENT)
    await client.post(OWN, json=OLD_EVENT)
    await client.post(CHANGE, content=b"?")
    await client.post(V1, content=bytes(LIMIT + 1))
    for verdict in (Verdict.UNKNOWN_KEY, Verdict.UNSTORABLE, Full(1), DatabaseAway("gone")):
        shelf.verdict = verdict
        await client.post(V2, json=EVENT)

    counted = {
        (sample.labels["dialect"], sample.labels["outcome"]): sample.value
        for metric in registry.collect()
        for sample in metric.samples
        if sample.name == "tocsin_events_total" and sample.value
    }
    assert counted == {
        ("v2", "accepted"): 2,
        ("v1", "accepted"): 1,
        ("change", "invalid"): 1,
        ("v1", "unread"): 1,
        ("v2", "unknown_key"): 1,
        ("v2", "unstorable"): 1,
        ("v2", "throttled"): 1,
        ("v2", "database_away"): 1,
    }
    assert registry.get_sample_value("tocsin_event_commit_seconds_count") == 5
