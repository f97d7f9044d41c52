"""Status updates and their subscribers over REST."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Connect, Welcome
from tests.api.watched import Json, Watched


def _path(incident: Json, tail: str = "") -> str:
    return f"/incidents/{incident['id']}/status_updates{tail}"


def _subscriber(id_: str, type_: str = "user") -> Json:
    return {"subscriber_id": id_, "subscriber_type": type_}


async def _subscribe(
    watched: Watched, incident: Json, *subscribers: Json, tail: str = "/subscribers"
) -> httpx.Response:
    return await watched.api.post(_path(incident, tail), json={"subscribers": list(subscribers)})


async def test_an_update_is_published_and_told_in_the_timeline(watched: Watched) -> None:
    incident = await watched.open()
    answer = await watched.api.post(_path(incident), json={"message": "It is back"})

    assert answer.status_code == 200, answer.text
    update = answer.json()["status_update"]
    assert (update["message"], update["created_at"]) == ("It is back", "2026-11-21T12:00:00Z")
    assert (update["sender"]["summary"], update["sender"]["type"]) == ("Alice", "user_reference")
    assert not {"subject", "html_message"} & update.keys()
    entry, *_ = await watched.get(f"/incidents/{incident['id']}/log_entries")
    assert (entry["type"], entry["id"]) == ("status_update_log_entry", update["id"])
    assert (entry["summary"], entry["note"]) == (
        "Status update published by Alice", "It is back",
    )  # fmt: skip


async def test_a_mail_may_say_it_otherwise(watched: Watched) -> None:
    incident = await watched.open()
    body = {"message": "Back", "subject": "Checkout", "html_message": "<h1>Back</h1>"}
    update = (await watched.api.post(_path(incident), json=body)).json()["status_update"]

    assert {name: update[name] for name in body} == body


@pytest.mark.parametrize("body", [{}, {"message": " "}, {"message": "Back", "subject": "News"}])
async def test_what_cannot_be_published_is_refused(watched: Watched, body: Json) -> None:
    incident = await watched.open()
    answer = await watched.api.post(_path(incident), json=body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 2001)


async def test_people_subscribe_and_are_listed(watched: Watched) -> None:
    incident = await watched.open()
    bob, nobody = _subscriber(watched.bob.id), _subscriber("PNOBODY", "team")
    first = await _subscribe(watched, incident, bob, nobody)
    again = await _subscribe(watched, incident, bob)

    about = {"subscribable_id": incident["id"], "subscribable_type": "incident"}
    assert first.json()["subscriptions"] == [
        bob | about | {"result": "success"}, nobody | about | {"result": "unauthorized"},
    ]  # fmt: skip
    assert [one["result"] for one in again.json()["subscriptions"]] == ["duplicate"]
    listed = (await watched.api.get(_path(incident, "/subscribers"))).json()
    assert listed["subscribers"] == [
        bob | {"has_indirect_subscription": False, "subscribed_via": None}
    ]
    assert (listed["total"], listed["more"], listed["offset"]) == (1, False, 0)


async def test_people_unsubscribe(watched: Watched) -> None:
    incident = await watched.open()
    bob, alice = _subscriber(watched.bob.id), _subscriber(watched.alice.id)
    await _subscribe(watched, incident, bob)
    answer = await _subscribe(watched, incident, bob, alice, tail="/unsubscribe")

    assert answer.json() == {
        "deleted_count": 1, "unauthorized_count": 0, "non_existent_count": 1,
    }  # fmt: skip
    assert await watched.get(_path(incident, "/subscribers")) == []


@pytest.mark.parametrize("tail", ["/subscribers", "/unsubscribe"])
async def test_nobody_is_no_subscriber(watched: Watched, tail: str) -> None:
    incident = await watched.open()
    wrong = _subscriber(watched.bob.id, "service")

    assert (await _subscribe(watched, incident, tail=tail)).status_code == 400
    assert (await _subscribe(watched, incident, wrong, tail=tail)).status_code == 400
    missing = await _subscribe(watched, {"id": "QNOTHING"}, _subscriber(watched.bob.id), tail=tail)
    assert missing.status_code == 404


@pytest.mark.parametrize(("role", "status"), [("limited_user", 200), ("observer", 403)])
async def test_who_may_respond_may_publish(
    watched: Watched, connect: Connect, welcome: Welcome, role: Any, status: int
) -> None:
    incident = await watched.open()
    carol = await connect(await welcome("Carol", role=role))

    answer = await carol.post(_path(incident), json={"message": "It is back"})
    assert answer.status_code == status
    assert (await carol.get(_path(incident, "/subscribers"))).status_code == 200
