"""Search: one question about everything that has a name or a number."""

from collections.abc import Mapping, Sequence
from itertools import groupby
from typing import Final

import msgspec

from tocsin.domain.response.incident import Incident
from tocsin.store import search
from tocsin.store.names import names
from tocsin.store.response import incidents
from tocsin.store.search import Kind, Thing
from tocsin.store.tables import incidents as table
from tocsin.usecases.house import House

MOST: Final = 6  # of each kind
LONGEST: Final = 200  # characters that are looked for


class Found(msgspec.Struct, frozen=True, kw_only=True):
    """A few of each kind. ``names`` says what the incidents' services are called."""

    incidents: Sequence[Incident] = ()
    names: Mapping[str, str] = {}
    things: Mapping[Kind, Sequence[Thing]] = {}

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing of the kind."""
        return not self.incidents and not self.things


async def search_for(house: House, text: str) -> Found:
    """Find incidents by number, key or title, and everything else by name."""
    text = " ".join(text.split())[:LONGEST]
    if not text:
        return Found()
    async with house.database.read() as tx:
        found = await incidents.select(
            tx,
            where=[table.c.id.in_(search.incident_ids(text, most=MOST))],
            order_by=[
                (table.c.number == search.number_in(text)).desc(),
                (table.c.status != "resolved").desc(),
                table.c.number.desc(),
            ],
            limit=MOST,
        )
        things = await search.things(tx, text, most=MOST)
        return Found(
            incidents=found,
            names=await names(tx, {incident.service_id for incident in found}),
            things={
                kind: tuple(some) for kind, some in groupby(things, key=lambda thing: thing.kind)
            },
        )
