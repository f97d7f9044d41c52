"""Hearing: what providers tell of messages and answers is written down and done."""

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Final

from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.hearing import Heard
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.provider import Provider
from tocsin.kit.ids import new_id
from tocsin.store.driver import driver
from tocsin.store.turns import do_alone
from tocsin.store.writes import Stray, Writes, flush
from tocsin.usecases.house import House
from tocsin.usecases.reaching import answers, late_receipts

PREFIX: Final = "/callbacks/"
MOST_KEPT: Final = 16 * 1024  # bytes of what strangers may send where nothing is signed
_TURN: Final = 0x70C52  # any number that other programs on this database do not lock


async def take(
    house: House, provider: Provider, heard: Heard, now: datetime
) -> tuple[list[Upshot], Message | None]:
    """Do all that was told; return what came of answers, and the message that was asked for."""
    taken = await answers.take(house, provider, heard, now)
    await late_receipts.note(house, provider, heard.receipts, now)
    return taken


async def keep_unheard(
    house: House, provider: Provider, sender: str, body: bytes, why: str
) -> None:
    """Keep what a provider told and nobody understood, for people to look at."""
    stray = Stray(
        id=new_id("Q"),
        at=house.clock(),
        reason=why,
        path=f"{PREFIX}{provider.id}",  # without its query, which may hold a token
        sender=sender,
        key_hint="",
        body=body[:MOST_KEPT],
    )
    async with house.database.begin() as tx:
        await flush(await driver(tx), Writes(strays=[stray]))


async def do_alone_here(house: House, do: Callable[[], Awaitable[None]]) -> None:
    """Listen to providers while no other node does."""
    await do_alone(house.database, _TURN, do)
