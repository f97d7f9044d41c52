"""In whose name a request is made."""

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.auth.principal import Principal
from tocsin.domain.people.user import User
from tocsin.store.people.users import by_email


async def requester_of(tx: AsyncConnection, principal: Principal, email: str) -> User | None:
    """Return the user of a key, or for the account's keys the user with this e-mail address."""
    if principal.user is not None or not email or "\0" in email:
        return principal.user
    return await by_email(tx, email)
