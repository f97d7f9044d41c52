"""Settings: what administrators decide for everybody, and the way to all that they look after."""

from collections.abc import Mapping
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType
from starlette.exceptions import HTTPException
from starlette.responses import Response

from tocsin.domain.account import KEPT
from tocsin.domain.reaching.phrases import LANGUAGE_NAMES
from tocsin.kit.text import is_digits
from tocsin.usecases import account, vitals
from tocsin.usecases.account import Sheet, Wish
from tocsin.usecases.errors import Complaint, Invalid
from tocsin.usecases.reaching import mail
from tocsin.usecases.response import choices
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Visit

RATE: Final = "Requests per minute"
LABELS: Final[Mapping[str, str]] = {
    "account_name": "Account name",
    "time_zone": "Time zone",
    "language": "Language",
    "catch_all": "Who is paged when a policy reaches nobody",
    "mail_from": "Sender",
    "requests_per_minute": RATE,
    "digest_seconds": "Seconds between messages",
    **KEPT,
}


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """A page of settings: its name in addresses, its heading, and the fields that it changes."""

    name: str
    title: str
    fields: tuple[str, ...]

    @property
    def address(self) -> str:
        """Where it is."""
        return f"/settings/{self.name}"

    @property
    def template(self) -> str:
        """What draws it."""
        return f"settings_{self.name}.html"


ACCOUNT: Final = Section(
    name="account", title="Account", fields=("account_name", "time_zone", "language", "catch_all")
)
MAIL: Final = Section(name="mail", title="Mail", fields=("mail_from",))
LIMITS: Final = Section(
    name="limits", title="Limits", fields=("digest_seconds", "requests_per_minute")
)
RETENTION: Final = Section(name="retention", title="Retention", fields=tuple(KEPT))
SECTIONS: Final = {section.name: section for section in (ACCOUNT, MAIL, LIMITS, RETENTION)}


async def list_settings(visit: Visit) -> Response:
    """Lead to everything that can be set, and to what tells how the installation fares."""
    counts = await vitals.count(visit.house, visit.now) if visit.may("manage") else None
    return show(visit, "settings.html", account=visit.house.account, counts=counts)


async def show_section(visit: Visit) -> Response:
    """Show the form of a section."""
    section = _section(visit)
    sheet = await account.read(visit.house)
    return await _form(visit, section, sheet, draft=msgspec.structs.asdict(sheet.account))


async def change_section(visit: Visit) -> Response:
    """Decide what the form of a section says."""
    section = _section(visit)
    sheet = await account.read(visit.house)
    try:
        await account.change(visit.house, _wish(visit, section, sheet))
    except Complaint as complaint:
        return await _form(visit, section, sheet, draft=visit.form, complaint=complaint)
    return done(visit, section.address, "Saved. It holds on every node now.")


async def take_back(visit: Visit) -> Response:
    """Let what the environment says hold again."""
    section, field = _section(visit), visit.form.get("field", "")
    if field not in section.fields:
        raise HTTPException(400)
    await account.take_back(visit.house, [field])
    return done(visit, section.address, f"{LABELS[field]}: no longer set here.")


async def send_trial(visit: Visit) -> Response:
    """Send whoever asks a letter."""
    try:
        await mail.send_trial(visit.house, visit.user, visit.now)
    except Complaint as complaint:
        sheet = await account.read(visit.house)
        draft = msgspec.structs.asdict(sheet.account)
        return await _form(visit, MAIL, sheet, draft=draft, complaint=complaint)
    return done(visit, MAIL.address, f"A letter to {visit.user.email} is on its way.")


async def _form(
    visit: Visit,
    section: Section,
    sheet: Sheet,
    *,
    draft: Mapping[str, Any],
    complaint: Complaint | None = None,
) -> Response:
    return show(
        visit,
        section.template,
        complaint=complaint,
        section=section,
        sheet=sheet,
        draft=draft,
        labels=LABELS,
        languages=LANGUAGE_NAMES,
        people=await choices.people(visit.house) if section is ACCOUNT else (),
        post=await mail.look(visit.house, visit.user, visit.now) if section is MAIL else None,
        can_send="email" in visit.house.ways,
    )


def _section(visit: Visit) -> Section:
    section = SECTIONS.get(visit.parameter("section"))
    if section is None:
        raise HTTPException(404)
    return section


def _wish(visit: Visit, section: Section, sheet: Sheet) -> Wish:
    """Read a form. Raises Invalid with a sentence for each number that is none."""
    said: dict[str, Any] = {}
    faults = []
    for field in section.fields:
        text = visit.form.get(field, "").strip()
        if field == "catch_all":
            said[field] = _people(visit, sheet)
        elif isinstance(getattr(sheet.account, field), str):
            said[field] = text
        elif is_digits(text):
            said[field] = int(text)
        else:
            faults.append(f"{LABELS[field]} must be a whole number.")
    if faults:
        raise Invalid(*faults)
    return Wish(**said)


def _people(visit: Visit, sheet: Sheet) -> tuple[str, ...] | UnsetType:
    """Read who is chosen; UNSET if that says no other than what holds already."""
    chosen = tuple(dict.fromkeys(filter(None, visit.form.getlist("catch_all"))))
    is_same = set(chosen) == {user.id for user in sheet.catch_all} and not sheet.nobody
    return UNSET if is_same else chosen


PAGES: Final = (
    Page("GET", "/settings", list_settings, "read"),
    Page("POST", "/settings/mail/trial", send_trial, "administer"),
    Page("GET", "/settings/{section}", show_section, "administer"),
    Page("POST", "/settings/{section}", change_section, "administer"),
    Page("POST", "/settings/{section}/take_back", take_back, "administer"),
)
