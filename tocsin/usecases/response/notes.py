"""Notes: written beside an incident, corrected, taken away."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final

import msgspec
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.response.command import Annotate
from tocsin.domain.response.note import Note
from tocsin.kit.ids import new_id
from tocsin.store.clashes import tried_again
from tocsin.store.names import names
from tocsin.store.response import incidents
from tocsin.store.response.notes import NOTES
from tocsin.usecases.desk import Desk
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.response.incidents import By, hold
from tocsin.usecases.wishes import refuse

MOST_NOTES: Final = 2000
LONGEST: Final = 25_000


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A note, and what those who wrote notes are called."""

    note: Note
    names: Mapping[str, str]


async def find(house: House, incident_id: str) -> list[Known]:
    """List all notes of an incident, the oldest first."""
    async with house.database.read() as tx:
        if not await incidents.services_of(tx, [incident_id]):
            raise NotFound("Incident", incident_id)
        found = await NOTES.select(tx, NOTES.c.incident_id == incident_id)
        called = await names(tx, {note.agent.id for note in found})
    return [Known(note=note, names=called) for note in found]


@tried_again
async def create(house: House, incident_id: str, content: str, by: By, now: datetime) -> Known:
    """Write a note; the incident's log keeps it too."""
    refuse(_faults(content))
    note = Note(
        id=new_id("Q"),
        incident_id=incident_id,
        agent=by.agent,
        content=content,
        created_at=now,
        updated_at=now,
    )
    async with house.database.begin() as tx:
        held = await hold(tx, [incident_id])
        if await NOTES.count(tx, NOTES.c.incident_id == incident_id) >= MOST_NOTES:
            raise Invalid(f"An incident cannot have more than {MOST_NOTES} notes.")
        desk = await Desk.at(tx, house.directory, now)
        desk.act(held[incident_id], Annotate(content=content, **by.told))
        await desk.write()
        await NOTES.insert(tx, note)
    return Known(note=note, names={})


async def change(
    house: House, incident_id: str, note_id: str, content: str, now: datetime
) -> Known:
    """Correct a note. The log goes on telling what it said at first."""
    refuse(_faults(content))
    async with house.database.begin() as tx:
        note = await _hold(tx, incident_id, note_id)
        note = await NOTES.update(tx, replace(note, content=content, updated_at=now))
        return Known(note=note, names=await names(tx, [note.agent.id]))


async def remove(house: House, incident_id: str, note_id: str) -> None:
    """Take a note away. The log goes on telling what it said."""
    async with house.database.begin() as tx:
        await _hold(tx, incident_id, note_id)
        await NOTES.delete(tx, note_id)


async def _hold(tx: AsyncConnection, incident_id: str, note_id: str) -> Note:
    note = await NOTES.get(tx, note_id, hold=True)
    if note is None or note.incident_id != incident_id:
        raise NotFound("Note", note_id)
    return note


def _faults(content: str) -> Iterable[str]:
    if not content.strip():
        yield "Content cannot be empty."
    if len(content) > LONGEST:
        yield f"Content is too long (maximum is {LONGEST} characters)."
