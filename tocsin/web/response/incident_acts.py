"""What the buttons on the page of an incident do, each with the sentence that says it is done."""

from collections.abc import Awaitable, Callable
from typing import Final, NamedTuple

from starlette.exceptions import HTTPException

from tocsin.kit.text import is_digits
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.response import alerts, incident_queries, incidents, notes
from tocsin.usecases.response.incidents import Change, by_hand
from tocsin.web.notices import Undo
from tocsin.web.response import snoozes
from tocsin.web.response.incident_filters import read_number
from tocsin.web.visit import Visit

NO_SUCH_NUMBER: Final = "There is no incident with this number."
ALREADY_OPEN: Final = "Incident is already open."


class Did(NamedTuple):
    """What was done, in a sentence, and perhaps the way back."""

    told: str
    undo: Undo | None = None


Act = Callable[[Visit, str], Awaitable[Did]]


async def acknowledge(visit: Visit, incident_id: str) -> Did:
    """Stop the pages. What is over in the meantime stays over."""
    wanted = Change(incident_id=incident_id, status="acknowledged", reopens=False)
    await _change(visit, wanted)
    return Did("You have it. The pages have stopped.")


async def resolve(visit: Visit, incident_id: str) -> Did:
    """Say that it is over, perhaps with a word about how."""
    how = visit.form.get("resolution", "").strip() or None
    await _change(visit, Change(incident_id=incident_id, status="resolved", resolution=how))
    undo = Undo(f"/incidents/{incident_id}/take")
    return Did("Resolved. Nobody is paged for it any more.", undo)


async def take(visit: Visit, incident_id: str) -> Did:
    """Open it again as somebody's who has it already, so that nobody is paged."""
    await _change(visit, Change(incident_id=incident_id, status="acknowledged"))
    return Did("Open again, and yours. Nobody is paged.")


async def reopen(visit: Visit, incident_id: str) -> Did:
    """Let it begin anew, unless somebody else has opened it in the meantime."""
    if (await incident_queries.get(visit.house, incident_id)).incident.is_open:
        raise Invalid(ALREADY_OPEN)
    await _change(visit, Change(incident_id=incident_id, status="triggered"))
    return Did("Open again. The pages have begun anew.")


async def hand_back(visit: Visit, incident_id: str) -> Did:
    """Let those who have it be paged again."""
    await _change(visit, Change(incident_id=incident_id, status="triggered", reopens=False))
    return Did("Handed back. The pages have begun again.")


async def snooze(visit: Visit, incident_id: str) -> Did:
    """Let it sleep; nobody else is paged for it until then."""
    chosen = visit.form.get("for", "")
    length = snoozes.length(chosen, visit.now, visit.zone)
    if length is None:
        raise HTTPException(400)
    await _change(visit, Change(incident_id=incident_id, snooze=int(length.total_seconds())))
    told = {name: told for name, _, told in snoozes.snoozes(visit.now, visit.zone)}[chosen]
    return Did(f"Snoozed {told}. Then the pages begin again.")


async def escalate(visit: Visit, incident_id: str) -> Did:
    """Climb to the level that the form names, so that two clicks do not climb two."""
    level = visit.form.get("level", "")
    if not is_digits(level, 3):
        raise HTTPException(400)
    await _change(visit, Change(incident_id=incident_id, level=int(level)))
    return Did(f"Escalated. Level {int(level)} is being paged.")


async def write_note(visit: Visit, incident_id: str) -> Did:
    """Write something down beside it."""
    content, by = visit.form.get("note", ""), by_hand(visit.user)
    await notes.create(visit.house, incident_id, content, by, visit.now)
    return Did("The note was added.")


async def correct_note(visit: Visit, incident_id: str) -> Did:
    """Let a note say something else."""
    note_id, content = visit.form.get("id", ""), visit.form.get("note", "")
    await notes.change(visit.house, incident_id, note_id, content, visit.now)
    return Did("The note was corrected. The timeline keeps what it said at first.")


async def remove_note(visit: Visit, incident_id: str) -> Did:
    """Take a note away."""
    await notes.remove(visit.house, incident_id, visit.form.get("id", ""))
    return Did("The note was taken away. The timeline keeps what it said.")


async def resolve_alert(visit: Visit, incident_id: str) -> Did:
    """Say that one alert is over; the last one takes the incident along."""
    wanted = alerts.Change(alert_id=visit.form.get("alert", ""), status="resolved")
    await _change_alert(visit, incident_id, wanted)
    return Did("The alert was resolved.")


async def trigger_alert(visit: Visit, incident_id: str) -> Did:
    """Say that an alert is not over after all."""
    wanted = alerts.Change(alert_id=visit.form.get("alert", ""), status="triggered")
    await _change_alert(visit, incident_id, wanted)
    return Did("The alert is open again.")


async def move_alert(visit: Visit, incident_id: str) -> Did:
    """Let an alert belong to another incident."""
    target_id = await numbered(visit, visit.form.get("number", ""))
    wanted = alerts.Change(alert_id=visit.form.get("alert", ""), incident_id=target_id)
    await _change_alert(visit, incident_id, wanted)
    return Did("The alert was moved.")


async def numbered(visit: Visit, number: str) -> str:
    """Return the id of the incident with a number that somebody wrote. Raises Invalid."""
    digits = read_number(number)
    if digits:
        try:
            return (await incident_queries.get(visit.house, digits)).incident.id
        except NotFound:
            pass
    raise Invalid(NO_SUCH_NUMBER)


async def _change(visit: Visit, wanted: Change) -> None:
    await incidents.change(visit.house, [wanted], by_hand(visit.user), visit.now)


async def _change_alert(visit: Visit, incident_id: str, wanted: alerts.Change) -> None:
    await alerts.change(visit.house, incident_id, [wanted], by_hand(visit.user), visit.now)


ACTS: Final[tuple[tuple[str, Act], ...]] = (
    ("acknowledge", acknowledge),
    ("resolve", resolve),
    ("take", take),
    ("reopen", reopen),
    ("hand-back", hand_back),
    ("snooze", snooze),
    ("escalate", escalate),
    ("note", write_note),
    ("correct-note", correct_note),
    ("remove-note", remove_note),
    ("resolve-alert", resolve_alert),
    ("trigger-alert", trigger_alert),
    ("move-alert", move_alert),
)
