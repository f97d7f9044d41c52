"""Integrations of services: found, made, changed and taken away; their keys are kept sealed."""

import re
import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.faults import faults_of_line
from tocsin.domain.intake.service import Integration, Service
from tocsin.domain.intake.vendor import VENDOR_OF_ID, Vendor
from tocsin.domain.reaching.address import faults_of_email
from tocsin.kit.ids import new_id
from tocsin.kit.sealing import digest
from tocsin.store.intake import integrations as store
from tocsin.store.intake import last_events
from tocsin.store.intake.integrations import INTEGRATIONS
from tocsin.store.intake.services import SERVICES
from tocsin.store.rows import Taken
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.intake import services
from tocsin.usecases.wishes import refuse

EVENTS: Final = "events_api_v2_inbound_integration"
EVENTS_V1: Final = "generic_events_api_inbound_integration"
EMAIL: Final = "generic_email_inbound_integration"
KINDS: Final = (
    EVENTS,
    EMAIL,
    EVENTS_V1,
    "event_transformer_api_inbound_integration",
    "app_event_transform_inbound_integration",
    "aws_cloudwatch_inbound_integration",
    "cloudkick_inbound_integration",
    "keynote_inbound_integration",
    "nagios_inbound_integration",
    "pingdom_inbound_integration",
    "sql_monitor_inbound_integration",
)
LONGEST_NAME: Final = 255
KEY_BYTES: Final = 16

KEY_TAKEN: Final = "Integration key has already been taken"
EMAIL_TAKEN: Final = "Integration email has already been taken"

_KEY: Final = re.compile(r"[0-9A-Za-z]{32}")


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What an integration shall be; UNSET leaves it as it is, or to the house.

    It is found by ``key``, or by ``email`` if it is one for mails. Kind and vendor are for life.
    """

    name: str | UnsetType = UNSET
    kind: str | UnsetType = UNSET
    vendor_id: str | UnsetType | None = UNSET
    key: str | UnsetType = UNSET
    email: str | UnsetType = UNSET


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """An integration with its service, and the key or address that it is found by."""

    integration: Integration
    service: Service
    key: str


class Way(msgspec.Struct, frozen=True, kw_only=True):
    """A way into a service as people see it. ``key`` is None for those who may not have it."""

    integration: Integration
    key: str | None
    last_event_at: datetime | None

    @property
    def tool(self) -> str:
        """What it is for."""
        return tool_of(self.integration.kind, self.integration.vendor_id)

    @property
    def is_mail(self) -> bool:
        """Whether it is an address for mails, not a key for requests."""
        return self.integration.kind == EMAIL


async def find(house: House, service_id: str, *, opened: bool) -> list[Way]:
    """List the ways into a service in the order in which they were made; ``opened``: with keys."""
    async with house.database.read() as tx:
        found = await store.of_services(tx, [service_id])
        heard = await last_events.of_integrations(tx, (one.id for one in found))
    return [
        Way(
            integration=one,
            key=house.sealer.open(one.key_encrypted) if opened else None,
            last_event_at=heard.get(one.id),
        )
        for one in found
    ]


async def get(house: House, service_id: str, integration_id: str) -> Known:
    """Read one integration of a service."""
    async with house.database.read() as tx:
        service = await SERVICES.get(tx, service_id)
        if service is None:
            raise NotFound("Service", service_id)
        integration = await get_in(tx, service_id, integration_id)
    return know(house, integration, service)


async def get_in(tx: AsyncConnection, service_id: str, integration_id: str) -> Integration:
    """Read an integration in a transaction that may do more."""
    integration = await INTEGRATIONS.get(tx, integration_id)
    if integration is None or integration.service_id != service_id:
        raise NotFound("Integration", integration_id)
    return integration


async def create(house: House, service_id: str, wish: Wish, now: datetime) -> Known:
    """Give a service one more way in."""
    async with house.database.begin() as tx:
        service = await services.hold(tx, service_id)
        return await insert(tx, house, service, wish, now)


async def insert(
    tx: AsyncConnection, house: House, service: Service, wish: Wish, now: datetime
) -> Known:
    """Give a service, held or new, one more way in, in a transaction that may do more."""
    vendor = VENDOR_OF_ID.get(wish.vendor_id or "")
    kind = wish.kind or _kind_of(vendor)
    blank = Integration(
        id=new_id(),
        service_id=service.id,
        name=tool_of(kind, wish.vendor_id or None),
        kind=kind,
        vendor_id=wish.vendor_id or None,
        key_hash=b"",
        key_encrypted=b"",
        created_at=now,
    )
    new_key = "" if kind == EMAIL else secrets.token_hex(KEY_BYTES)
    integration = _apply(house, wish, blank, new_key)
    try:
        await INTEGRATIONS.insert(tx, integration)
    except Taken:
        raise _taken(kind) from None
    return know(house, integration, service)


async def change(house: House, service_id: str, integration_id: str, wish: Wish) -> Known:
    """Change a way into a service; with another key, whoever sends with the old one is lost."""
    async with house.database.begin() as tx:
        service = await services.hold(tx, service_id)
        before = await get_in(tx, service_id, integration_id)
        integration = _apply(house, wish, before, house.sealer.open(before.key_encrypted))
        try:
            await INTEGRATIONS.update(tx, integration)
        except Taken:
            raise _taken(integration.kind) from None
    return know(house, integration, service)


async def remove(house: House, service_id: str, integration_id: str) -> None:
    """Take a way into a service away. What it began goes on: people end it, events cannot."""
    async with house.database.begin() as tx:
        await services.hold(tx, service_id)
        await get_in(tx, service_id, integration_id)
        await INTEGRATIONS.delete(tx, integration_id)


def know(house: House, integration: Integration, service: Service) -> Known:
    """Open the key of an integration."""
    key = house.sealer.open(integration.key_encrypted)
    return Known(integration=integration, service=service, key=key)


def _apply(house: House, wish: Wish, before: Integration, key: str) -> Integration:
    """Return the integration as it is wished for; ``key`` is the one it keeps without a wish."""
    wished = wish.email if before.kind == EMAIL else wish.key
    key = _as_found(before.kind, wished or key)
    name = before.name if wish.name is UNSET else wish.name.strip()
    refuse(_faults(wish, before, name, key))
    if digest(key) == before.key_hash:
        return replace(before, name=name)
    return replace(before, name=name, key_hash=digest(key), key_encrypted=house.sealer.seal(key))


def _as_found(kind: str, key: str) -> str:
    """Return a key as look-ups spell it: mail comes however the sender capitalises an address."""
    return key.strip().lower() if kind == EMAIL else key.strip()


def _faults(wish: Wish, before: Integration, name: str, key: str) -> Iterator[str]:
    yield from faults_of_line("Name", name, LONGEST_NAME)
    if before.kind not in KINDS:
        yield f"Type must be one of {', '.join(KINDS)}."
    if wish.kind is not UNSET and wish.kind != before.kind:
        yield f"Type cannot be changed from {before.kind}."
    if before.vendor_id is not None and before.vendor_id not in VENDOR_OF_ID:
        yield f"Vendor {before.vendor_id} was not found."
    if wish.vendor_id and wish.vendor_id != before.vendor_id:
        yield "Vendor cannot be changed."
    if before.kind == EMAIL:
        yield from (f"Integration email {fault}" for fault in faults_of_email(key))
    elif not _KEY.fullmatch(key):
        yield "Integration key must be 32 letters or digits."


def _kind_of(vendor: Vendor | None) -> str:
    return EMAIL if vendor and vendor.generic_service_type == "email" else EVENTS


def tool_of(kind: str, vendor_id: str | None) -> str:
    """Return the name of the tool that an integration is for, or of the dialect it takes."""
    vendor = VENDOR_OF_ID.get(vendor_id or "")
    if vendor:
        return vendor.name
    if kind == EVENTS_V1:
        return "Events API v1"
    words = kind.removesuffix("_inbound_integration").replace("_", " ")
    return words.capitalize().replace("api", "API")


def _taken(kind: str) -> Invalid:
    return Invalid(EMAIL_TAKEN if kind == EMAIL else KEY_TAKEN)
