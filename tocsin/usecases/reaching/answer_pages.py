"""The page of a message: what it was about, how that stands, and what may still be done."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec

from tocsin.domain.reaching.answer import Answer, Deed, Upshot
from tocsin.domain.reaching.hearing import Heard
from tocsin.domain.reaching.message import Message
from tocsin.domain.response.incident import Incident
from tocsin.store.reaching.messages import MESSAGES
from tocsin.store.response import incidents
from tocsin.usecases.errors import NotFound
from tocsin.usecases.house import House
from tocsin.usecases.reaching import answers
from tocsin.usecases.reaching.answer_tokens import message_of

GOOD_FOR: Final = timedelta(hours=24)

# In the order in which they are offered; those that concern incidents, and in which standing.
DEEDS: Final[Mapping[Deed, frozenset[str]]] = {
    "confirm": frozenset(),
    "acknowledge": frozenset({"triggered"}),
    "resolve": frozenset({"triggered", "acknowledged"}),
    "escalate": frozenset({"triggered"}),
    "join": frozenset({"triggered", "acknowledged"}),
    "decline": frozenset({"triggered", "acknowledged"}),
}


class Asked(msgspec.Struct, frozen=True, kw_only=True):
    """A message, its incidents as they stand now, and what may be done about them."""

    message: Message
    incidents: Sequence[Incident] = ()
    deeds: Sequence[Deed] = ()
    is_over: bool = False


async def look(house: House, token: str, now: datetime) -> Asked:
    """Find what a token was given for. Raises NotFound if it is none of ours."""
    message_id = message_of(house, token)
    if message_id is None:
        raise NotFound("Message", token)
    async with house.database.read() as tx:
        sent = await MESSAGES.get(tx, message_id)
        if sent is None:
            raise NotFound("Message", token)
        if now - sent.at > GOOD_FOR:
            return Asked(message=sent.body, is_over=True)
        found = await incidents.get_many(tx, sent.incident_ids)
    standing = [found[id_] for id_ in sent.incident_ids if id_ in found]
    return Asked(message=sent.body, incidents=standing, deeds=_deeds(sent.body, standing))


async def give(house: House, token: str, deed: Deed, now: datetime) -> Upshot:
    """Do what whoever holds the token wants done."""
    heard = Heard(answers=(Answer(deed=deed, token=token),))
    [upshot], _ = await answers.take(house, None, heard, now)
    return upshot


def _deeds(message: Message, standing: Sequence[Incident]) -> list[Deed]:
    statuses = {incident.status for incident in standing}
    return [
        deed
        for deed, fitting in DEEDS.items()
        if deed in message.deeds and (not fitting or statuses & fitting)
    ]
