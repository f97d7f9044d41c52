"""Connecting: a tool sends somebody here to choose a service, and is given an integration key."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final
from urllib.parse import parse_qsl, urlencode, urlsplit

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.auth.principal import Principal
from tocsin.domain.intake.service import Service
from tocsin.domain.intake.vendor import VENDOR_OF_ID, suggest_name
from tocsin.domain.machines.oauth import App, leads_back
from tocsin.store.machines import oauth as store
from tocsin.usecases.errors import Forbidden, Invalid
from tocsin.usecases.house import House
from tocsin.usecases.intake import integrations, services

OURS: Final = frozenset({"config", "error", "error_description"})

NO_APP: Final = "No app is known here under this app_id: the link that led here is wrong."
STRANGE: Final = (
    "The link that led here wants the key sent to an address that is not registered for {},"
    " so nothing is sent anywhere."
)
OVERLAID: Final = "The link that led here gives a value to what only the answer may say: {}."
NOTHING_CHOSEN: Final = "Service must be chosen, or a new one named."
NOT_YOURS: Final = "Only those who manage services connect tools to them."

log = structlog.get_logger("tocsin.oauth")


class Bid(msgspec.Struct, frozen=True, kw_only=True):
    """What a link asks for: by whom, and where the answer goes."""

    app: App
    back: str
    state: str | None

    @property
    def tool(self) -> str:
        """What the integration is for."""
        vendor = VENDOR_OF_ID.get(self.app.vendor_id or "")
        return vendor.name if vendor else self.app.name


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """Which service shall be connected: one that there is, or a new one."""

    service_id: str | None = None
    name: str = ""
    escalation_policy_id: str = ""


async def consider(house: House, app_id: str, back: str, state: str | None) -> Bid:
    """Say who asks, if the answer surely goes to nobody else. Raises Invalid."""
    async with house.database.read() as tx:
        app = await store.APPS.get(tx, app_id)
    if app is None:
        raise Invalid(NO_APP)
    back = back or (app.redirect_uris[0] if len(app.redirect_uris) == 1 else "")
    if not leads_back(back, app.redirect_uris):
        raise Invalid(STRANGE.format(app.name))
    answers = OURS if state is None else OURS | {"state"}
    names = {name for name, _ in parse_qsl(urlsplit(back).query, keep_blank_values=True)}
    overlaid = answers & names
    if overlaid:
        raise Invalid(OVERLAID.format(", ".join(sorted(overlaid))))
    return Bid(app=app, back=back, state=state)


async def finish(house: House, bid: Bid, choice: Choice, by: Principal, now: datetime) -> str:
    """Make the integration; return the address that takes its key to the tool, this once.

    Raises Forbidden, Invalid, NotFound.
    """
    if not by.may("manage"):
        raise Forbidden(NOT_YOURS)
    async with house.database.begin() as tx:
        service = await _service(tx, choice, now)
        name = suggest_name(bid.tool, service.name)[: integrations.LONGEST_NAME]
        wish = integrations.Wish(name=name, vendor_id=bid.app.vendor_id)
        known = await integrations.insert(tx, house, service, wish, now)
    log.info("app.connected", app=bid.app.id, integration=known.integration.id, by=by.key_id)
    return _answer(bid, {"config": _config(house, known)})


def decline(bid: Bid) -> str:
    """Return the address that tells the tool that nothing was connected."""
    told = "Nothing was connected: whoever was asked did not want it."
    return _answer(bid, {"error": "access_denied", "error_description": told})


async def _service(tx: AsyncConnection, choice: Choice, now: datetime) -> Service:
    """Hold the service that is chosen, or make it."""
    if choice.service_id:
        return await services.hold(tx, choice.service_id)
    if not choice.name.strip():
        raise Invalid(NOTHING_CHOSEN)
    wish = services.Wish(name=choice.name, escalation_policy_id=choice.escalation_policy_id)
    return await services.insert(tx, wish, now)


def _config(house: House, known: integrations.Known) -> str:
    """Write what the tool keeps. Some clients read the account's name under a capital letter."""
    name = house.account.account_name
    host = urlsplit(house.settings.public_url).hostname or ""
    config = {
        "integration_keys": [
            {
                "integration_key": known.key,
                "name": known.service.name,
                "id": known.service.id,
                "type": "service",
            }
        ],
        "account": {"subdomain": host.partition(".")[0], "name": name, "Name": name},
    }
    return msgspec.json.encode(config).decode()


def _answer(bid: Bid, told: Mapping[str, str]) -> str:
    state = {} if bid.state is None else {"state": bid.state}
    joint = "&" if "?" in bid.back else "?"
    return f"{bid.back}{joint}{urlencode({**told, **state})}"
