"""Apps that act for somebody: which, since when, within what bounds; and the end of it."""

from typing import Final

from starlette.responses import Response

from tocsin.usecases.machines import apps
from tocsin.web.apps.scope_words import told
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

PATH: Final = "/account/apps"


async def list_mine(visit: Visit) -> Response:
    """Show the apps that act for one."""
    acting = await apps.find_acting(visit.house, visit.user.id, visit.now)
    return show(visit, "acting.html", acting=acting, told=told)


async def withdraw(visit: Visit) -> Response:
    """Let an app act for one no longer."""
    app_id = visit.form.get("app", "")
    app = await apps.withdraw(visit.house, visit.user.id, app_id, visit.now)
    return done(visit, PATH, f"{app.name} acts for you no longer.")


PAGES: Final = (
    Page("GET", PATH, list_mine, "read"),
    Page("POST", f"{PATH}/withdraw", withdraw, "read"),
)
