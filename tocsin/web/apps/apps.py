"""Apps: registered with where they may send people back to, and what they may ask for."""

from typing import Any, Final
from urllib.parse import urlencode

from starlette.responses import Response

from tocsin.domain.machines.oauth import App
from tocsin.usecases.errors import Complaint
from tocsin.usecases.machines import apps
from tocsin.usecases.machines.apps import CONNECTABLE, Wish
from tocsin.web.apps.scope_words import told
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Form, Visit

PATH: Final = "/apps"
PUBLIC: Final = "public"
CONFIDENTIAL: Final = "confidential"

Draft = dict[str, Any]

NEW: Final[Draft] = {"kind": CONFIDENTIAL, "scopes": (), "vendor": ""}


async def list_apps(visit: Visit) -> Response:
    """Show all apps."""
    return show(visit, "apps.html", apps=await apps.find(visit.house), vendors=CONNECTABLE)


async def show_app(visit: Visit) -> Response:
    """Show one app, and what its makers must know."""
    app = await apps.get(visit.house, visit.parameter("id"))
    return show(
        visit,
        "app.html",
        app=app,
        told=[told(scope) for scope in app.scopes],
        vendor=CONNECTABLE.get(app.vendor_id or ""),
        links=[_link(visit, app, address) for address in app.redirect_uris],
        url=visit.house.settings.public_url,
    )


async def ask_for_new(visit: Visit) -> Response:
    """Show an empty form."""
    return _form(visit, NEW)


async def create(visit: Visit) -> Response:
    """Register an app, and show its secret this once."""
    try:
        app, secret = await apps.create(visit.house, _wish(visit.form), visit.by, visit.now)
    except Complaint as complaint:
        return _form(visit, _repeated(visit.form), complaint=complaint)
    if secret is None:
        return done(visit, f"{PATH}/{app.id}", "The app was registered.")
    return show(visit, "app_secret.html", status=201, app=app, secret=secret)


async def ask_for_change(visit: Visit) -> Response:
    """Show an app as a form."""
    app = await apps.get(visit.house, visit.parameter("id"))
    return _form(visit, _draft(app), app=app)


async def change(visit: Visit) -> Response:
    """Change an app."""
    app = await apps.get(visit.house, visit.parameter("id"))
    try:
        await apps.change(visit.house, app.id, _wish(visit.form))
    except Complaint as complaint:
        return _form(visit, _repeated(visit.form), app=app, complaint=complaint)
    return done(visit, f"{PATH}/{app.id}", "The app was changed.")


async def renew_secret(visit: Visit) -> Response:
    """Give an app another secret, and show it this once."""
    app, secret = await apps.renew_secret(visit.house, visit.parameter("id"))
    return show(visit, "app_secret.html", status=201, app=app, secret=secret)


async def revoke(visit: Visit) -> Response:
    """Take back all that an app holds."""
    app = await apps.revoke_all(visit.house, visit.parameter("id"), visit.now)
    return done(visit, f"{PATH}/{app.id}", f"{app.name} acts for nobody now.")


async def remove(visit: Visit) -> Response:
    """Delete an app."""
    app = await apps.remove(visit.house, visit.parameter("id"))
    return done(visit, PATH, f"{app.name} was deleted.")


def _form(
    visit: Visit, draft: Draft, *, app: App | None = None, complaint: Complaint | None = None
) -> Response:
    return show(
        visit,
        "app_form.html",
        complaint=complaint,
        draft=draft,
        app=app,
        scopes=[(scope, told(scope)) for scope in apps.scopes_offered(visit.house)],
        vendors=[("", "None: it takes the Events API"), *CONNECTABLE.items()],
    )


def _wish(form: Form) -> Wish:
    return Wish(
        name=" ".join(form.get("name", "").split()),
        description=form.get("description", "").strip(),
        public=form.get("kind") == PUBLIC,
        redirect_uris=tuple(dict.fromkeys(form.get("redirect_uris", "").split())),
        scopes=tuple(form.getlist("scopes")),
        vendor_id=form.get("vendor") or None,
    )


def _draft(app: App) -> Draft:
    return {
        "name": app.name,
        "description": app.description,
        "redirect_uris": "\n".join(app.redirect_uris),
        "scopes": app.scopes,
        "vendor": app.vendor_id or "",
    }


def _repeated(form: Form) -> Draft:
    return NEW | dict(form) | {"scopes": form.getlist("scopes")}


def _link(visit: Visit, app: App, address: str) -> str:
    """Return where a tool sends people who shall connect it to a service."""
    asked = urlencode({"app_id": app.id, "redirect_url": address, "version": 2})
    return f"{visit.house.settings.public_url}/install/integration?{asked}"


PAGES: Final = (
    Page("GET", PATH, list_apps, "administer"),
    Page("GET", f"{PATH}/new", ask_for_new, "administer"),
    Page("POST", PATH, create, "administer"),
    Page("GET", f"{PATH}/{{id}}", show_app, "administer"),
    Page("GET", f"{PATH}/{{id}}/edit", ask_for_change, "administer"),
    Page("POST", f"{PATH}/{{id}}", change, "administer"),
    Page("POST", f"{PATH}/{{id}}/secret", renew_secret, "administer"),
    Page("POST", f"{PATH}/{{id}}/revoke", revoke, "administer"),
    Page("POST", f"{PATH}/{{id}}/delete", remove, "administer"),
)
