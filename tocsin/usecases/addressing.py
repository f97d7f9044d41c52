"""Addressing: where a message goes, who of several providers carries it, and that it is kept."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.address import TELEPHONES
from tocsin.domain.message import Message
from tocsin.domain.provider import Provider, route
from tocsin.domain.sent import Sent
from tocsin.domain.user import ContactMethod
from tocsin.domain.work import Work
from tocsin.store import providers
from tocsin.store.driver import driver
from tocsin.store.messages import MESSAGES
from tocsin.usecases.directory import View
from tocsin.usecases.house import House
from tocsin.usecases.providers import opened


def address_of(house: House, method: ContactMethod) -> str:
    """Return the whole address of a contact method, as channels want it."""
    return shown_of(method) if method.sealed is None else house.sealer.open(method.sealed)


def shown_of(method: ContactMethod) -> str:
    """Return the address of a contact method as far as it may be seen, and as it is kept."""
    is_telephone = method.kind in TELEPHONES
    return f"+{method.country_code}{method.address}" if is_telephone else method.address


async def provider_for(
    tx: AsyncConnection, house: House, view: View, work: Work, now: datetime
) -> Provider | None:
    """Choose whom to ask; None if this kind of contact method needs nobody, or has nobody."""
    await view.know_providers(await driver(tx))
    found = [opened(house, one) for one in view.providers(work.lane)]
    if not found:
        return None
    healths = await providers.healths(tx, [one.id for one in found])
    return route(found, healths, (work.payload or {}).get("providers", ()), now)


async def keep(
    tx: AsyncConnection,
    message: Message,
    work: Work,
    *,
    shown: str,
    provider: Provider | None,
    incident_ids: Collection[str] = (),
) -> None:
    """Keep a message before it is handed over: its answer may be faster than its receipt.

    ``shown`` is the address as far as it may be seen.
    """
    sent = Sent(
        id=message.id,
        at=message.at,
        kind=message.kind,
        channel=work.lane,
        user_id=work.user_id or "",
        contact_method_id=work.contact_method_id,
        address=shown,
        incident_ids=tuple(incident_ids),
        body=message,
        provider_id=provider.id if provider else "",
    )
    await MESSAGES.insert(tx, sent)
