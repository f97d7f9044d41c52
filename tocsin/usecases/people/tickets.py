"""Links to choose a password with: sent in a letter, or handed over where none can go."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Final

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.auth import tickets
from tocsin.auth.principal import Principal
from tocsin.domain.people.ticket import TicketKind
from tocsin.domain.people.user import User
from tocsin.domain.reaching.letter import Words
from tocsin.store.people.users import USERS
from tocsin.usecases.errors import Complaint, Forbidden
from tocsin.usecases.house import House
from tocsin.usecases.reaching import letters

PATHS: Final[Mapping[TicketKind, str]] = {
    "invitation": "/invitation",
    "reset": "/password/reset",
}
OVER: Final = "This link was used already, is too old, or has been replaced by a newer one."
OWNERS_ONLY: Final = "Only an owner can send a link to an owner."


class LinkOver(Complaint):
    """A link that nobody can follow, or no longer."""


class Sent(msgspec.Struct, frozen=True, kw_only=True):
    """To whom a link goes. Where no letter can be sent, ``link`` is what to hand over."""

    user: User
    link: str | None = None

    def __repr__(self) -> str:
        return f"Sent({self.user.id})"


async def hand_out(
    tx: AsyncConnection,
    house: House,
    user: User,
    kind: TicketKind,
    *,
    now: datetime,
    words: Callable[[str], Words],
) -> Sent:
    """Make a link for somebody, and send it in ``words`` if letters can be sent."""
    token = await tickets.issue(tx, user.id, kind, now)
    href = f"{house.settings.public_url}{PATHS[kind]}/{token}"
    if not letters.can_send(house):
        return Sent(user=user, link=href)
    await letters.post(tx, house, user, words(href), now)
    return Sent(user=user)


async def holder(house: House, kind: TicketKind, token: str, now: datetime) -> User:
    """Return whose link this is. Raises LinkOver."""
    async with house.database.read() as tx:
        return await holder_in(tx, kind, token, now)


async def holder_in(
    tx: AsyncConnection, kind: TicketKind, token: str, now: datetime, *, hold: bool = False
) -> User:
    """Return whose link this is; ``hold`` lets nobody else use it meanwhile. Raises LinkOver."""
    ticket = await tickets.find(tx, token, kind, now, hold=hold)
    user = await USERS.get(tx, ticket.user_id) if ticket else None
    if user is None:
        raise LinkOver(OVER)
    return user


def check_right_to_let_in(user: User, by: Principal) -> None:
    """See that nobody gets into an owner's place whom no owner has let in. Raises Forbidden."""
    if user.role == "owner" and not by.decides_about_owners:
        raise Forbidden(OWNERS_ONLY)
