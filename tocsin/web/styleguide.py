"""The pieces that pages are made of, shown on one page for those who build with them."""

from datetime import timedelta
from typing import Final

from starlette.responses import Response

from tocsin.usecases.errors import Invalid
from tocsin.web.notices import Notice, Undo, done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit


async def show_pieces(visit: Visit) -> Response:
    """Show each piece, with words that fit everywhere."""
    return show(
        visit,
        "styleguide.html",
        status=200,
        complaint=Invalid("Name cannot be blank."),
        notice=Notice(sentence="The service was disabled.", undo=Undo("/styleguide")),
        earlier=visit.now - timedelta(minutes=3),
        later=visit.now + timedelta(minutes=5),
    )


async def take_form(visit: Visit) -> Response:
    """Say that a form of this page arrived; there is nothing that it could change."""
    return done(visit, "/styleguide", "The form arrived. Nothing was changed.")


PAGES: Final = (
    Page("GET", "/styleguide", show_pieces, "read"),
    Page("POST", "/styleguide", take_form, "read"),
)
