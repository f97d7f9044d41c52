"""Notifications over REST: whom the house told what."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Connect, Hands, Welcome
from tests.api.watched import Watched
from tocsin.domain.reaching.notification import Notification, Outcome
from tocsin.kit.ids import new_id
from tocsin.store.driver import driver
from tocsin.store.writes import Writes, flush

DAY = {"since": "2026-11-21", "until": "2026-11-22"}


async def _tell(
    watched: Watched, kind: str, address: str, status: Outcome = "success"
) -> Notification:
    told = Notification(
        id=new_id("Q"),
        incident_id=None,
        user_id=watched.alice.id,
        contact_method_id=None,
        kind=kind,
        address=address,
        status=status,
        detail="250 OK",
        at=watched.house.clock(),
    )
    async with watched.house.database.begin() as tx:
        await flush(await driver(tx), Writes(notifications=[told]))
    return told


async def test_each_attempt_is_told_with_what_came_of_it(watched: Watched, clock: Hands) -> None:
    mail = await _tell(watched, "email", "alice@example.com")
    clock.move(minutes=1)
    call = await _tell(watched, "phone", "+15555550100", "failed")
    clock.move(minutes=1)
    await _tell(watched, "push_notification", "a device's token")

    pushed, called, mailed = await watched.get("/notifications", **DAY)

    url = f"https://oncall.example.com/users/{watched.alice.id}"
    assert mailed == {
        "id": mail.id,
        "type": "email_notification",
        "started_at": "2026-11-21T12:00:00Z",
        "address": "alice@example.com",
        "status": "success",
        "user": {
            "id": watched.alice.id,
            "type": "user_reference",
            "summary": "Alice",
            "self": url,
            "html_url": url,
        },
    }
    assert (called["id"], called["type"]) == (call.id, "phone_notification")
    assert (called["address"], called["status"]) == ("+15555550100", "failed")
    assert (pushed["type"], pushed["address"]) == ("push_notification", None)


async def test_attempts_are_found_by_time_and_kind_and_in_parts(
    watched: Watched, clock: Hands
) -> None:
    for kind in ("email", "sms", "phone"):
        await _tell(watched, kind, "somewhere")
        clock.move(hours=1)

    async def kinds(**query: Any) -> list[str]:
        found = await watched.get("/notifications", **DAY | query)
        return [one["type"].removesuffix("_notification") for one in found]

    assert await kinds() == ["phone", "sms", "email"]
    assert await kinds(since="2026-11-21T12:30Z", until="2026-11-21T13:30Z") == ["sms"]
    assert await kinds(filter="email_notification") == ["email"]
    assert await kinds(limit=1, offset=1) == ["sms"]
    page = (await watched.api.get("/notifications", params=DAY | {"limit": 1, "total": 1})).json()
    assert (page["total"], page["more"]) == (3, True)


async def test_users_are_shown_in_full_and_times_in_any_zone(watched: Watched) -> None:
    await _tell(watched, "email", "alice@example.com")
    query = DAY | {"include[]": "users", "time_zone": "Europe/Vienna"}
    (told,) = await watched.get("/notifications", **query)

    assert told["user"]["email"] == "alice@example.com"
    assert told["started_at"] == "2026-11-21T13:00:00+01:00"


@pytest.mark.parametrize(
    "query",
    [
        "",
        "since=2026-11-21",
        "until=2026-11-21",
        "since=2026-11-22&until=2026-11-21",
        "since=2026-01-01&until=2026-11-21",
        "since=2026-11-21&until=2026-11-22&filter=letter",
    ],
)
async def test_a_senseless_question_is_refused(api: httpx.AsyncClient, query: str) -> None:
    answer = await api.get(f"/notifications?{query}")

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 2001)


async def test_an_observer_may_read_notifications(
    watched: Watched, connect: Connect, welcome: Welcome
) -> None:
    await _tell(watched, "email", "alice@example.com")
    carol = await connect(await welcome("Carol", role="observer"))

    assert len((await carol.get("/notifications", params=DAY)).json()["notifications"]) == 1
