"""Invitations: sent again by administrators, accepted by whoever follows the link."""

from functools import partial
from typing import Final

from starlette.responses import Response

from tocsin.usecases.people import invitations
from tocsin.web.door.tickets import follow_link, hand_over, open_link
from tocsin.web.page import Page
from tocsin.web.visit import Visit


async def invite_again(visit: Visit) -> Response:
    """Send somebody without a password another link."""
    user_id = visit.parameter("id")
    sent = await invitations.invite_again(visit.house, user_id, visit.by, visit.now)
    return hand_over(visit, sent, "invitation")


PAGES: Final = (
    Page("GET", "/invitation/{token}", partial(open_link, kind="invitation")),
    Page("POST", "/invitation/{token}", partial(follow_link, kind="invitation")),
    Page("POST", "/users/{id}/invite", invite_again, "administer"),
)
