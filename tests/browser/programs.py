"""The programs of the town: an app that is let act for Ann, one that waits, and a webhook."""

from typing import Any, Final
from urllib.parse import urlencode

from tests.browser.site import Site
from tests.browser.town import Town
from tocsin.auth.oauth_nouns import Sent
from tocsin.auth.principal import Principal
from tocsin.domain.machines.oauth import App
from tocsin.domain.machines.webhook import SERVICE_EVENTS
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.usecases.machines import apps, grants, webhook_delivery, webhooks
from tocsin.usecases.reaching import providers

BACK: Final = "https://wallboard.example.com/signed-in"
ADMINISTRATOR: Final = Principal(key_id="")
SCOPES: Final = (
    "openid",
    "escalation_policies.read",
    "incidents.read",
    "incidents.write",
    "oncalls.read",
    "users:contact_methods.read",
)


async def register(site: Site, town: Town) -> None:
    """Register apps, let one act for Ann, and note what leads to the pages where they ask."""
    wallboard = await _app(
        site, town, name="Wallboard", scopes=SCOPES,
        description="Shows on the office wall who is on call and what is open.",
    )  # fmt: skip
    eyes = await _app(site, town, name="ThousandEyes", vendor_id="PTHOUSE")
    asked = {"response_type": "code", "client_id": wallboard.id, "redirect_uri": BACK}
    await _let_act(site, town, wallboard, asked)
    link = {"app_id": eyes.id, "redirect_url": BACK, "version": "2", "state": "s"}
    webhook, delivery = await _webhook(site, town)
    await _provider(site, town, "mattermost", name="Chat of the house")
    town.others |= {
        "webhook": webhook,
        "delivery": delivery,
        "app": wallboard.id,
        "provider": await _provider(site, town, "telegram", most_per_minute=1200),
        "question": urlencode(asked),
        "link": urlencode(link),
    }


async def _app(site: Site, town: Town, **wished: Any) -> App:
    wish = apps.Wish(redirect_uris=(BACK,), **wished)
    app, _ = await apps.create(site.house, wish, ADMINISTRATOR, town.now)
    return app


async def _webhook(site: Site, town: Town) -> tuple[str, str]:
    events = ("incident.annotated", *SERVICE_EVENTS)
    wish = webhooks.Wish(description="Tickets of the help desk", events=events)
    headers = (("Authorization", "Bearer hush-hush"),)
    url = "http://127.0.0.1:9/hooks/incidents"
    known, _ = await webhooks.create(site.house, url, wish, town.now, headers=headers)
    id_ = known.subscription.id
    refusal = Outcome(ok=False, detail="HTTP 503 Service Unavailable", retry=True)
    for outcome in (Outcome(ok=True, detail="HTTP 202 Accepted", answer="HTTP 202"), refusal):
        delivery = await webhooks.ping(site.house, id_, None, town.now)
        dispatch = await webhooks.delivery_of(site.house, id_, delivery)
        await webhook_delivery.compose(site.house, [dispatch], town.now)
        await webhook_delivery.record(site.house, [(dispatch, outcome)], town.now)
    return id_, delivery


async def _provider(site: Site, town: Town, type_: str, **wished: Any) -> str:
    """Set a provider up with what its form gives as examples."""
    [declared] = [one for one in site.house.declared if one.name == type_]
    settings = {field.name: field.example for field in declared.settings}
    wish = providers.Wish(type=type_, settings=settings, **wished)
    return (await providers.create(site.house, wish, town.now)).id


async def _let_act(site: Site, town: Town, app: App, asked: dict[str, str]) -> None:
    ann = town.people["Ann"]
    _, secret = await apps.renew_secret(site.house, app.id)
    sent = Sent(method="GET", fields=list(asked.items()))
    where = await grants.answer(site.house, sent, ann, town.now, allow=True)
    code = where.partition("code=")[2].partition("&")[0]
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    proof = {"client_id": app.id, "client_secret": secret}
    fields = list((given | proof).items())
    await grants.swap(site.house, Sent(method="POST", fields=fields), town.now)
