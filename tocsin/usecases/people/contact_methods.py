"""Contact methods of users: found, made, changed and taken away."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.faults import faults_of_line
from tocsin.domain.masking import shown_part
from tocsin.domain.people.user import ContactMethod
from tocsin.domain.reaching.address import DEFAULT_COUNTRY, TELEPHONES, faults_of_address
from tocsin.kit.ids import new_id
from tocsin.store.people import contact_methods
from tocsin.store.people.contact_methods import CONTACT_METHODS
from tocsin.store.rows import Taken
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.people import users
from tocsin.usecases.wishes import grant, refuse

LONGEST_LABEL: Final = 100

NOT_UNIQUE: Final = "User Contact method must be unique"  # clients compare it to the letter


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a contact method shall be; UNSET leaves it as it is."""

    kind: str | UnsetType = UNSET
    label: str | UnsetType = UNSET
    address: str | UnsetType = UNSET
    country_code: int | UnsetType | None = UNSET
    send_short_email: bool | UnsetType = UNSET


async def find(house: House, user_id: str) -> Sequence[ContactMethod]:
    """List the ways to reach a user."""
    async with house.database.read() as tx:
        await users.check(tx, user_id)
        return await contact_methods.of_users(tx, [user_id])


async def get(house: House, user_id: str, method_id: str) -> ContactMethod:
    """Read one way to reach a user."""
    async with house.database.read() as tx:
        return await get_in(tx, user_id, method_id)


async def create(house: House, user_id: str, wish: Wish, now: datetime) -> ContactMethod:
    """Give a user one more way to be reached."""
    blank = ContactMethod(
        id=new_id(), user_id=user_id, kind="", label="", address="", created_at=now
    )
    method = _apply(wish, blank)
    async with house.database.begin() as tx:
        await users.hold(tx, user_id)
        refuse(_faults(house, method, blank))
        try:
            return await CONTACT_METHODS.insert(tx, _hidden(house, method))
        except Taken:
            raise Invalid(NOT_UNIQUE) from None


async def change(house: House, user_id: str, method_id: str, wish: Wish) -> ContactMethod:
    """Change one way to reach a user; the rules that use it go on using it."""
    async with house.database.begin() as tx:
        await users.hold(tx, user_id)
        before = await get_in(tx, user_id, method_id)
        method = _apply(wish, before)
        refuse(_faults(house, method, before))
        if _leads_elsewhere(method, before):
            method = _hidden(house, _unproven(method))
        try:
            return await CONTACT_METHODS.update(tx, method)
        except Taken:
            raise Invalid(NOT_UNIQUE) from None


async def remove(house: House, user_id: str, method_id: str) -> None:
    """Take away one way to reach a user, and the rules that use it."""
    async with house.database.begin() as tx:
        await users.hold(tx, user_id)
        await get_in(tx, user_id, method_id)
        await CONTACT_METHODS.delete(tx, method_id)


async def get_in(tx: AsyncConnection, user_id: str, method_id: str) -> ContactMethod:
    """Read a user's contact method. Raises NotFound, also for one of somebody else."""
    method = await CONTACT_METHODS.get(tx, method_id)
    if method is None or method.user_id != user_id:
        raise NotFound("Contact method", method_id)
    return method


def _apply(wish: Wish, before: ContactMethod) -> ContactMethod:
    method = grant(wish, before)
    return replace(
        method,
        label=method.label.strip(),
        address=method.address.strip(),
        country_code=_country(method),
        send_short_email=method.send_short_email and method.kind == "email",
    )


def _country(method: ContactMethod) -> int | None:
    if method.kind not in TELEPHONES:
        return None
    return method.country_code or DEFAULT_COUNTRY


def _leads_elsewhere(method: ContactMethod, before: ContactMethod) -> bool:
    where = ("kind", "country_code", "address")
    return any(getattr(method, name) != getattr(before, name) for name in where)


def _unproven(method: ContactMethod) -> ContactMethod:
    """Forget what was known of another address."""
    return replace(method, sealed=None, proven_at=None, fault=None, fault_at=None)


def _hidden(house: House, method: ContactMethod) -> ContactMethod:
    """Seal an address that is a secret, and keep of it what people may see."""
    if not house.kinds[method.kind].is_secret:
        return method
    sealed = house.sealer.seal(method.address)
    return replace(method, sealed=sealed, address=shown_part(method.address))


def _faults(house: House, method: ContactMethod, before: ContactMethod) -> Iterator[str]:
    yield from faults_of_line("Label", method.label, LONGEST_LABEL)
    if not _leads_elsewhere(method, before):
        return
    kind = house.kinds.get(method.kind)
    if kind is None:
        yield f"Type must be one of {', '.join(f'{name}_contact_method' for name in house.kinds)}."
    else:
        yield from faults_of_address(kind, method.country_code, method.address)
