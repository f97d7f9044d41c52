"""Connections: a notification channel that people make on the connect page of the other side."""

from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlencode, urlsplit

import msgspec

from tocsin.domain.channel_config import EU, US, PagerDuty
from tocsin.domain.notification_channel import NotificationChannel
from tocsin.kit.sealing import SealingError, digest
from tocsin.usecases import environments, notification_channels
from tocsin.usecases.errors import Invalid
from tocsin.usecases.house import House

BACK: Final = "/connections/finish"  # what is registered as redirect address on the other side
TICKET: Final = "ticket"
PATIENCE: Final = timedelta(minutes=30)

# Where the people of an account go, and where its events go, if these are two addresses.
_EVENTS: Final = {"app.pagerduty.com": US, "app.eu.pagerduty.com": EU}

NO_SERVER: Final = "Server must be an address that begins with https:// or http://."
NO_APP: Final = "App ID cannot be blank: the other side gives it when you register an app there."
STRANGE: Final = "This answer belongs to no connection that was begun in this browser."
TOO_LATE: Final = "It took too long: begin to connect once more."
DENIED: Final = "The other side connected nothing."
NO_KEY: Final = "The other side sent no integration key of a service."


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """Which environment shall tell whom: the server, and the id that we have as an app there."""

    environment_id: str
    base_url: str
    app_id: str


class Ticket(msgspec.Struct, frozen=True, kw_only=True):
    """What goes with people to the other side and back, sealed; ``session`` is their browser's."""

    environment_id: str
    base_url: str
    session: bytes
    expires_at: datetime


class Key(msgspec.Struct, frozen=True, kw_only=True):
    """A key that the other side hands over."""

    integration_key: str
    name: str
    type: str = "service"


class Handed(msgspec.Struct, frozen=True, kw_only=True):
    """What the other side hands over."""

    integration_keys: tuple[Key, ...]


async def begin(house: House, wish: Wish, session: str, now: datetime) -> str:
    """Return the address on the other side at which somebody chooses a service.

    ``session`` is a secret of their browser: nobody else can bring the answer. Raises Invalid,
    NotFound.
    """
    base = wish.base_url.strip().rstrip("/")
    if urlsplit(base).scheme not in {"https", "http"} or not urlsplit(base).hostname:
        raise Invalid(NO_SERVER)
    if not wish.app_id.strip():
        raise Invalid(NO_APP)
    await environments.get(house, wish.environment_id)
    ticket = Ticket(
        environment_id=wish.environment_id,
        base_url=base,
        session=digest(session),
        expires_at=now + PATIENCE,
    )
    sealed = house.sealer.seal(msgspec.json.encode(ticket).decode()).decode()
    back = f"{house.settings.public_url}{BACK}?{urlencode({TICKET: sealed})}"
    asked = {"app_id": wish.app_id.strip(), "redirect_url": back, "version": "2"}
    return f"{base}/install/integration?{urlencode(asked)}"


async def finish(
    house: House, sealed: str, config: str, session: str, now: datetime
) -> NotificationChannel:
    """Make the channel with the key that came back. Raises Invalid, NotFound."""
    ticket = _opened(house, sealed, session, now)
    if not config:
        raise Invalid(DENIED)
    key = _key_in(config)
    wish = notification_channels.Wish(
        name=key.name[: notification_channels.LONGEST_NAME],
        config=PagerDuty(
            integration_key=key.integration_key, base_url=events_base(ticket.base_url)
        ),
    )
    return await notification_channels.create(house, ticket.environment_id, wish, now)


def events_base(base_url: str) -> str:
    """Return where events go that are meant for whoever is at an address."""
    return _EVENTS.get(urlsplit(base_url).hostname or "", base_url)


def _opened(house: House, sealed: str, session: str, now: datetime) -> Ticket:
    try:
        text = house.sealer.open(sealed.encode())
    except SealingError:
        raise Invalid(STRANGE) from None
    try:
        ticket = msgspec.json.decode(text, type=Ticket)
    except msgspec.DecodeError:  # something else that is sealed here
        raise Invalid(STRANGE) from None
    if ticket.session != digest(session):
        raise Invalid(STRANGE)
    if now >= ticket.expires_at:
        raise Invalid(TOO_LATE)
    return ticket


def _key_in(config: str) -> Key:
    """Return the key of the first service; others, of rules of the whole account, are not ours."""
    try:
        handed = msgspec.json.decode(config, type=Handed)
    except (msgspec.DecodeError, UnicodeError):
        raise Invalid(NO_KEY) from None
    keys = [key for key in handed.integration_keys if key.type == "service"]
    if not keys:
        raise Invalid(NO_KEY)
    return keys[0]
