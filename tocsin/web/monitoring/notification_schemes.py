"""Notification schemes: who hears first, who is the backup, and to whom it escalates."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from starlette.responses import Response

from tocsin.domain.monitoring.environment import Environment
from tocsin.domain.monitoring.notification_channel import NotificationScheme, SchemeStep
from tocsin.kit.text import is_digits
from tocsin.usecases.errors import Complaint
from tocsin.usecases.monitoring import (
    alert_rules,
    environments,
    notification_channels,
    notification_schemes,
)
from tocsin.usecases.monitoring.notification_schemes import MOST_STEPS, Wish
from tocsin.web.monitoring.environments import PATH as ENVIRONMENTS
from tocsin.web.monitoring.environments import framed
from tocsin.web.notices import done
from tocsin.web.numbers import number_in
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Form, Visit

PATH: Final = "/notification_schemes"
MINUTE: Final = 60
NAMES: Final = ("First", "Backup", "Escalation")
WAIT: Final = "5"  # minutes that a new step is given
MOST_DIGITS: Final = 4


class Step(NamedTuple):
    """A step as it stands in the form."""

    after: str = "0"
    channel_ids: Sequence[str] = ()


async def list_schemes(visit: Visit) -> Response:
    """Show the schemes of an environment."""
    frame = await framed(visit)
    environment = frame["environment"]
    return show(
        visit,
        "schemes.html",
        schemes=await notification_schemes.find(visit.house, environment.id),
        names=await _channel_names(visit, environment.id),
        step_name=name_of_step,
        **frame,
    )


async def show_scheme(visit: Visit) -> Response:
    """Show a scheme: its steps under each other, and which rules follow it."""
    scheme = await notification_schemes.get(visit.house, visit.parameter("id"))
    rules = await alert_rules.find(visit.house, scheme.environment_id)
    return show(
        visit,
        "scheme.html",
        scheme=scheme,
        environment=await environments.get(visit.house, scheme.environment_id),
        names=await _channel_names(visit, scheme.environment_id),
        rules=[rule for rule in rules if scheme.id in rule.scheme_ids],
        step_name=name_of_step,
    )


async def ask_for_new(visit: Visit) -> Response:
    """Show an empty form."""
    environment = await environments.get(visit.house, visit.parameter("id"))
    return await _show(visit, environment, {"name": "", "description": ""}, [Step()])


async def redraw_new(visit: Visit) -> Response:
    """Show it again after one of its buttons."""
    environment = await environments.get(visit.house, visit.parameter("id"))
    return await _show(visit, environment, visit.form, _pressed(visit.form))


async def create(visit: Visit) -> Response:
    """Make a scheme."""
    environment = await environments.get(visit.house, visit.parameter("id"))
    try:
        scheme = await notification_schemes.create(
            visit.house, environment.id, _wish(visit.form), visit.now
        )
    except Complaint as complaint:
        steps = [*_steps(visit.form)]
        return await _show(visit, environment, visit.form, steps, complaint=complaint)
    told = "The scheme was added. Choose it on the Notifications tab of alert rules."
    return done(visit, f"{PATH}/{scheme.id}", told)


async def ask_for_change(visit: Visit) -> Response:
    """Show a scheme as a form."""
    scheme, environment = await _scheme(visit)
    draft = {"name": scheme.name, "description": scheme.description or ""}
    steps = [Step(str(step.after // MINUTE), step.channel_ids) for step in scheme.steps]
    return await _show(visit, environment, draft, steps, scheme)


async def redraw(visit: Visit) -> Response:
    """Show it again after one of its buttons; the scheme stays as it is."""
    scheme, environment = await _scheme(visit)
    return await _show(visit, environment, visit.form, _pressed(visit.form), scheme)


async def change(visit: Visit) -> Response:
    """Let a scheme be what was filled in."""
    scheme, environment = await _scheme(visit)
    try:
        await notification_schemes.change(visit.house, scheme.id, _wish(visit.form))
    except Complaint as complaint:
        steps = [*_steps(visit.form)]
        return await _show(visit, environment, visit.form, steps, scheme, complaint=complaint)
    return done(visit, f"{PATH}/{scheme.id}", "The scheme was changed.")


async def remove(visit: Visit) -> Response:
    """Take a scheme away."""
    scheme, environment = await _scheme(visit)
    await notification_schemes.remove(visit.house, scheme.id)
    return done(visit, f"{ENVIRONMENTS}/{environment.id}/schemes", "The scheme was deleted.")


def name_of_step(number: int) -> str:
    """Say what a step is called, counted from 0."""
    return NAMES[number] if number < len(NAMES) else f"Escalation {number - 1}"


async def _show(
    visit: Visit,
    environment: Environment,
    draft: Mapping[str, Any],
    steps: Sequence[Step],
    scheme: NotificationScheme | None = None,
    *,
    complaint: Complaint | None = None,
) -> Response:
    within = f"{ENVIRONMENTS}/{environment.id}/schemes"
    names = await _channel_names(visit, environment.id)
    return show(
        visit,
        "scheme_form.html",
        complaint=complaint,
        environment=environment,
        scheme=scheme,
        draft=draft,
        steps=steps or [Step()],
        most=MOST_STEPS,
        channels=list(names.items()),
        step_name=name_of_step,
        path=f"{PATH}/{scheme.id}" if scheme else within,
        redraw_path=f"{PATH}/{scheme.id}/edit" if scheme else f"{within}/new",
        home=f"{PATH}/{scheme.id}" if scheme else within,
        focus=visit.form.get("do", ""),
    )


def _steps(form: Form) -> Iterator[Step]:
    for number in range(MOST_STEPS):
        if f"after-{number}" not in form:
            return
        yield Step(form.get(f"after-{number}", ""), form.getlist(f"channels-{number}"))


def _pressed(form: Form) -> list[Step]:
    """Read the steps, and do what a button says: add one, or take one away."""
    steps, button = [*_steps(form)], form.get("do", "")
    if button == "add" and len(steps) < MOST_STEPS:
        steps.append(Step(_later(steps)))
    at = button.removeprefix("remove-")
    if button != at and is_digits(at, 2) and int(at) < len(steps):
        del steps[int(at)]
    return steps


def _later(steps: Sequence[Step]) -> str:
    last = steps[-1].after if steps else ""
    return str(int(last) + int(WAIT)) if is_digits(last, MOST_DIGITS) else WAIT


def _wish(form: Form) -> Wish:
    return Wish(
        name=form.get("name", ""),
        description=form.get("description", "").strip() or None,
        steps=tuple(
            SchemeStep(after=number_in(step.after) * MINUTE, channel_ids=tuple(step.channel_ids))
            for step in _steps(form)
        ),
    )


async def _scheme(visit: Visit) -> tuple[NotificationScheme, Environment]:
    scheme = await notification_schemes.get(visit.house, visit.parameter("id"))
    return scheme, await environments.get(visit.house, scheme.environment_id)


async def _channel_names(visit: Visit, environment_id: str) -> dict[str, str]:
    found = await notification_channels.find(visit.house, environment_id)
    return {one.id: one.name for one in found}


PAGES: Final = (
    Page("GET", f"{ENVIRONMENTS}/{{id}}/schemes", list_schemes, "read"),
    Page("GET", f"{ENVIRONMENTS}/{{id}}/schemes/new", ask_for_new, "manage"),
    Page("POST", f"{ENVIRONMENTS}/{{id}}/schemes/new", redraw_new, "manage"),
    Page("POST", f"{ENVIRONMENTS}/{{id}}/schemes", create, "manage"),
    Page("GET", f"{PATH}/{{id}}", show_scheme, "read"),
    Page("GET", f"{PATH}/{{id}}/edit", ask_for_change, "manage"),
    Page("POST", f"{PATH}/{{id}}/edit", redraw, "manage"),
    Page("POST", f"{PATH}/{{id}}", change, "manage"),
    Page("POST", f"{PATH}/{{id}}/delete", remove, "manage"),
)
