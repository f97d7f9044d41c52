"""What PagerDuty keeps silent about: the quarantine, and alarms for administrators."""

import base64

import httpx
import pytest

from tests.api.conftest import Connect, Hands, Welcome
from tests.api.watched import Watched
from tocsin.domain.intake.event import Event
from tocsin.domain.masking import DOTS
from tocsin.domain.people.user import Role
from tocsin.store.driver import driver
from tocsin.store.writes import AlarmRow, Stray, Writes, flush
from tocsin.usecases.house import House
from tocsin.usecases.intake import quarantine
from tocsin.usecases.intake.quarantine import StrangeCall

STRANGE = "R" * 32


async def _write(house: House, writes: Writes) -> None:
    async with house.database.begin() as tx:
        await flush(await driver(tx), writes)


def _stray(house: House, id_: str, body: bytes) -> Stray:
    return Stray(
        id=id_,
        at=house.clock(),
        reason="The body is not JSON.",
        path="/v2/enqueue",
        sender="192.0.2.7",
        key_hint="",
        body=body,
    )


async def test_an_event_with_an_unknown_key_is_kept(watched: Watched) -> None:
    await watched.send(Event(action="trigger", dedup_key="disk"), key=STRANGE)
    (kept,) = await watched.get("/quarantine")

    assert kept == {
        "id": kept["id"],
        "type": "quarantined_request",
        "summary": "No integration has this key.",
        "self": f"https://oncall.example.com/quarantine/{kept['id']}",
        "html_url": f"https://oncall.example.com/quarantine/{kept['id']}",
        "created_at": "2026-11-21T12:00:00Z",
        "reason": "No integration has this key.",
        "path": "/v2/enqueue",
        "sender": "192.0.2.7",
        "key_hint": "RRRR",
        "headers": "",
        "body": "{}",
        "body_encoding": "utf-8",
        "body_bytes": 2,
        "body_truncated": False,
    }
    assert await watched.get(f"/quarantine/{kept['id']}") == kept


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (b"text=ack&word=our+own%2F1&a=1", f"text=ack&word={DOTS}&a=1"),
        (
            b'{"token": "of another", "said": "our own/1"}',
            f'{{"token": "{DOTS}", "said": "{DOTS}"}}',
        ),
        (b"our own/1 \xff", base64.b64encode(DOTS.encode() + b" \xff").decode()),
    ],
)
async def test_of_a_callback_no_secrets_are_kept(
    api: httpx.AsyncClient, house: House, body: bytes, kept: str
) -> None:
    headers = {"authorization": "Basic QWxh", "x-mark": "our own/1", "x-said": "a\x00b"}
    call = StrangeCall(
        path="/callbacks/P1",
        sender="192.0.2.7",
        headers=headers,
        body=body,
        why="It is not signed.",
        secrets=("our own/1", ""),
    )

    await quarantine.keep(house, call, house.clock())

    [found] = (await api.get("/quarantine")).json()["quarantine"]
    assert (found["reason"], found["path"]) == ("It is not signed.", "/callbacks/P1")
    assert found["headers"] == f"authorization: {DOTS}\nx-mark: {DOTS}\nx-said: a\ufffdb"
    assert found["body"] == kept


async def test_a_body_that_is_no_text_is_written_in_base_64_and_cut(
    api: httpx.AsyncClient, house: House
) -> None:
    await _write(house, Writes(strays=[_stray(house, "QBYTES", b"\xff" * 70_000)]))
    kept = (await api.get("/quarantine/QBYTES")).json()["quarantined_request"]

    assert kept["body_encoding"] == "base64"
    assert kept["body"] == "/" * 87_381 + "w=="
    assert (kept["body_bytes"], kept["body_truncated"]) == (70_000, True)


async def test_strays_are_listed_in_parts_the_newest_first(
    api: httpx.AsyncClient, house: House, clock: Hands
) -> None:
    for number in range(3):
        await _write(house, Writes(strays=[_stray(house, f"Q{number}", b"")]))
        clock.move(minutes=1)

    first = (await api.get("/quarantine?limit=2&total=true")).json()
    rest = (await api.get("/quarantine?limit=2&offset=2")).json()

    assert [kept["id"] for kept in first["quarantine"]] == ["Q2", "Q1"]
    assert (first["total"], first["more"]) == (3, True)
    assert [kept["id"] for kept in rest["quarantine"]] == ["Q0"]
    assert (await api.get("/quarantine/QNOTHING")).status_code == 404


async def test_alarms_are_listed_in_parts_the_newest_first(watched: Watched, clock: Hands) -> None:
    incident = await watched.open()
    alarms = []
    for number, incident_id in enumerate((None, incident["id"], "QGONE")):
        clock.move(minutes=1)
        at = watched.house.clock()
        sentence = f"Nobody was told, number {number}."
        alarms.append(AlarmRow(id=f"Q{number}", at=at, incident_id=incident_id, sentence=sentence))
    await _write(watched.house, Writes(alarms=alarms))

    page = (await watched.api.get("/alarms?limit=2&total=1")).json()
    gone, known = page["alarms"]

    assert (page["total"], page["more"]) == (3, True)
    assert (gone["id"], gone["incident"]["summary"]) == ("Q2", None)
    assert (known["type"], known["created_at"]) == ("alarm", "2026-11-21T12:02:00Z")
    assert known["summary"] == "Nobody was told, number 1."
    assert known["incident"]["summary"] == "[#1] Down"
    (last,) = await watched.get("/alarms", offset=2)
    assert last["incident"] is None


@pytest.mark.parametrize("path", ["/quarantine", "/alarms"])
@pytest.mark.parametrize(
    ("role", "status"), [("user", 200), ("limited_user", 403), ("observer", 403)]
)
async def test_who_manages_may_look(
    connect: Connect, welcome: Welcome, path: str, role: Role, status: int
) -> None:
    carol = await connect(await welcome("Carol", role=role))

    assert (await carol.get(path)).status_code == status
