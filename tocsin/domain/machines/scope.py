"""Scopes: what an app may do in somebody's name, in the words of the API's reference."""

import re
from collections.abc import Collection, Iterable
from typing import Final

OPENID: Final = "openid"
READ: Final = "read"  # everything that can be read
WRITE: Final = "write"  # everything
LEGACY: Final = (READ, WRITE)

# Clients name the account that they mean among the scopes. There is but one here.
_ACCOUNT: Final = re.compile(r"as_account-[a-z]+\.[0-9A-Za-z-]+")


def covers(granted: Collection[str], needed: str) -> bool:
    """Say whether scopes let do what needs one; ``x.write`` lets nobody read ``x``."""
    if needed in granted or WRITE in granted:
        return True
    return READ in granted and needed.endswith(f".{READ}")


def allowed(asked: Iterable[str], most: Collection[str]) -> tuple[str, ...] | None:
    """Return the scopes that are asked for, each once, or all without a wish; None if too many."""
    wished = tuple(dict.fromkeys(asked))
    if not wished:
        return tuple(most)
    return wished if all(one in most or names_account(one) for one in wished) else None


def names_account(scope: str) -> bool:
    """Say whether a scope only tells for which account the others are."""
    return bool(_ACCOUNT.fullmatch(scope))
