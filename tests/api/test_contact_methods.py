"""Contact methods over REST: which addresses are taken, and in which words others are not."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Connect, Welcome
from tocsin.domain.people.user import User

URL = "https://oncall.example.com"
MAIL = {"type": "email_contact_method", "label": "Work", "address": "work@example.com"}
PHONE = {"type": "phone_contact_method", "label": "Mobile", "address": "5555550123"}
HOOK = {"type": "webhook_contact_method", "label": "Pager", "address": "http://10.0.0.7:8080/page"}


async def _create(api: httpx.AsyncClient, user: User, body: dict[str, Any]) -> httpx.Response:
    return await api.post(f"/users/{user.id}/contact_methods", json={"contact_method": body})


async def test_a_contact_method_is_made_shown_changed_and_taken_away(
    api: httpx.AsyncClient, alice: User
) -> None:
    made = await _create(api, alice, MAIL)
    path = f"/users/{alice.id}/contact_methods/{made.json()['contact_method']['id']}"
    shown = await api.get(path)
    changed = await api.put(path, json={"contact_method": {"label": "Desk"}})
    gone = await api.delete(path)

    assert (made.status_code, changed.status_code, gone.status_code) == (201, 200, 204)
    assert made.json() == shown.json()
    assert changed.json()["contact_method"] == shown.json()["contact_method"] | {
        "label": "Desk",
        "summary": "Desk",
    }
    assert (await api.get(path)).status_code == 404
    assert (await api.delete(path)).status_code == 404


async def test_each_kind_looks_as_clients_expect(api: httpx.AsyncClient, alice: User) -> None:
    for body in (MAIL, PHONE, PHONE | {"type": "sms_contact_method", "country_code": 43}, HOOK):
        await _create(api, alice, body)

    listed = (await api.get(f"/users/{alice.id}/contact_methods")).json()["contact_methods"]

    mail, phone, sms, hook = listed
    here = f"{URL}/users/{alice.id}/contact_methods/{mail['id']}"
    assert mail == {
        "id": mail["id"],
        "summary": "Work",
        "self": here,
        "html_url": None,
        "enabled": True,
        "send_short_email": False,
        **MAIL,
    }
    assert (phone["country_code"], phone["enabled"], phone["blacklisted"]) == (1, True, False)
    assert (sms["type"], sms["country_code"]) == ("sms_contact_method", 43)
    assert (hook["type"], hook["address"]) == ("webhook_contact_method", HOOK["address"])


async def test_a_whole_contact_method_can_be_sent_back(api: httpx.AsyncClient, alice: User) -> None:
    method = (await _create(api, alice, PHONE)).json()["contact_method"]
    path = f"/users/{alice.id}/contact_methods/{method['id']}"

    again = await api.put(path, json={"contact_method": method})
    nulls = await api.put(path, json={"contact_method": dict.fromkeys(method)})

    assert again.json()["contact_method"] == nulls.json()["contact_method"] == method


async def test_two_methods_cannot_be_the_same(api: httpx.AsyncClient, alice: User) -> None:
    await _create(api, alice, PHONE)
    other = await _create(api, alice, PHONE | {"address": "5555550199"})
    path = f"/users/{alice.id}/contact_methods/{other.json()['contact_method']['id']}"

    made = await _create(api, alice, PHONE | {"label": "Again"})
    changed = await api.put(path, json={"contact_method": PHONE})
    abroad = await _create(api, alice, PHONE | {"country_code": 353})

    for answer in (made, changed):
        assert answer.status_code == 400
        assert answer.json()["error"]["errors"] == ["User Contact method must be unique"]
    assert abroad.status_code == 201


@pytest.mark.parametrize(
    ("country", "address"),
    [
        (1, "5555550123"),
        (1, "2025550123,,#4411"),
        (39, "0612345678"),
        (52, "15512345678"),
        (999, "123456"),
        (1999, "1"),
    ],
)
async def test_numbers_that_pagerduty_takes_are_taken(
    api: httpx.AsyncClient, alice: User, country: int, address: str
) -> None:
    answer = await _create(api, alice, PHONE | {"country_code": country, "address": address})

    assert answer.status_code == 201
    assert answer.json()["contact_method"]["address"] == address


_DIGITS = (
    "Address must be at most 40 digits,"
    " with commas for pauses and * or # where an extension needs them."
)
_TYPES = (
    "Type must be one of email_contact_method, phone_contact_method, sms_contact_method,"
    " whatsapp_contact_method, push_notification_contact_method, webhook_contact_method."
)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"label": " "}, "Label cannot be blank."),
        ({"address": "+43 660 123"}, _DIGITS),
        ({"address": "1" * 41}, _DIGITS),
        ({"address": ""}, _DIGITS),
        ({"country_code": 2000}, "Country code must be from 1 to 1999."),
        (
            {"address": "12025550123"},
            "Address must not begin with 1 for +1; perhaps 2025550123 is meant.",
        ),
        (
            {"country_code": 44, "address": "02079460123"},
            "Address must not begin with 0 for +44; perhaps 2079460123 is meant.",
        ),
        ({"country_code": 49, "address": "01"}, "Address must not begin with 0 for +49."),
        (
            {"type": "sms_contact_method", "country_code": 52, "address": "15512345678"},
            "Address must not begin with 1 for +52.",
        ),
        ({"type": "pigeon_contact_method"}, _TYPES),
        ({"type": None}, _TYPES),
        (
            {"type": "push_notification_contact_method"},
            "Type cannot be push_notification_contact_method: devices add themselves.",
        ),
        (
            {"type": "email_contact_method"},
            "Address must be an e-mail address such as alice@example.com.",
        ),
        (
            {"type": "webhook_contact_method"},
            "Address must be an address such as https://example.com/pages.",
        ),
        (
            {"type": "webhook_contact_method", "address": "ftp://example.com"},
            "Address must be an address such as https://example.com/pages.",
        ),
        (
            {"type": "webhook_contact_method", "address": "http://[::1/"},
            "Address must be an address such as https://example.com/pages.",
        ),
    ],
)
async def test_an_address_that_cannot_be_is_refused_in_a_sentence(
    api: httpx.AsyncClient, alice: User, fields: dict[str, Any], sentence: str
) -> None:
    answer = await _create(api, alice, PHONE | fields)

    assert answer.status_code == 400
    assert answer.json()["error"]["errors"] == [sentence]


async def test_only_mails_can_be_short(api: httpx.AsyncClient, alice: User) -> None:
    mail = await _create(api, alice, MAIL | {"send_short_email": True})
    hook = await _create(api, alice, HOOK | {"send_short_email": True})

    assert mail.json()["contact_method"]["send_short_email"] is True
    assert "send_short_email" not in hook.json()["contact_method"]


async def test_a_method_goes_with_the_rules_that_use_it(api: httpx.AsyncClient) -> None:
    body = {"user": {"name": "Bob", "email": "bob@example.com"}}
    user = (await api.post("/users", json=body)).json()["user"]
    (method,) = user["contact_methods"]

    await api.delete(f"/users/{user['id']}/contact_methods/{method['id']}")

    left = (await api.get(f"/users/{user['id']}")).json()["user"]
    assert (left["contact_methods"], left["notification_rules"]) == ([], [])


async def test_a_method_is_found_at_its_own_user_only(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    method = (await _create(api, alice, MAIL)).json()["contact_method"]
    bob = await welcome("Bob")

    assert (await api.get(f"/users/{bob.id}/contact_methods/{method['id']}")).status_code == 404
    assert (await api.delete(f"/users/{bob.id}/contact_methods/{method['id']}")).status_code == 404
    assert (await api.get("/users/PNOBODY/contact_methods")).status_code == 404
    assert (await api.post("/users/PNOBODY/contact_methods", json={})).status_code == 400


async def test_people_manage_their_own_ways_to_be_reached(
    connect: Connect, alice: User, welcome: Welcome
) -> None:
    bob = await welcome("Bob", role="read_only_user")
    client = await connect(bob)

    assert (await _create(client, bob, MAIL)).status_code == 201
    assert (await _create(client, alice, MAIL)).status_code == 403
    assert (await client.get(f"/users/{alice.id}/contact_methods")).status_code == 200
    assert (await _create(await connect(bob, read_only=True), bob, PHONE)).status_code == 403
