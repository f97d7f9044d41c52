"""Notification rules of a person: what the buttons beside them do."""

from typing import Final

from msgspec import convert
from starlette.responses import Response

from tocsin.domain.people.user import Urgency
from tocsin.kit.text import is_digits
from tocsin.usecases.errors import Arguments, Complaint, Invalid
from tocsin.usecases.people import notification_rules
from tocsin.usecases.people.notification_rules import NOT_UNIQUE, Wish
from tocsin.web.notices import Undo, done
from tocsin.web.page import Page
from tocsin.web.people.reach import after
from tocsin.web.people.users import show_person
from tocsin.web.visit import Visit
from tocsin.web.words import channel

PATH: Final = "/users/{id}/notification_rules"
THERE_ALREADY: Final = "Start delay: there is a step at this moment by this contact method already."
NO_NUMBER: Final = "Start delay must be a number of minutes."
MOST_DIGITS: Final = 6


async def create_rule(visit: Visit) -> Response:
    """Give somebody one more step."""
    user_id = visit.owner()
    try:
        known = await notification_rules.create(visit.house, user_id, _wish(visit), visit.now)
    except (Invalid, Arguments) as complaint:
        return await show_person(visit, complaint=_in_our_words(complaint), draft=visit.form)
    when, kind = after(known.rule.delay_minutes), channel(known.method.kind)
    return done(
        visit,
        f"/users/{user_id}",
        f"When urgency is {known.rule.urgency}, {kind} is used {when} from now on.",
    )


async def remove_rule(visit: Visit) -> Response:
    """Take a step away; it can be put back."""
    user_id, rule_id = visit.owner(), visit.parameter("rule_id")
    rule = (await notification_rules.get(visit.house, user_id, rule_id)).rule
    await notification_rules.remove(visit.house, user_id, rule_id)
    fields = {
        "contact_method": rule.contact_method_id,
        "urgency": rule.urgency,
        "delay": str(rule.delay_minutes),
    }
    undo = Undo(f"/users/{user_id}/notification_rules", fields)
    return done(visit, f"/users/{user_id}", "The step was removed.", undo=undo)


def _wish(visit: Visit) -> Wish:
    """Read the form. Raises Invalid."""
    form = visit.form
    delay = form.get("delay", "").strip()
    if not is_digits(delay, MOST_DIGITS):
        raise Invalid(NO_NUMBER)
    urgency = "low" if form.get("urgency") == "low" else "high"
    return Wish(
        contact_method_id=form.get("contact_method", ""),
        urgency=convert(urgency, Urgency),
        delay_minutes=int(delay),
    )


def _in_our_words(complaint: Complaint) -> Complaint:
    return Invalid(THERE_ALREADY) if complaint.sentences == (NOT_UNIQUE,) else complaint


PAGES: Final = (
    Page("POST", PATH, create_rule, "read"),
    Page("POST", PATH + "/{rule_id}/remove", remove_rule, "read"),
)
