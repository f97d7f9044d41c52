"""Invitations: people are added by name and address, and choose their password themselves."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Final, Literal

from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.auth.principal import Principal
from tocsin.domain.people.user import User
from tocsin.domain.reaching import letter
from tocsin.domain.reaching.letter import Words
from tocsin.store.people import tickets as ticket_store
from tocsin.store.people import users as user_store
from tocsin.store.people.users import USERS
from tocsin.usecases.errors import Invalid
from tocsin.usecases.house import House
from tocsin.usecases.people import users
from tocsin.usecases.people.tickets import Sent, check_right_to_let_in, hand_out
from tocsin.usecases.people.users import Wish

Standing = Literal["joined", "invited", "expired", "absent"]

SOMEBODY: Final = "An administrator"
JOINED: Final = "{} has chosen a password already. Send a link for a new one instead."


async def invite(house: House, wish: Wish, by: Principal, now: datetime) -> Sent:
    """Make a user, who gets a link with which to choose a password. Raises Invalid, Forbidden."""
    user = replace(users.draft(wish, by, now), invitation_sent=True)
    async with house.database.begin() as tx:
        await users.add(tx, user)
        return await _send(tx, house, user, by, now)


async def invite_again(house: House, user_id: str, by: Principal, now: datetime) -> Sent:
    """Send another link to somebody without a password; older ones lead nowhere then.

    Raises NotFound, Invalid, Forbidden.
    """
    async with house.database.begin() as tx:
        user = await users.hold(tx, user_id)
        check_right_to_let_in(user, by)
        if await user_store.password_hash(tx, user_id):
            raise Invalid(JOINED.format(user.name))
        await ticket_store.forget_of(tx, user_id, "invitation")
        user = await USERS.update(tx, replace(user, invitation_sent=True))
        return await _send(tx, house, user, by, now)


async def standings(house: House, user_ids: Sequence[str], now: datetime) -> Mapping[str, Standing]:
    """Say of each of these whether they can sign in, or hold an invitation, or need one."""
    async with house.database.read() as tx:
        found = await USERS.get_many(tx, user_ids)
        joined = await user_store.with_password(tx, user_ids)
        invited = await ticket_store.invited(tx, user_ids, now)
    return {user.id: _standing(user, joined, invited) for user in found.values()}


def _standing(user: User, joined: set[str], invited: set[str]) -> Standing:
    if user.id in joined:
        return "joined"
    if user.id in invited:
        return "invited"
    return "expired" if user.invitation_sent else "absent"


async def _send(
    tx: AsyncConnection, house: House, user: User, by: Principal, now: datetime
) -> Sent:
    inviter = by.user.name if by.user else SOMEBODY
    words = partial(_words, house, user, inviter)
    return await hand_out(tx, house, user, "invitation", now=now, words=words)


def _words(house: House, user: User, inviter: str, href: str) -> Words:
    url = house.settings.public_url
    return letter.invitation(inviter=inviter, email=user.email, house=url, href=href)
