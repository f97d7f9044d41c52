"""A channel is made on the other side's connect page, by the browser in which it was begun."""

import json
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.night import URL, Night
from tocsin.auth.principal import Principal
from tocsin.domain.channel_config import PagerDuty, read
from tocsin.domain.environment import Environment
from tocsin.store.database import Database
from tocsin.usecases import apps, connect, connections, environments
from tocsin.usecases.connect import Choice
from tocsin.usecases.connections import Wish, begin, events_base, finish
from tocsin.usecases.errors import Invalid, NotFound

BROWSER = "a secret of this browser"
CONFIG = json.dumps({
    "integration_keys": [
        {"integration_key": "r" * 32, "name": "All", "id": "P0", "type": "global_rule_set"},
        {"integration_key": "k" * 32, "name": "Web shop", "id": "P1", "type": "service"},
    ],
    "account": {"subdomain": "acme", "Name": "Acme"},
})  # fmt: skip


@pytest.fixture
async def night(database: Database) -> Night:
    return await Night.falls(database)


@pytest.fixture
async def environment(night: Night) -> Environment:
    return await environments.create(night.house, environments.Wish(name="Live"), night.now)


async def ticket(night: Night, environment: Environment, base_url: str = URL) -> str:
    wish = Wish(environment_id=environment.id, base_url=base_url, app_id="PAPP")
    address = await begin(night.house, wish, BROWSER, night.now)
    back = parse_qs(urlsplit(address).query)["redirect_url"][0]
    return parse_qs(urlsplit(back).query)["ticket"][0]


async def test_two_houses_are_connected_by_their_own_connect_page(
    night: Night, environment: Environment
) -> None:
    wish = apps.Wish(name="Here", redirect_uris=(URL + connections.BACK,))
    app, _ = await apps.create(night.house, wish, Principal(key_id=""), night.now)
    going = Wish(environment_id=environment.id, base_url=f"{URL}/", app_id=app.id)
    address = await begin(night.house, going, BROWSER, night.now)
    asked = {name: one[0] for name, one in parse_qs(urlsplit(address).query).items()}
    assert address.startswith(f"{URL}/install/integration?")

    bid = await connect.consider(night.house, asked["app_id"], asked["redirect_url"], None)
    choice = Choice(service_id=night.team.service.id)
    back = await connect.finish(night.house, bid, choice, Principal(key_id=""), night.now)
    told = {name: one[0] for name, one in parse_qs(urlsplit(back).query).items()}
    channel = await finish(night.house, told["ticket"], told["config"], BROWSER, night.now)

    config = read(night.house.sealer.open(channel.config_encrypted))
    assert isinstance(config, PagerDuty)
    assert config.base_url == URL
    assert channel.name == night.team.service.name
    [incident] = await night.trigger("Down", key=config.integration_key)
    assert incident.service_id == night.team.service.id


async def test_of_several_keys_the_services_is_taken(
    night: Night, environment: Environment
) -> None:
    going = await ticket(night, environment, "https://app.eu.pagerduty.com")

    channel = await finish(night.house, going, CONFIG, BROWSER, night.now)

    config = read(night.house.sealer.open(channel.config_encrypted))
    assert isinstance(config, PagerDuty)
    assert (channel.name, config.integration_key) == ("Web shop", "k" * 32)
    assert config.base_url == "https://events.eu.pagerduty.com"


async def test_another_browser_brings_nothing(night: Night, environment: Environment) -> None:
    going = await ticket(night, environment)

    with pytest.raises(Invalid, match="begun in this browser"):
        await finish(night.house, going, CONFIG, "another browser", night.now)


@pytest.mark.parametrize("forged", ["", "nonsense", "ü"])
async def test_a_forged_ticket_opens_nothing(night: Night, forged: str) -> None:
    with pytest.raises(Invalid, match="begun in this browser"):
        await finish(night.house, forged, CONFIG, BROWSER, night.now)


async def test_another_sealed_thing_is_no_ticket(night: Night) -> None:
    sealed = night.house.sealer.seal("{}").decode()

    with pytest.raises(Invalid, match="begun in this browser"):
        await finish(night.house, sealed, CONFIG, BROWSER, night.now)


async def test_a_ticket_lasts_half_an_hour(night: Night, environment: Environment) -> None:
    going, later = await ticket(night, environment), night.now + timedelta(minutes=30)

    with pytest.raises(Invalid, match="took too long"):
        await finish(night.house, going, CONFIG, BROWSER, later)


@pytest.mark.parametrize(
    ("config", "sentence"),
    [
        ("", "connected nothing"),
        ("{", "no integration key"),
        ('{"integration_keys": []}', "no integration key"),
        ('{"integration_keys": [{"name": "a"}]}', "no integration key"),
    ],
)
async def test_an_answer_without_a_key_makes_no_channel(
    night: Night, environment: Environment, config: str, sentence: str
) -> None:
    with pytest.raises(Invalid, match=sentence):
        await finish(night.house, await ticket(night, environment), config, BROWSER, night.now)


@pytest.mark.parametrize(
    ("base_url", "app_id", "sentence"),
    [
        ("ftp://example.org", "P1", "Server must be"),
        ("https://", "P1", "Server must be"),
        ("https://example.org", " ", "App ID cannot be blank"),
    ],
)
async def test_a_connection_that_leads_nowhere_is_not_begun(
    night: Night, environment: Environment, base_url: str, app_id: str, sentence: str
) -> None:
    wish = Wish(environment_id=environment.id, base_url=base_url, app_id=app_id)

    with pytest.raises(Invalid, match=sentence):
        await begin(night.house, wish, BROWSER, night.now)


async def test_an_environment_that_is_gone_is_connected_to_nothing(night: Night) -> None:
    wish = Wish(environment_id="PGONE", base_url=URL, app_id="P1")

    with pytest.raises(NotFound):
        await begin(night.house, wish, BROWSER, night.now)


def test_events_go_where_pagerduty_takes_them_and_else_to_the_same_server() -> None:
    assert events_base("https://app.pagerduty.com") == "https://events.pagerduty.com"
    assert events_base("https://oncall.example.com") == "https://oncall.example.com"
