"""Connecting: somebody signs in at another server, chooses a service there, and comes back."""

import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final

import msgspec
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from msgspec.structs import replace

from tocsin.domain.monitoring.channel_config import FarSide, PagerDuty
from tocsin.domain.monitoring.envoy import FarFault, with_tokens
from tocsin.domain.monitoring.far_server import FarServer, choice_address, consent_address
from tocsin.domain.monitoring.notification_channel import NotificationChannel
from tocsin.kit.sealing import SealingError, digest
from tocsin.kit.text import one_line, printable
from tocsin.store.monitoring import received
from tocsin.usecases.errors import Complaint, Invalid
from tocsin.usecases.house import House
from tocsin.usecases.monitoring import (
    alert_rules,
    connections,
    environments,
    far_lines,
    far_servers,
    notification_channels,
)
from tocsin.usecases.monitoring.notification_channels import Wish

BACK: Final = "/connections/back"
TRIP_FOR: Final = timedelta(minutes=10)
MOST_OF_A_NAME: Final = 100  # channels that are all called the same
LONGEST_REASON: Final = 200

STRANGE: Final = (
    "Nothing was connected: this answer belongs to no sign-in that was begun in this browser within"
    " the last ten minutes. Begin again."
)
UNREADABLE: Final = (
    "Nothing was connected: the other side did not say which service was chosen, and its key."
)
OTHER_ISSUER: Final = "Nothing was connected: the answer came from {}, and not from {}."


class Goal(msgspec.Struct, frozen=True, kw_only=True):
    """What a connection is for: one more channel of an environment, perhaps for a rule at once,
    or a channel that there is.
    """

    environment_id: str
    rule_id: str = ""
    channel_id: str = ""


class Trip(msgspec.Struct, frozen=True, kw_only=True):
    """A way through another server's pages. Its sealed text stays with the browser."""

    goal: Goal
    base_url: str
    state: str
    verifier: str
    browser: bytes
    until: datetime
    far: FarSide | None = None


class Onward(msgspec.Struct, frozen=True, kw_only=True):
    """To where a browser goes next, and what it keeps meanwhile."""

    address: str
    sealed: str


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """What came of it, and what is to be said."""

    goal: Goal
    channel: NotificationChannel
    told: str


class Astray(Complaint):
    """A way that led nowhere; ``goal`` is what it was for."""

    def __init__(self, sentence: str, goal: Goal | None = None) -> None:
        super().__init__(sentence)
        self.goal = goal


async def begin(house: House, base_url: str, goal: Goal, browser: str, now: datetime) -> Onward:
    """Send somebody to another server, to sign in or at once to choose. Raises NotFound."""
    server = await far_servers.get(house, base_url)
    trip = Trip(
        goal=goal,
        base_url=base_url,
        state=secrets.token_urlsafe(24),
        verifier=secrets.token_urlsafe(48),
        browser=digest(browser),
        until=now + TRIP_FOR,
    )
    if not server.signs_in:
        return _to_choice(house, server, trip)
    address = consent_address(
        server,
        back=house.settings.public_url + BACK,
        state=trip.state,
        challenge=create_s256_code_challenge(trip.verifier),
    )
    return Onward(address=address, sealed=_seal(house, trip))


async def come_back(
    house: House, sealed: str, browser: str, said: Mapping[str, str], now: datetime
) -> Onward | Arrival:
    """Go on with what another server said: to the choice of a service, or to the end.

    Raises Astray.
    """
    trip = await _resume(house, sealed, browser, said, now)
    server = await far_servers.get(house, trip.base_url)
    try:
        if "error" in said:
            raise Invalid(_why_not(said))
        if "code" in said and trip.far is None and server.signs_in:
            return await _signed_in(house, server, trip, said, now)
        return await _chosen(house, server, trip, said.get("config", ""), now)
    except FarFault as fault:
        raise Astray(f"Nothing was connected: {fault.sentence}", trip.goal) from None
    except Complaint as complaint:
        raise Astray(" ".join(complaint.sentences), trip.goal) from None


async def _resume(
    house: House, sealed: str, browser: str, said: Mapping[str, str], now: datetime
) -> Trip:
    """Open what a browser kept; each state is good once, and in this browser alone."""
    trip = _open(house, sealed)
    given = said.get("state") or said.get("trip", "")
    if (
        trip is None
        or now >= trip.until
        or not secrets.compare_digest(trip.browser, digest(browser))
        or not secrets.compare_digest(trip.state.encode(), given.encode())
    ):
        raise Astray(STRANGE)
    async with house.database.begin() as tx:
        if not await received.take(tx, f"trip {trip.state}", now):
            raise Astray(STRANGE)
    return trip


async def _signed_in(
    house: House, server: FarServer, trip: Trip, said: Mapping[str, str], now: datetime
) -> Onward | Arrival:
    issuer = said.get("iss", server.at.oauth)
    if issuer.rstrip("/") != server.at.oauth:
        raise Invalid(OTHER_ISSUER.format(printable(issuer)[:LONGEST_REASON], server.at.oauth))
    envoy, back = far_lines.envoy_of(house), house.settings.public_url + BACK
    tokens = await envoy.swap(server.far, said["code"], trip.verifier, back)
    far = with_tokens(server.far, tokens)
    if trip.goal.channel_id:
        told = await connections.connect(house, trip.goal.channel_id, far, now)
        known = await notification_channels.get(house, trip.goal.channel_id)
        return Arrival(goal=trip.goal, channel=known.channel, told=told)
    return _to_choice(house, server, replace(trip, far=far, state=secrets.token_urlsafe(24)))


async def _chosen(
    house: House, server: FarServer, trip: Trip, config: str, now: datetime
) -> Arrival:
    """Make the channel that tells the chosen service. Its key is shown to nobody."""
    chosen = _read_config(config)
    wish = Wish(
        name=await _free_name(house, trip.goal.environment_id, chosen.name),
        config=PagerDuty(integration_key=chosen.integration_key, base_url=server.base_url),
    )
    channel = await notification_channels.create(house, trip.goal.environment_id, wish, now)
    told = "It tells the service from now on, and hears nothing: give it an API token for that."
    if trip.far:
        far = replace(trip.far, service_id=chosen.id)
        told = await connections.connect(house, channel.id, far, now, is_ours=True)
    if trip.goal.rule_id:
        rule = await alert_rules.get(house, trip.goal.rule_id)
        wanted = alert_rules.Wish(channel_ids=(*rule.channel_ids, channel.id))
        await alert_rules.change(house, rule.id, wanted, now)
    await notification_channels.greet(house, channel.id, now)
    return Arrival(goal=trip.goal, channel=channel, told=told)


class _Chosen(msgspec.Struct, frozen=True):
    integration_key: str
    name: str = ""
    id: str = ""
    type: str = "service"


class _Config(msgspec.Struct, frozen=True):
    integration_keys: list[_Chosen]


def _read_config(text: str) -> _Chosen:
    """Return the key of the first service; those of rules of the whole account are not ours."""
    try:
        handed = msgspec.json.decode(text, type=_Config).integration_keys
    except (msgspec.MsgspecError, UnicodeError):
        raise Invalid(UNREADABLE) from None
    keys = [key for key in handed if key.type == "service"]
    if not keys:
        raise Invalid(UNREADABLE)
    return keys[0]


async def _free_name(house: House, environment_id: str, wanted: str) -> str:
    """Return what a service is called, or the next name like it that is free."""
    await environments.get(house, environment_id)
    longest = notification_channels.LONGEST_NAME - len(f" {MOST_OF_A_NAME}")
    name = one_line(wanted, longest) or "PagerDuty"
    found = await notification_channels.find(house, environment_id)
    taken = {channel.name.lower() for channel in found}
    names = (name, *(f"{name} {number}" for number in range(2, MOST_OF_A_NAME)))
    return next((one for one in names if one.lower() not in taken), name)


def _to_choice(house: House, server: FarServer, trip: Trip) -> Onward:
    back = house.settings.public_url + BACK
    return Onward(
        address=choice_address(server, back=back, trip=trip.state), sealed=_seal(house, trip)
    )


def _why_not(said: Mapping[str, str]) -> str:
    if said["error"] == "access_denied":
        return "Nothing was connected: whoever was asked over there did not want it."
    reason = one_line(printable(said.get("error_description") or said["error"]), LONGEST_REASON)
    return f"Nothing was connected. The other side says: {reason}"


def _seal(house: House, trip: Trip) -> str:
    return house.sealer.seal(msgspec.json.encode(trip).decode()).decode()


def _open(house: House, sealed: str) -> Trip | None:
    try:
        text = house.sealer.open(sealed.encode())
        return msgspec.json.decode(text, type=Trip)
    except (SealingError, msgspec.MsgspecError):
        return None
