"""Checking: whether the other side knows us, asked for a few seconds and told in one sentence."""

import asyncio
from collections.abc import Awaitable
from typing import Any, Final

from tocsin.channels.asking import Undelivered
from tocsin.domain.reaching.channel import Checked, Delivery
from tocsin.kit.text import one_line

PATIENCE: Final = 5.0  # seconds: somebody waits for the page that tells it
MOST_TOLD: Final = 300  # characters


async def checked(whom: str, given: str, asking: Awaitable[str]) -> Checked:
    """Say what came of asking, which returns what they do: ``knows the bot as @tocsin``.

    ``given`` is what they refuse if they do.
    """
    try:
        async with asyncio.timeout(PATIENCE):
            return Checked(ok=True, sentence=_sentence(whom, await asking))
    except Undelivered as silence:
        return _failed(whom, given, silence)
    except TimeoutError:
        silent = f"cannot be asked: no answer within {PATIENCE:g} seconds"
        return Checked(ok=False, sentence=_sentence(whom, silent))


def name_in(said: Any, field: str) -> str:
    """Return what they call something. Raises Undelivered where this is no answer of theirs."""
    name = said.get(field) if isinstance(said, dict) else None
    if isinstance(name, str) and name:
        return name
    raise Undelivered(Delivery(ok=False, detail=f"its answer lacks {field}", retry=True))


def _failed(whom: str, given: str, silence: Undelivered) -> Checked:
    delivery = silence.delivery
    verb = "cannot be asked" if delivery.retry or silence.__cause__ else f"refuses {given}"
    why = f"{verb}: {delivery.detail.removeprefix(f'{whom}: ')}"
    return Checked(ok=False, sentence=_sentence(whom, why), is_refused=not delivery.retry)


def _sentence(whom: str, what: str) -> str:
    return one_line(f"{whom} {what}", MOST_TOLD).rstrip(".") + "."
