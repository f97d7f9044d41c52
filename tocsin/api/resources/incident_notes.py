"""Notes beside an incident."""

from typing import Any, Final

import msgspec

from tocsin.api.rest import Call, Resource
from tocsin.kit.instants import write_instant
from tocsin.usecases.response import notes
from tocsin.usecases.response.incidents import by_hand
from tocsin.usecases.response.notes import Known

INCIDENT_NOTES = Resource("/incidents/{id}/notes", scope="incidents", item="note_id")

CHANNEL: Final = {"summary": "The website or the API"}


class _Note(msgspec.Struct, frozen=True):
    content: str = ""


@INCIDENT_NOTES.lists("listIncidentNotes")
async def list_notes(call: Call, id: str) -> dict[str, Any]:
    """List all notes of an incident, the oldest first."""
    found = await notes.find(call.house, id)
    return {"notes": [_shape(call, known) for known in found]}


@INCIDENT_NOTES.op("createIncidentNote", "POST", "", needs_from=True)
async def create_note(call: Call, id: str) -> dict[str, Any]:
    """Write a note."""
    content, by = call.body(_Note, "note").content, by_hand(call.person)
    return {"note": _shape(call, await notes.create(call.house, id, content, by, call.now))}


@INCIDENT_NOTES.updates("updateIncidentNote", needs_from=True)
async def update_note(call: Call, id: str, note_id: str) -> dict[str, Any]:
    """Correct a note."""
    content = call.body(_Note, "note").content
    return {"note": _shape(call, await notes.change(call.house, id, note_id, content, call.now))}


@INCIDENT_NOTES.deletes("deleteIncidentNote")
async def delete_note(call: Call, id: str, note_id: str) -> None:
    """Take a note away."""
    await notes.remove(call.house, id, note_id)


def _shape(call: Call, known: Known) -> dict[str, Any]:
    note, agent = known.note, known.note.agent
    name = known.names.get(agent.id, agent.summary)
    as_type = "user" if agent.kind == "user" else "bot_user"
    return {
        "id": note.id,
        "user": call.links.ref(agent.kind, agent.id, name, as_type=as_type),
        "channel": CHANNEL,
        "content": note.content,
        "created_at": write_instant(note.created_at),
        "updated_at": write_instant(note.updated_at),
    }
