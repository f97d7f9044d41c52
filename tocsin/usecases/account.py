"""The account: what administrators decide for everybody, in force on all nodes at once."""

import asyncio
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final, Literal

import msgspec
import structlog
from msgspec import UNSET, UnsetType
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.account import Account, faults_of_account
from tocsin.domain.people.user import User
from tocsin.store import settings as store
from tocsin.store.database import DatabaseAway
from tocsin.store.people.users import USERS, called
from tocsin.usecases.errors import Arguments
from tocsin.usecases.house import House, decided
from tocsin.usecases.wishes import grant, refuse

log = structlog.get_logger(__name__)

AGAIN: Final = 0.5  # seconds after which a database that was away is asked again

Source = Literal["here", "environment", "default"]


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What shall hold for everybody; UNSET leaves it as it is."""

    account_name: str | UnsetType = UNSET
    time_zone: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    catch_all: tuple[str, ...] | UnsetType = UNSET
    mail_from: str | UnsetType = UNSET
    requests_per_minute: int | UnsetType = UNSET
    digest_seconds: int | UnsetType = UNSET
    keep_quarantine: int | UnsetType = UNSET
    keep_notifications: int | UnsetType = UNSET
    keep_alarms: int | UnsetType = UNSET
    keep_change_events: int | UnsetType = UNSET
    keep_incidents: int | UnsetType = UNSET
    keep_measurements: int | UnsetType = UNSET
    keep_deliveries: int | UnsetType = UNSET


class Origin(msgspec.Struct, frozen=True, kw_only=True):
    """Where the value of a field comes from.

    ``variable`` is the setting that gives the first value, None if that is the default.
    """

    source: Source
    variable: str | None
    first: Any


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """The account as it is stored, and where each of its fields comes from.

    ``catch_all`` are the users whom its names mean, ``nobody`` the names that mean none;
    ``owners`` are paged instead if no user is left.
    """

    account: Account
    origins: Mapping[str, Origin]
    catch_all: Sequence[User]
    nobody: Sequence[str]
    owners: Sequence[User]


async def read(house: House) -> Sheet:
    """Read what holds for everybody."""
    async with house.database.read() as tx:
        decisions = await store.decisions(tx)
        account = decided(house.settings, decisions)
        named = await USERS.select(tx, called(account.catch_all)) if account.catch_all else []
        owners = await USERS.select(tx, USERS.c.role == "owner")
    first = decided(house.settings, {})
    known = {name for user in named for name in (user.id, user.email.lower())}
    return Sheet(
        account=account,
        origins={
            field: _origin(house, field, decisions, first) for field in Account.__struct_fields__
        },
        catch_all=named,
        nobody=[name for name in account.catch_all if not {name, name.lower()} & known],
        owners=owners,
    )


async def change(house: House, wish: Wish) -> Account:
    """Decide something. Only what differs from what held until now becomes a decision."""
    async with house.database.begin() as tx:
        await store.hold(tx)
        before = decided(house.settings, await store.decisions(tx))
        after = grant(wish, before)
        refuse(faults_of_account(after))
        await _check_people(tx, after.catch_all, before.catch_all)
        changed = dict(_differences(before, after))
        if changed:
            await store.decide(tx, changed)
    return await _learn(house, changed)


async def take_back(house: House, fields: Collection[str]) -> Account:
    """Let what the settings say hold again."""
    async with house.database.begin() as tx:
        await store.take_back(tx, fields)
    return await _learn(house, fields)


async def recall(house: House) -> None:
    """Read what was decided, so that it holds on this node."""
    async with house.database.read() as tx:
        house.decisions.newest = await store.decisions(tx)


async def follow(house: House) -> None:
    """Let each decision hold here as soon as any node has stored it, until cancelled."""
    heard = asyncio.Event()
    async with asyncio.TaskGroup() as group:
        group.create_task(house.database.listen(store.TELL, lambda _: heard.set()))
        while True:
            await heard.wait()
            heard.clear()
            try:
                await recall(house)
            except DatabaseAway:
                await asyncio.sleep(AGAIN)
                heard.set()


async def _learn(house: House, fields: Collection[str]) -> Account:
    await recall(house)
    log.info("account.changed", fields=sorted(fields))
    return house.account


async def _check_people(
    tx: AsyncConnection, names: Collection[str], known: Collection[str]
) -> None:
    """Raise Arguments unless those who are new among the catch-all are users."""
    new = set(names) - set(known)
    missing = new - (await USERS.get_many(tx, new)).keys()
    if missing:
        raise Arguments(*(f"User {user_id} was not found." for user_id in sorted(missing)))


def _differences(before: Account, after: Account) -> Iterator[tuple[str, Any]]:
    for field in Account.__struct_fields__:
        if getattr(before, field) != getattr(after, field):
            yield field, getattr(after, field)


def _origin(house: House, field: str, decisions: Collection[str], first: Account) -> Origin:
    variable = house.settings.given(field)
    source: Source = "environment" if variable else "default"
    return Origin(
        source="here" if field in decisions else source,
        variable=variable,
        first=getattr(first, field),
    )
