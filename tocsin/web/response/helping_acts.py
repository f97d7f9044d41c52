"""What buttons do about help and updates, each with the sentence that says it is done."""

from typing import Final

from tocsin.domain.response.responder_request import Reply
from tocsin.domain.response.status_update import Subscriber
from tocsin.usecases.response import responder_requests, status_updates
from tocsin.usecases.response.incidents import by_hand
from tocsin.usecases.response.responder_requests import Whom
from tocsin.usecases.response.status_updates import Wish
from tocsin.web.response.incident_acts import Act, Did
from tocsin.web.visit import Visit


async def publish(visit: Visit, incident_id: str) -> Did:
    """Tell subscribers how it stands."""
    wish, by = Wish(message=visit.form.get("update", "")), by_hand(visit.user)
    await status_updates.publish(visit.house, incident_id, wish, by, visit.now)
    return Did("The update was published. Whoever has subscribed is being told.")


async def call_off(visit: Visit, incident_id: str) -> Did:
    """Let somebody who has not answered be asked no more."""
    whom = [Whom("user", visit.form.get("user", ""))]
    by = by_hand(visit.user)
    await responder_requests.cancel(visit.house, incident_id, whom, by, visit.now)
    return Did("The request was cancelled. Nobody is paged for it any more.")


async def accept(visit: Visit, incident_id: str) -> Did:
    """Promise to help."""
    await _reply(visit, incident_id, "joined")
    return Did("You help with it now. The pages have stopped.")


async def decline(visit: Visit, incident_id: str) -> Did:
    """Say that one will not help."""
    await _reply(visit, incident_id, "declined")
    return Did("Declined. You are not paged for it any more.")


async def subscribe(visit: Visit, incident_id: str) -> Did:
    """Hear of updates."""
    await status_updates.subscribe(visit.house, incident_id, [Subscriber("user", visit.user.id)])
    return Did("You are told of updates from now on.")


async def unsubscribe(visit: Visit, incident_id: str) -> Did:
    """Hear of updates no more."""
    await status_updates.unsubscribe(visit.house, incident_id, [Subscriber("user", visit.user.id)])
    return Did("You are told of updates no more.")


async def _reply(visit: Visit, incident_id: str, reply: Reply) -> None:
    by = by_hand(visit.user)
    await responder_requests.reply(visit.house, incident_id, reply, by, visit.now)


# What responders do, and what anybody may do who sees the incident: it concerns only themselves.
HELPING_ACTS: Final[tuple[tuple[str, Act], ...]] = (
    ("publish", publish),
    ("call-off", call_off),
)
OWN_ACTS: Final[tuple[tuple[str, Act], ...]] = (
    ("accept", accept),
    ("decline", decline),
    ("subscribe", subscribe),
    ("unsubscribe", unsubscribe),
)
