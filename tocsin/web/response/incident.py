"""An incident: its page, with everything that a person needs to understand it and to act."""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from typing import Final

import msgspec
from starlette.responses import Response

from tocsin.domain.response.incident import Incident
from tocsin.kit.text import is_digits
from tocsin.usecases.errors import Arguments, Invalid, Refused
from tocsin.usecases.intake import change_events
from tocsin.usecases.response import stories
from tocsin.usecases.response.stories import Look, Story
from tocsin.web.notices import Notice, done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.response.helping_acts import HELPING_ACTS, OWN_ACTS
from tocsin.web.response.incident_acts import ACTS, Act
from tocsin.web.response.snoozes import snoozes
from tocsin.web.safety import WITH_PICTURES
from tocsin.web.visit import Visit

MOST_CHANGES: Final = 10
MOST_CALLS: Final = 6


class Rung(msgspec.Struct, frozen=True):
    """A level that the incident can be put before by hand, counted from 1, and whom it calls."""

    level: int
    user_ids: Sequence[str]


async def show_incident(visit: Visit) -> Response:
    """Show one incident."""
    return await _show(visit)


def _doing(act: Act) -> Callable[[Visit], Awaitable[Response]]:
    """Return what answers a button: it acts, then shows what came of it."""

    async def answer(visit: Visit) -> Response:
        incident_id = visit.parameter("id")
        try:
            did = await act(visit, incident_id)
        except Refused as refusal:
            return await _refuse(visit, refusal.sentence)
        except (Arguments, Invalid) as complaint:
            return await _refuse(visit, " ".join(complaint.sentences))
        return done(visit, f"/incidents/{incident_id}", did.told, undo=did.undo)

    return answer


async def _refuse(visit: Visit, sentence: str) -> Response:
    notice = Notice(sentence=sentence, is_refusal=True)
    return await _show(visit, status=409, notice=notice)


async def _show(visit: Visit, *, status: int = 200, notice: Notice | None = None) -> Response:
    look = Look(
        alerts=_part(visit.query.get("alerts", "")),
        entries=_part(visit.query.get("entries", "")),
        overview=visit.query.get("timeline", "") == "short",
    )
    story = await stories.tell(visit.house, visit.parameter("id"), visit.now, look)
    incident = story.incident
    changes = await change_events.related(visit.house, incident.id, MOST_CHANGES)
    page = show(
        visit,
        "incident.html",
        status=status,
        notice=notice,
        story=story,
        look=look,
        changes=changes,
        calls=story.outlook.calls[:MOST_CALLS] if story.outlook else (),
        rungs=list(_rungs(story)),
        again=_again(incident, visit.user.id),
        snoozes=list(snoozes(visit.now, visit.zone)),
        draft=visit.form,
    )
    page.headers["content-security-policy"] = WITH_PICTURES
    return page


def _part(text: str) -> int:
    return max(int(text), 1) if is_digits(text, 3) else 1


def _rungs(story: Story) -> Iterator[Rung]:
    """Offer the levels above the present one first, then the others, as long as it can climb."""
    if story.incident.urgency == "low":
        return
    rungs = [Rung(level, ids) for level, ids in enumerate(story.ladder, start=1) if ids]
    present = story.incident.level + 1
    yield from sorted(rungs, key=lambda rung: rung.level <= present)


def _again(incident: Incident, user_id: str) -> str:
    """Say whether somebody has acknowledged already: the button stays where it was.

    So a second tap does no harm.
    """
    holders = {acknowledgement.by.id for acknowledgement in incident.acknowledgements}
    return " again" if user_id in holders else " too" if holders else ""


PAGES: Final = (
    Page("GET", "/incidents/{id}", show_incident, "read"),
    *(
        Page("POST", f"/incidents/{{id}}/{name}", _doing(act), "respond")
        for name, act in (*ACTS, *HELPING_ACTS)
    ),
    *(Page("POST", f"/incidents/{{id}}/{name}", _doing(act), "read") for name, act in OWN_ACTS),
)
