"""Settings of integrations: what stands behind an address, and what people told it."""

from datetime import datetime
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace

from tocsin.domain.intake.event import Event
from tocsin.domain.intake.integration_settings import (
    AtlasAccess,
    IntegrationSettings,
    faults_of_settings,
)
from tocsin.domain.intake.mapping import BodyMapping, Unmapped, events_of, faults_of_mapping
from tocsin.domain.intake.service import Integration
from tocsin.domain.intake.vendor import VENDOR_OF_ID, Vendor
from tocsin.kit.sealing import digest
from tocsin.store.intake import last_bodies
from tocsin.store.intake.integrations import INTEGRATIONS, read_settings
from tocsin.usecases.errors import Invalid
from tocsin.usecases.house import House
from tocsin.usecases.intake import integrations, services
from tocsin.usecases.intake.integrations import Known
from tocsin.usecases.wishes import grant, refuse

NEW_KEY: Final = "(a new key for each event)"
UNSIGNED: Final = "{} does not sign what it sends."
NO_MAPPING: Final = "Only {} can have a mapping."
NOT_TOLD: Final = "{} cannot be told that somebody has its alert."


class Ear(msgspec.Struct, frozen=True, kw_only=True):
    """What stands behind an integration's own address."""

    vendor: Vendor | None
    settings: IntegrationSettings


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What an integration shall know; UNSET leaves it, and None takes it away."""

    secret: str | UnsetType | None = UNSET
    mapping: BodyMapping | UnsetType | None = UNSET
    atlas: AtlasAccess | UnsetType | None = UNSET


class Told(msgspec.Struct, frozen=True, kw_only=True):
    """An integration, its tool, what it was told, and what it heard last."""

    known: Known
    vendor: Vendor | None
    settings: IntegrationSettings
    last_body: bytes | None = None
    last_body_at: datetime | None = None


class Preview(msgspec.Struct, frozen=True, kw_only=True):
    """What a mapping makes of a body: events, or why not."""

    events: tuple[Event, ...] = ()
    faults: tuple[str, ...] = ()


async def listen(house: House, key: str, body: bytes) -> Ear | None:
    """Return what stands behind a key's address now, if anything.

    Where people say what bodies mean, this one is kept for them to look at.
    """
    async with house.database.hot() as connection:
        view = await house.directory.now(connection)
        await view.know_keys(connection, [digest(key)])
    route = view.route(digest(key))
    if route is None:
        return None
    vendor = VENDOR_OF_ID.get(route.vendor_id or "")
    if vendor and vendor.is_mapped:
        async with house.database.begin() as tx:
            await last_bodies.keep(tx, route.integration_id, body, house.clock())
    return Ear(vendor=vendor, settings=read_settings(house.sealer, route.settings))


async def get(house: House, service_id: str, integration_id: str) -> Told:
    """Read an integration with its settings."""
    known = await integrations.get(house, service_id, integration_id)
    async with house.database.read() as tx:
        last = await last_bodies.find(tx, integration_id)
    at, body = last or (None, None)
    return Told(
        known=known,
        vendor=_vendor(known.integration),
        settings=read_settings(house.sealer, known.integration.settings_encrypted),
        last_body=body,
        last_body_at=at,
    )


async def change(house: House, service_id: str, integration_id: str, wish: Wish) -> None:
    """Tell an integration something else."""
    async with house.database.begin() as tx:
        await services.hold(tx, service_id)
        before = await integrations.get_in(tx, service_id, integration_id)
        settings = grant(wish, read_settings(house.sealer, before.settings_encrypted))
        _refuse_what_is_not_for(_vendor(before), settings)
        refuse(faults_of_settings(settings))
        sealed = house.sealer.seal(msgspec.json.encode(settings).decode())
        told_back = settings.atlas is not None
        after = replace(before, settings_encrypted=sealed, hears_back=told_back)
        await INTEGRATIONS.update(tx, after)


def preview(mapping: BodyMapping, body: bytes) -> Preview:
    """Say what a mapping makes of a body."""
    faults = tuple(faults_of_mapping(mapping))
    if faults:
        return Preview(faults=faults)
    try:
        return Preview(events=events_of(mapping, body, lambda: NEW_KEY))
    except Unmapped as why:
        return Preview(faults=(str(why),))


def _vendor(integration: Integration) -> Vendor | None:
    return VENDOR_OF_ID.get(integration.vendor_id or "")


def _refuse_what_is_not_for(vendor: Vendor | None, settings: IntegrationSettings) -> None:
    name = vendor.name if vendor else "This integration"
    if settings.secret is not None and not (vendor and vendor.signature):
        raise Invalid(UNSIGNED.format(name))
    if settings.mapping is not None and not (vendor and vendor.is_mapped):
        raise Invalid(NO_MAPPING.format("Custom JSON"))
    if settings.atlas is not None and not (vendor and vendor.hears_back):
        raise Invalid(NOT_TOLD.format(name))
