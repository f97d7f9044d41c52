"""Webhook subscriptions over REST, as the reference, Terraform and scripts use them."""

from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
import sqlalchemy as sa

from tests.api.conftest import Connect, Hands, Welcome
from tocsin.store.machines.delivery_tables import deliveries, webhook_subscriptions
from tocsin.usecases.house import House

PATH: Final = "/webhook_subscriptions"
URL: Final = "https://example.com/hook"


def body(**others: Any) -> dict[str, Any]:
    subscription: dict[str, Any] = {
        "type": "webhook_subscription",
        "delivery_method": {"type": "http_delivery_method", "url": URL},
        "description": "To the chat",
        "events": ["incident.triggered", "incident.resolved"],
        "filter": {"type": "account_reference"},
    }
    return {"webhook_subscription": subscription | others}


async def make(api: httpx.AsyncClient, **others: Any) -> dict[str, Any]:
    answer = await api.post(PATH, json=body(**others))
    assert answer.status_code == 200, answer.text
    made: dict[str, Any] = answer.json()["webhook_subscription"]
    return made


def errors(answer: httpx.Response) -> list[str]:
    found: list[str] = answer.json()["error"]["errors"]
    return found


async def test_a_subscription_tells_its_secret_once(api: httpx.AsyncClient) -> None:
    made = await make(api)
    again = (await api.get(f"{PATH}/{made['id']}")).json()["webhook_subscription"]

    assert len(made["delivery_method"]["secret"]) == 64
    assert again["delivery_method"] == made["delivery_method"] | {"secret": None}
    assert (again["active"], again["filter"]) == (True, {"type": "account_reference"})
    assert again["events"] == ["incident.triggered", "incident.resolved"]


async def test_the_values_of_headers_are_never_shown(api: httpx.AsyncClient) -> None:
    method = {
        "type": "http_delivery_method",
        "url": URL,
        "custom_headers": [{"name": "Authorization", "value": "Bearer hush"}],
    }
    made = await make(api, delivery_method=method)
    answer = await api.get(f"{PATH}/{made['id']}")

    assert "hush" not in answer.text
    headers = answer.json()["webhook_subscription"]["delivery_method"]["custom_headers"]
    assert headers == [{"name": "Authorization", "value": "<redacted>"}]


async def test_everything_but_the_delivery_method_can_be_changed(api: httpx.AsyncClient) -> None:
    made = await make(api)
    wish = body(
        description="Off",
        active=False,
        events=["service.updated"],
        delivery_method={"type": "http_delivery_method", "url": "https://example.org/other"},
    )

    answer = await api.put(f"{PATH}/{made['id']}", json=wish)

    changed = answer.json()["webhook_subscription"]
    assert (changed["description"], changed["active"]) == ("Off", False)
    assert changed["events"] == ["service.updated"]
    assert changed["delivery_method"]["url"] == URL


async def test_subscriptions_are_found_by_their_filter(api: httpx.AsyncClient) -> None:
    team = (await api.post("/teams", json={"team": {"type": "team", "name": "Web"}})).json()["team"]
    whole = await make(api)
    of_team = await make(api, filter={"type": "team_reference", "id": team["id"]})

    async def found(query: str) -> list[str]:
        answer = await api.get(f"{PATH}?{query}")
        return [one["id"] for one in answer.json()["webhook_subscriptions"]]

    assert await found("") == [whole["id"], of_team["id"]]
    assert await found("filter_type=account") == [whole["id"]]
    assert await found(f"filter_type=team&filter_id={team['id']}") == [of_team["id"]]
    assert of_team["filter"]["summary"] == "Web"
    assert (await api.get(f"{PATH}?filter_type=team")).status_code == 400


async def test_a_filter_must_lead_somewhere(api: httpx.AsyncClient) -> None:
    answer = await api.post(PATH, json=body(filter={"type": "service_reference", "id": "PNONE"}))

    assert (answer.status_code, errors(answer)) == (400, ["Service PNONE was not found."])


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"events": []}, "Events cannot be empty."),
        ({"events": ["incident.exploded"]}, "Event incident.exploded is not known."),
        ({"delivery_method": {"type": "http_delivery_method"}}, "Delivery method must have a URL."),
        (
            {"delivery_method": {"type": "pigeon", "url": URL}},
            "Delivery method must be an http_delivery_method.",
        ),
        ({"filter": {"type": "team_reference"}}, "Filter must have an id, unless it is for"),
    ],
)
async def test_what_is_wrong_is_told(
    api: httpx.AsyncClient, wrong: dict[str, Any], sentence: str
) -> None:
    answer = await api.post(PATH, json=body(**wrong))

    assert answer.status_code == 400
    assert errors(answer)[0].startswith(sentence)


async def test_a_subscription_is_taken_away(api: httpx.AsyncClient) -> None:
    made = await make(api)

    gone = await api.delete(f"{PATH}/{made['id']}")
    again = await api.get(f"{PATH}/{made['id']}")

    assert (gone.status_code, again.status_code) == (204, 404)


async def test_a_ping_is_planned(api: httpx.AsyncClient, house: House) -> None:
    made = await make(api)

    answer = await api.post(f"{PATH}/{made['id']}/ping")

    assert answer.status_code == 202
    async with house.database.read() as tx:
        planned = (await tx.execute(sa.select(deliveries))).one()
    assert (planned.kind, planned.destination_id) == ("pagey.ping", made["id"])


async def test_one_that_is_disabled_is_enabled_again(
    api: httpx.AsyncClient, house: House, clock: Hands
) -> None:
    made = await make(api)
    async with house.database.begin() as tx:
        until = clock.now + timedelta(hours=1)
        await tx.execute(sa.update(webhook_subscriptions).values(disabled_until=until))
    shown = (await api.get(f"{PATH}/{made['id']}")).json()["webhook_subscription"]

    answer = await api.post(f"{PATH}/{made['id']}/enable")

    assert shown["delivery_method"]["temporarily_disabled"] is True
    enabled = answer.json()["webhook_subscription"]
    assert enabled["delivery_method"]["temporarily_disabled"] is False


async def test_only_those_who_manage_may_subscribe(connect: Connect, welcome: Welcome) -> None:
    observer = await connect(await welcome("Bob", role="observer"))

    assert (await observer.get(PATH)).status_code == 200
    assert (await observer.post(PATH, json=body())).status_code == 403


async def test_what_is_not_there_is_told(api: httpx.AsyncClient) -> None:
    for method, path in (("PUT", ""), ("DELETE", ""), ("POST", "/enable"), ("POST", "/ping")):
        answer = await api.request(method, f"{PATH}/PNONE{path}", json=body())
        assert answer.status_code == 404
