"""Where other servers are, and as whom we are known there."""

from urllib.parse import parse_qs, urlsplit

import pytest

from tocsin.domain.monitoring.channel_config import EU, US, Email, FarSide, PagerDuty, is_connected
from tocsin.domain.monitoring.far_server import (
    FarServer,
    addresses_of,
    choice_address,
    consent_address,
    faults_of_far,
    faults_of_server,
    tidied,
)

SERVER = FarServer(base_url="https://tocsin.example.com", client_id="PAPP", client_secret="s3cret")


def test_a_tocsin_has_everything_at_one_address_and_pagerduty_has_not() -> None:
    own, theirs = SERVER.at, addresses_of(EU)

    assert {own.events, own.rest, own.oauth, own.install} == {"https://tocsin.example.com"}
    assert own.name == "tocsin.example.com"
    assert theirs.rest == "https://api.eu.pagerduty.com"


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        (" https://tocsin.example.com/ ", "https://tocsin.example.com"),
        ("https://acme.pagerduty.com", US),
        ("https://acme.eu.pagerduty.com/", EU),
        ("https://[bad", "https://[bad"),
    ],
)
def test_what_is_typed_becomes_where_events_go(typed: str, meant: str) -> None:
    assert tidied(FarServer(base_url=typed, client_id=" P1 ")).base_url == meant


def test_a_server_that_is_not_whole_is_refused_in_sentences() -> None:
    told = " ".join(faults_of_server(FarServer(base_url="ftp://x", client_id="")))

    assert "Base URL must be an address" in told
    assert "Client ID cannot be blank" in told
    assert list(faults_of_server(SERVER)) == []
    long = FarServer(base_url=US, client_id="P1", client_secret="x" * 201)
    assert "Client secret must have at most 200" in " ".join(faults_of_server(long))


def test_what_identifies_us_is_plain() -> None:
    assert list(faults_of_far(FarSide(token="abc", user_email="ann@example.com"))) == []
    assert "API token must have" in " ".join(faults_of_far(FarSide(token="ä")))


def test_people_are_asked_with_a_challenge_and_sent_back() -> None:
    address = consent_address(SERVER, back="https://here.example.org/b", state="s", challenge="c")

    asked = parse_qs(urlsplit(address).query)
    assert address.startswith("https://tocsin.example.com/oauth/authorize?")
    assert asked["code_challenge_method"] == ["S256"]
    assert "services.write" in asked["scope"][0].split()


def test_a_choice_remembers_whose_it_is() -> None:
    address = choice_address(SERVER, back="https://here.example.org/b", trip="t")

    assert parse_qs(urlsplit(address).query)["redirect_url"] == [
        "https://here.example.org/b?trip=t"
    ]


def test_only_channels_with_a_token_can_ask() -> None:
    key = "k" * 32

    assert SERVER.far.client_secret == "s3cret"
    assert is_connected(PagerDuty(integration_key=key, far=FarSide(token="t")))
    assert not is_connected(PagerDuty(integration_key=key, far=SERVER.far))
    assert not is_connected(PagerDuty(integration_key=key))
    assert not is_connected(Email(addresses=("ann@example.com",)))
