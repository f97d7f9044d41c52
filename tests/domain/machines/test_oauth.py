"""Redirect addresses: on the web over HTTPS, or on the very machine; nothing hidden in them."""

import pytest

from tocsin.domain.machines.oauth import faults_of_redirect, leads_back, origin_of


@pytest.mark.parametrize(
    "address",
    [
        "https://app.example.org/back",
        "https://app.example.org:8443/back?tenant=1",
        "http://localhost:3000/back",
        "http://127.0.0.1/back",
        "http://[::1]:8000/",
    ],
)
def test_these_addresses_are_fine(address: str) -> None:
    assert list(faults_of_redirect(address)) == []


@pytest.mark.parametrize(
    "address",
    [
        "",
        "/back",
        "https://",
        "https:///back",
        "http://app.example.org/back",
        "http://127.0.0.1.example.net/back",
        "http://localhost.example.net/back",
        "javascript:alert(1)",
        "myapp://back",
        "https://app.example.org/a b",
        "https://app.example.org\\@evil.example.net/",
        "https://app.example.org/;script-src *",
        "https://äpp.example.org/",
        "https://app.example.org:port/",
        "https://[app.example.org/",
        "https://app.example.org/" + 2000 * "a",
    ],
)
def test_these_lead_nowhere_safe(address: str) -> None:
    [fault] = faults_of_redirect(address)

    assert fault.startswith("Redirect addresses must begin with https://")


def test_a_fragment_or_a_name_is_told() -> None:
    assert list(faults_of_redirect("https://a@app.example.org/#b")) == [
        "Redirect addresses cannot have a fragment: https://a@app.example.org/#b.",
        "Redirect addresses cannot hold a name or a password: https://a@app.example.org/#b.",
    ]


def test_an_origin_is_what_comes_before_the_path() -> None:
    assert origin_of("https://app.example.org:8443/back?a=b") == "https://app.example.org:8443"


@pytest.mark.parametrize(
    ("address", "leads"),
    [
        ("https://app.example.org/back", True),
        ("https://app.example.org/back?tenant=1", True),
        ("https://app.example.org/two?a=b&c=d", True),
        ("https://app.example.org/two?a=b", True),
        ("https://app.example.org/two?a=bc", False),
        ("https://app.example.org/two", False),
        ("https://app.example.org/back#fragment", False),
        ("https://app.example.org/back?a=b#fragment", False),
        ("https://app.example.org/back?<script>", False),
        ("https://app.example.org/back2", False),
        ("https://app.example.org/back/", False),
        ("https://app.example.org/backwards?a=b", False),
    ],
)
def test_an_address_leads_back_if_only_parameters_were_added(address: str, leads: bool) -> None:
    registered = ["https://app.example.org/back", "https://app.example.org/two?a=b"]

    assert leads_back(address, registered) is leads
