"""Webhooks: who hears by HTTP of what happens, and what came of it."""

from typing import Any, Final, cast

from starlette.responses import Response

from tocsin.domain.intake.header_lines import faults_of_headers, read_headers
from tocsin.domain.machines.delivery import WebhookSubscription
from tocsin.domain.machines.webhook import EVENTS, INCIDENT_EVENTS, NEVER, SERVICE_EVENTS
from tocsin.domain.response.log_entry import Agent
from tocsin.usecases.errors import Complaint
from tocsin.usecases.machines import webhooks
from tocsin.usecases.machines.webhooks import FilterType, Wish
from tocsin.usecases.parts import Part
from tocsin.usecases.response import choices
from tocsin.usecases.wishes import refuse
from tocsin.web.lists import address_of_part, cut, page_asked, part_of, team_options
from tocsin.web.notices import done
from tocsin.web.page import Page
from tocsin.web.pages import show
from tocsin.web.visit import Form, Visit

PATH: Final = "/webhooks"
MOST_SHOWN: Final = 500
NONE_YET: Final = ""

Draft = dict[str, Any]

NEW: Final[Draft] = {"active": "yes", "events": INCIDENT_EVENTS}


async def list_webhooks(visit: Visit) -> Response:
    """Show all subscriptions."""
    found, _ = await webhooks.find(visit.house, Part(limit=MOST_SHOWN))
    return show(visit, "webhooks.html", webhooks=found)


async def ask_for_new(visit: Visit) -> Response:
    """Show an empty form."""
    return await _form(visit, NEW)


async def create(visit: Visit) -> Response:
    """Subscribe, and show the secret this once."""
    lines = visit.form.get("headers", "")
    try:
        refuse(faults_of_headers("Headers", lines))
        headers = tuple(read_headers(lines))
        known, secret = await webhooks.create(
            visit.house, visit.form.get("url", ""), _wish(visit.form), visit.now, headers=headers
        )
    except Complaint as complaint:
        return await _form(visit, _repeated(visit.form), complaint=complaint)
    webhook = known.subscription
    return show(visit, "webhook_secret.html", status=201, webhook=webhook, secret=secret)


async def show_webhook(visit: Visit) -> Response:
    """Show one subscription, and what it was told."""
    known = await webhooks.get(visit.house, visit.parameter("id"))
    address, page = _address(visit), page_asked(visit)
    log, _ = await webhooks.deliveries_of(visit.house, known.subscription.id, part_of(page))
    shown, has_more = cut(log)
    return show(
        visit,
        "webhook.html",
        known=known,
        webhook=known.subscription,
        log=shown,
        page=page,
        has_more=has_more,
        address=lambda number: address_of_part(address, number),
        days=visit.house.account.keep_deliveries,
    )


async def ask_for_change(visit: Visit) -> Response:
    """Show a subscription as a form."""
    known = await webhooks.get(visit.house, visit.parameter("id"))
    return await _form(visit, _draft(known.subscription), webhook=known.subscription)


async def change(visit: Visit) -> Response:
    """Change what a subscription hears of."""
    known = await webhooks.get(visit.house, visit.parameter("id"))
    subscription = known.subscription
    try:
        await webhooks.change(visit.house, subscription.id, _wish(visit.form, subscription))
    except Complaint as complaint:
        draft = _repeated(visit.form)
        return await _form(visit, draft, webhook=subscription, complaint=complaint)
    return done(visit, _address(visit), "The webhook was changed.")


async def remove(visit: Visit) -> Response:
    """Take a subscription away."""
    await webhooks.remove(visit.house, visit.parameter("id"))
    return done(visit, PATH, "The webhook was deleted.")


async def ping(visit: Visit) -> Response:
    """Send a greeting; the log shows what comes of it."""
    by = Agent("user", visit.user.id, visit.user.name)
    await webhooks.ping(visit.house, visit.parameter("id"), by, visit.now)
    return done(visit, _address(visit), "A ping is on its way: its result appears in the log.")


async def enable(visit: Visit) -> Response:
    """Let a subscription hear again."""
    await webhooks.enable(visit.house, visit.parameter("id"))
    return done(visit, _address(visit), "The webhook is enabled again.")


async def renew_secret(visit: Visit) -> Response:
    """Give a subscription a new secret, and show it this once."""
    secret = await webhooks.rotate_secret(visit.house, visit.parameter("id"), visit.now)
    known = await webhooks.get(visit.house, visit.parameter("id"))
    webhook = known.subscription
    return show(visit, "webhook_secret.html", webhook=webhook, secret=secret, is_renewed=True)


async def show_delivery(visit: Visit) -> Response:
    """Show what was sent, and what came back."""
    known = await webhooks.get(visit.house, visit.parameter("id"))
    delivery_id = visit.parameter("delivery_id")
    delivery = await webhooks.delivery_of(visit.house, known.subscription.id, delivery_id)
    webhook = known.subscription
    return show(visit, "delivery.html", webhook=webhook, known=known, delivery=delivery)


async def send_again(visit: Visit) -> Response:
    """Tell once more what was told."""
    id_, delivery_id = visit.parameter("id"), visit.parameter("delivery_id")
    again = await webhooks.redeliver(visit.house, id_, delivery_id, visit.now)
    return done(visit, f"{_address(visit)}/deliveries/{again}", "It is sent once more.")


async def _form(
    visit: Visit,
    draft: Draft,
    *,
    webhook: WebhookSubscription | None = None,
    complaint: Complaint | None = None,
) -> Response:
    return show(
        visit,
        "webhook_form.html",
        complaint=complaint,
        draft=draft,
        webhook=webhook,
        groups=(("Of incidents", INCIDENT_EVENTS), ("Of services", SERVICE_EVENTS)),
        services=[(NONE_YET, "Choose one"), *await choices.services(visit.house)],
        teams=await team_options(visit, "Choose one"),
    )


def _address(visit: Visit) -> str:
    return f"{PATH}/{visit.parameter('id')}"


def _draft(webhook: WebhookSubscription) -> Draft:
    return {
        "description": webhook.description,
        "active": "yes" if webhook.active else "",
        "events": webhook.events,
        "filter": webhook.filter_type.removesuffix("_reference"),
        webhook.filter_type.removesuffix("_reference"): webhook.filter_id,
    }


def _repeated(form: Form) -> Draft:
    return {name: form.get(name, "") for name in form} | {"events": form.getlist("events")}


def _wish(form: Form, before: WebhookSubscription | None = None) -> Wish:
    """Read the form; events that it does not offer stay as they are."""
    kind = form.get("filter", "account")
    kept = [event for event in before.events if event in NEVER] if before else []
    chosen = set(form.getlist("events"))
    return Wish(
        description=form.get("description", ""),
        active=form.get("active") == "yes",
        events=(*(event for event in EVENTS if event in chosen), *kept),
        filter_type=cast("FilterType", f"{kind if kind in _KINDS else 'account'}_reference"),
        filter_id=form.get(kind) or None,
    )


_KINDS: Final = ("account", "service", "team")

PAGES: Final = (
    Page("GET", PATH, list_webhooks, "read"),
    Page("POST", PATH, create, "manage"),
    Page("GET", f"{PATH}/new", ask_for_new, "manage"),
    Page("GET", f"{PATH}/{{id}}", show_webhook, "read"),
    Page("POST", f"{PATH}/{{id}}", change, "manage"),
    Page("GET", f"{PATH}/{{id}}/edit", ask_for_change, "manage"),
    Page("POST", f"{PATH}/{{id}}/delete", remove, "manage"),
    Page("POST", f"{PATH}/{{id}}/ping", ping, "manage"),
    Page("POST", f"{PATH}/{{id}}/enable", enable, "manage"),
    Page("POST", f"{PATH}/{{id}}/secret", renew_secret, "manage"),
    Page("GET", f"{PATH}/{{id}}/deliveries/{{delivery_id}}", show_delivery, "read"),
    Page("POST", f"{PATH}/{{id}}/deliveries/{{delivery_id}}", send_again, "manage"),
)
