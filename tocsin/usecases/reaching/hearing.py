"""Hearing: what providers tell of messages and answers is written down and done."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.hearing import Heard
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.provider import Provider
from tocsin.store.turns import do_alone
from tocsin.usecases.house import House
from tocsin.usecases.reaching import answers, late_receipts

PREFIX: Final = "/callbacks/"
_TURN: Final = 0x70C52  # any number that other programs on this database do not lock


async def take(
    house: House, provider: Provider, heard: Heard, now: datetime
) -> tuple[list[Upshot], Message | None]:
    """Do all that was told; return what came of answers, and the message that was asked for."""
    taken = await answers.take(house, provider, heard, now)
    await late_receipts.note(house, provider, heard.receipts, now)
    return taken


def secrets_of(house: House, provider: Provider) -> list[str]:
    """Return what a provider is known by, which nobody is shown."""
    declared = next((one for one in house.declared if one.name == provider.type), None)
    fields = declared.settings if declared else ()
    return [provider.settings.get(one.name, "") for one in fields if one.kind == "secret"]


async def do_alone_here(house: House, do: Callable[[], Awaitable[None]]) -> None:
    """Listen to providers while no other node does."""
    await do_alone(house.database, _TURN, do)
