"""Clashes: PostgreSQL undoes a transaction because of what another one did meanwhile."""

from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Final, ParamSpec, TypeVar

import asyncpg
import sqlalchemy as sa

TRIES: Final = 4
_CLASHES: Final = ("40P01", "40001", "23505")  # deadlock, serialization failure, key taken

Given = ParamSpec("Given")
Result = TypeVar("Result")


def tried_again(
    do: Callable[Given, Awaitable[Result]],
) -> Callable[Given, Awaitable[Result]]:
    """Let a function that is one whole transaction begin anew when it was undone."""

    @wraps(do)
    async def trying(*args: Given.args, **kwargs: Given.kwargs) -> Result:
        for _ in range(TRIES - 1):
            try:
                return await do(*args, **kwargs)
            except (asyncpg.PostgresError, sa.exc.DBAPIError) as error:
                if not _is_clash(error):
                    raise
        return await do(*args, **kwargs)

    return trying


def _is_clash(error: Exception) -> bool:
    cause = error.orig if isinstance(error, sa.exc.DBAPIError) else error
    return getattr(cause, "sqlstate", None) in _CLASHES
