"""Servers whose incidents can be followed: where they are, and as which app we ask them."""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec.structs import replace

from tocsin.domain.faults import faults_of_line, faults_of_url
from tocsin.domain.monitoring.channel_config import EU, US, FarSide

SCOPES: Final = (
    "incidents.read",
    "services.read",
    "services.write",
    "users.read",
    "webhook_subscriptions.write",
)
LONGEST_ID: Final = 200


class Addresses(msgspec.Struct, frozen=True, kw_only=True):
    """Where a server takes events, answers REST, asks for consent, and connects tools."""

    name: str
    events: str
    rest: str
    oauth: str
    install: str


class FarServer(msgspec.Struct, frozen=True, kw_only=True):
    """A server at which an app of ours is registered; ``base_url`` is where it takes events.

    Without ``signs_in`` it only lets people choose a service, and cannot be asked.
    """

    base_url: str
    client_id: str
    client_secret: str = ""
    signs_in: bool = True

    @property
    def at(self) -> Addresses:
        """Where everything is."""
        return addresses_of(self.base_url)

    @property
    def far(self) -> FarSide:
        """What is known of the other side before anybody signed in."""
        return FarSide(
            rest_base_url=self.at.rest,
            oauth_url=self.at.oauth,
            client_id=self.client_id,
            client_secret=self.client_secret,
            follows=True,
        )


_KNOWN: Final[Mapping[str, Addresses]] = {
    US: Addresses(
        name="PagerDuty",
        events=US,
        rest="https://api.pagerduty.com",
        oauth="https://identity.pagerduty.com",
        install="https://app.pagerduty.com",
    ),
    EU: Addresses(
        name="PagerDuty in the EU",
        events=EU,
        rest="https://api.eu.pagerduty.com",
        oauth="https://identity.eu.pagerduty.com",
        install="https://app.eu.pagerduty.com",
    ),
}


def addresses_of(base_url: str) -> Addresses:
    """Return where everything is; a Tocsin has it all at one address."""
    name = urlsplit(base_url).netloc
    alone = Addresses(name=name, events=base_url, rest=base_url, oauth=base_url, install=base_url)
    return _KNOWN.get(base_url, alone)


def tidied(server: FarServer) -> FarServer:
    """Return it without what is easily pasted along with what is wanted."""
    return replace(
        server,
        base_url=_events_base(server.base_url.strip().rstrip("/")),
        client_id=server.client_id.strip(),
        client_secret=server.client_secret.strip(),
    )


def _events_base(url: str) -> str:
    """Return where PagerDuty takes events for whoever names another of its addresses."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return url
    if not host.endswith(".pagerduty.com"):
        return url
    return EU if host.endswith(".eu.pagerduty.com") else US


def faults_of_server(server: FarServer) -> Iterator[str]:
    """Say what is wrong with it."""
    yield from faults_of_url("Base URL", server.base_url, "https://tocsin.example.com")
    for what, text in (("Client ID", server.client_id), ("Client secret", server.client_secret)):
        if text:
            yield from faults_of_line(what, text, LONGEST_ID)
    if not server.client_id:
        yield "Client ID cannot be blank: register an app over there first."


def faults_of_far(far: FarSide) -> Iterator[str]:
    """Say what is wrong with what people give to identify us."""
    for what, text in (("API token", far.token), ("E-mail", far.user_email)):
        if len(text) > LONGEST_ID or not (text.isascii() and text.isprintable()):
            yield f"{what} must have at most {LONGEST_ID} characters, all of them plain."


def consent_address(server: FarServer, *, back: str, state: str, challenge: str) -> str:
    """Return where somebody lets us act for them."""
    asked = {
        "response_type": "code",
        "client_id": server.client_id,
        "redirect_uri": back,
        "scope": " ".join(SCOPES),
        "state": state,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{server.at.oauth}/oauth/authorize?{urlencode(asked)}"


def choice_address(server: FarServer, *, back: str, trip: str) -> str:
    """Return where somebody chooses a service, and gives us a key."""
    asked = {
        "app_id": server.client_id,
        "redirect_url": f"{back}?{urlencode({'trip': trip})}",
        "version": "2",
    }
    return f"{server.at.install}/install/integration?{urlencode(asked)}"
