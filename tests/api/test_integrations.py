"""Integrations over REST: the ways into a service, and the keys that open them."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Connect, Welcome
from tests.api.shop import make_policy, make_shop
from tocsin.domain.people.user import Role, User
from tocsin.kit.sealing import digest
from tocsin.store.intake.integrations import INTEGRATIONS
from tocsin.usecases.house import House

URL = "https://oncall.example.com"
KEY = "0123456789abcdef0123456789ABCDEF"
EVENTS = "events_api_v2_inbound_integration"
EMAIL = "generic_email_inbound_integration"
MAIL = {"type": EMAIL, "name": "Mail", "integration_email": "Shop@pages.example.com"}


@pytest.fixture
async def service(api: httpx.AsyncClient, alice: User) -> str:
    """Make a service, and return its path."""
    shop = await make_shop(api, await make_policy(api, alice))
    return f"/services/{shop['id']}"


async def _create(api: httpx.AsyncClient, service: str, **fields: Any) -> httpx.Response:
    return await api.post(f"{service}/integrations", json={"integration": fields})


async def _made(api: httpx.AsyncClient, service: str, **fields: Any) -> dict[str, Any]:
    answer = await _create(api, service, **fields)
    assert answer.status_code == 201, answer.json()
    integration: dict[str, Any] = answer.json()["integration"]
    return integration


async def test_an_integration_is_made_shown_and_changed(
    api: httpx.AsyncClient, service: str
) -> None:
    made = await _create(api, service, type=EVENTS, name="Prometheus")
    path = f"{service}/integrations/{made.json()['integration']['id']}"
    shown = await api.get(path)
    changed = await api.put(path, json={"integration": {"name": "Grafana"}})

    assert (made.status_code, changed.status_code) == (201, 200)
    assert made.json() == shown.json()
    assert changed.json()["integration"] == shown.json()["integration"] | {
        "name": "Grafana",
        "summary": "Grafana",
    }


async def test_a_whole_integration_can_be_sent_back(api: httpx.AsyncClient, service: str) -> None:
    integration = await _made(api, service)
    path = f"{service}/integrations/{integration['id']}"

    again = await api.put(path, json={"integration": integration})
    nulls = await api.put(path, json={"integration": dict.fromkeys(integration)})

    assert again.json()["integration"] == nulls.json()["integration"] == integration


async def test_an_integration_looks_as_clients_expect(api: httpx.AsyncClient, service: str) -> None:
    integration = await _made(api, service, type=EVENTS, name="Prometheus")

    key = integration["integration_key"]
    assert (len(key), int(key, 16) > 0) == (32, True)
    assert integration == {
        "id": integration["id"],
        "type": EVENTS,
        "summary": "Prometheus",
        "self": f"{URL}{service}/integrations/{integration['id']}",
        "html_url": None,
        "name": "Prometheus",
        "created_at": "2026-11-21T12:00:00Z",
        "service": {
            "id": service.removeprefix("/services/"),
            "type": "service_reference",
            "summary": "Shop",
            "self": f"{URL}{service}",
            "html_url": f"{URL}{service.replace('services', 'service-directory')}",
        },
        "vendor": None,
        "integration_key": key,
        "integration_url": f"{URL}/integration/{key}/enqueue",
        "integration_email": None,
    }


async def test_an_integration_needs_nothing_said_about_it(
    api: httpx.AsyncClient, service: str
) -> None:
    integration = await _made(api, service)

    assert (integration["type"], integration["name"]) == (EVENTS, "Events API v2")


async def test_terraform_names_a_vendor_and_a_type_of_its_own(
    api: httpx.AsyncClient, service: str
) -> None:
    vendor = {"id": "PAM4FGS", "type": "vendor"}

    integration = await _made(api, service, type="service_integration", vendor=vendor)

    path = f"{service}/integrations/{integration['id']}"
    body = {"type": EVENTS, "vendor": vendor, "name": "Dogs", "service": integration["service"]}
    renamed = await api.put(path, json={"integration": body})
    whole = (await api.get(f"{path}?include[]=vendors")).json()["integration"]["vendor"]
    assert (integration["type"], integration["name"]) == (EVENTS, "Datadog")
    assert integration["vendor"]["type"] == "vendor_reference"
    assert renamed.json()["integration"]["name"] == "Dogs"
    assert (whole["type"], whole["generic_service_type"]) == ("vendor", "api")


async def test_the_key_is_kept_as_a_hash_and_under_seal(
    api: httpx.AsyncClient, service: str, house: House
) -> None:
    integration = await _made(api, service, integration_key=KEY)

    async with house.database.read() as tx:
        stored = await INTEGRATIONS.get(tx, integration["id"])
    assert stored is not None
    assert integration["integration_key"] == KEY
    assert stored.key_hash == digest(KEY)
    assert KEY.encode() not in stored.key_encrypted
    assert house.sealer.open(stored.key_encrypted) == KEY


async def test_a_key_opens_one_integration(api: httpx.AsyncClient, service: str) -> None:
    first = await _made(api, service, integration_key=KEY)
    second = await _made(api, service)
    path = f"{service}/integrations/{second['id']}"

    made = await _create(api, service, integration_key=KEY)
    changed = await api.put(path, json={"integration": {"integration_key": KEY}})
    own = await api.put(f"{service}/integrations/{first['id']}", json={"integration": first})

    for answer in (made, changed):
        assert answer.status_code == 400
        assert answer.json()["error"]["errors"] == ["Integration key has already been taken"]
    assert own.json()["integration"] == first


async def test_a_key_can_be_replaced(api: httpx.AsyncClient, service: str, house: House) -> None:
    made = await _made(api, service)
    path = f"{service}/integrations/{made['id']}"

    changed = await api.put(path, json={"integration": {"integration_key": KEY}})

    async with house.database.read() as tx:
        stored = await INTEGRATIONS.get(tx, made["id"])
    assert changed.json()["integration"]["integration_key"] == KEY
    assert stored is not None
    assert stored.key_hash == digest(KEY)


async def test_an_integration_for_mails_is_found_by_its_address(
    api: httpx.AsyncClient, service: str, house: House
) -> None:
    integration = await _made(api, service, **MAIL)
    path = f"{service}/integrations/{integration['id']}"
    taken = await _create(api, service, **MAIL | {"integration_email": "shop@PAGES.example.com"})
    again = await api.put(path, json={"integration": integration})
    moved = await api.put(path, json={"integration": {"integration_email": "s@pages.example.com"}})

    assert integration["integration_email"] == "shop@pages.example.com"
    assert integration["integration_key"] is integration["integration_url"] is None
    assert integration["email_incident_creation"] == "on_new_email_subject"
    assert [one["body_mode"] for one in integration["email_filters"]] == ["always"]
    assert again.json()["integration"] == integration
    assert taken.json()["error"]["errors"] == ["Integration email has already been taken"]
    async with house.database.read() as tx:
        stored = await INTEGRATIONS.get(tx, integration["id"])
    assert stored is not None
    assert stored.key_hash == digest("s@pages.example.com")
    assert moved.json()["integration"]["integration_email"] == "s@pages.example.com"


async def test_the_vendor_of_mails_makes_an_integration_for_mails(
    api: httpx.AsyncClient, service: str
) -> None:
    email = {"id": "PEMAIL0", "type": "vendor_reference"}

    integration = await _made(
        api, service, vendor=email, integration_email="shop@pages.example.com"
    )

    assert (integration["type"], integration["name"]) == (EMAIL, "Email")


_TYPES = (
    "Type must be one of events_api_v2_inbound_integration, generic_email_inbound_integration,"
    " generic_events_api_inbound_integration, event_transformer_api_inbound_integration,"
    " app_event_transform_inbound_integration, aws_cloudwatch_inbound_integration,"
    " cloudkick_inbound_integration, keynote_inbound_integration, nagios_inbound_integration,"
    " pingdom_inbound_integration, sql_monitor_inbound_integration."
)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " "}, "Name cannot be blank."),
        ({"name": "x" * 256}, "Name must have at most 255 characters, all of them printable."),
        ({"type": "carrier_pigeon"}, _TYPES),
        ({"vendor": {"id": "PNOBODY"}}, "Vendor PNOBODY was not found."),
        ({"integration_key": "short"}, "Integration key must be 32 letters or digits."),
        ({"integration_key": "-" * 32}, "Integration key must be 32 letters or digits."),
        ({"type": EMAIL}, "Integration email must have 6 to 100 characters."),
        (
            MAIL | {"email_incident_creation": "use_rules"},
            "Email incident creation can only be on_new_email_subject.",
        ),
        (
            MAIL | {"email_filter_mode": "or-rules-email"},
            "Email filter mode can only be all-email.",
        ),
        (
            MAIL | {"email_filters": [{"subject_mode": "match", "subject_regex": "x"}]},
            "Email filters can only have the mode always.",
        ),
        (MAIL | {"email_parsers": [{"action": "trigger"}]}, "Email parsers are not supported."),
    ],
)
async def test_an_integration_that_cannot_be_is_refused_in_a_sentence(
    api: httpx.AsyncClient, service: str, fields: dict[str, Any], sentence: str
) -> None:
    answer = await _create(api, service, **fields)

    assert answer.status_code == 400
    assert answer.json()["error"]["errors"] == [sentence]


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"type": EMAIL}, f"Type cannot be changed from {EVENTS}."),
        ({"vendor": {"id": "PAM4FGS", "type": "vendor_reference"}}, "Vendor cannot be changed."),
    ],
)
async def test_type_and_vendor_are_for_life(
    api: httpx.AsyncClient, service: str, fields: dict[str, Any], sentence: str
) -> None:
    made = await _made(api, service)

    answer = await api.put(f"{service}/integrations/{made['id']}", json={"integration": fields})

    assert answer.status_code == 400
    assert answer.json()["error"]["errors"] == [sentence]


async def test_an_integration_is_found_at_its_own_service_only(
    api: httpx.AsyncClient, service: str
) -> None:
    shop = (await api.get(service)).json()["service"]
    other = (await api.post("/services", json={"service": shop | {"name": "Other"}})).json()
    made = await _made(api, service)

    elsewhere = f"/services/{other['service']['id']}/integrations/{made['id']}"
    assert (await api.get(elsewhere)).status_code == 404
    assert (await api.put(elsewhere, json={"integration": {}})).status_code == 404
    assert (await api.get(f"/services/PNONE/integrations/{made['id']}")).status_code == 404
    assert (await _create(api, "/services/PNONE")).status_code == 404


async def test_an_integration_is_taken_away_and_its_key_with_it(
    api: httpx.AsyncClient, service: str, house: House
) -> None:
    integration = await _made(api, service)
    path = f"{service}/integrations/{integration['id']}"
    gone, again = await api.delete(path), await api.delete(path)

    assert (gone.status_code, gone.content, again.status_code) == (204, b"", 404)
    assert (await api.get(path)).status_code == 404
    async with house.database.read() as tx:
        assert await INTEGRATIONS.count(tx) == 0


async def test_integrations_go_with_their_service(
    api: httpx.AsyncClient, service: str, house: House
) -> None:
    made = await _made(api, service)

    await api.delete(service)

    async with house.database.read() as tx:
        assert await INTEGRATIONS.get(tx, made["id"]) is None


@pytest.mark.parametrize(("role", "status"), [("user", 201), ("limited_user", 403)])
async def test_integrations_are_made_by_those_who_manage(
    connect: Connect, welcome: Welcome, service: str, role: Role, status: int
) -> None:
    client = await connect(await welcome("Carol", role))

    assert (await _create(client, service)).status_code == status


async def test_a_read_only_key_only_reads(
    connect: Connect, api: httpx.AsyncClient, service: str
) -> None:
    path = f"{service}/integrations/{(await _made(api, service))['id']}"
    client = await connect(read_only=True)

    assert (await client.get(path)).status_code == 200
    assert (await client.put(path, json={"integration": {}})).status_code == 403
    assert (await client.delete(path)).status_code == 403


@pytest.mark.parametrize(
    ("role", "read_only", "is_shown"),
    [
        ("user", False, True),
        ("user", True, True),
        ("limited_user", False, False),
        ("observer", False, False),
    ],
)
async def test_whoever_cannot_manage_services_sees_no_key(
    api: httpx.AsyncClient,
    service: str,
    connect: Connect,
    welcome: Welcome,
    *,
    role: Role,
    read_only: bool,
    is_shown: bool,
) -> None:
    made = [await _made(api, service, type=EVENTS), await _made(api, service, **MAIL)]
    client = await connect(await welcome("Otto", role=role), read_only=read_only)
    inside = await client.get(f"{service}?include[]=integrations")
    alone = [await client.get(f"{service}/integrations/{one['id']}") for one in made]

    secrets = (made[0]["integration_key"], made[1]["integration_email"])
    for answer, secret in zip((*alone, inside, inside), (*secrets, *secrets), strict=True):
        assert answer.status_code == 200
        assert (secret in answer.text) == is_shown
