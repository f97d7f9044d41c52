"""The switchboard of the town: a number to call, calls that were taken, and one message."""

from typing import Any

from msgspec.structs import replace

from tests.browser.site import Site
from tests.browser.town import Town
from tocsin.domain.reaching.call_line import EventKind, LineEvent
from tocsin.domain.response.log_entry import Agent
from tocsin.store.reaching import call_lines as store
from tocsin.usecases.parts import Part
from tocsin.usecases.people import contact_methods
from tocsin.usecases.reaching import call_lines, call_routing, providers
from tocsin.usecases.response.incidents import By, Change, change

NUMBER = "+15550199"
SOUND = b"ID3"  # nobody listens
PASSED_ON: tuple[EventKind, ...] = ("leg_over",) * 5  # more than there are to be rung


async def connect(site: Site, town: Town) -> None:
    """Set Twilio up with a line, and let people call it."""
    [declared] = [one for one in site.house.declared if one.name == "twilio_voice"]
    settings = {field.name: field.example or "secret" for field in declared.settings}
    wish = providers.Wish(type="twilio_voice", name="Twilio calls", settings=settings)
    provider = (await providers.create(site.house, wish, town.now)).id
    await providers.recall(site.house)
    wished = call_lines.Wish(
        provider_id=provider,
        number=NUMBER,
        name="Customers of the shop",
        service_id=town.services["Checkout"],
    )
    line = await call_lines.create(site.house, wished, town.now)
    for name, number in (("Chris", "5550123"), ("Ann", "5550124")):
        way = contact_methods.Wish(kind="phone", label="Mobile", address=number)
        await contact_methods.create(site.house, town.people[name].id, way, town.now)
    await _call(site, town, provider, "CA1", "began", "key")
    await _call(site, town, provider, "CA2", "began", "over")
    await _call(site, town, provider, "CA3", "began", *PASSED_ON, "recorded")
    [newest, *_], _ = await call_lines.calls_of(site.house, line.id, Part(limit=1))
    async with site.house.database.begin() as tx:
        await store.keep_sound(tx, newest.id, SOUND)
    await _resolve(site, town, newest.incident_id)
    town.others |= {"carrier": provider, "line": line.id, "call": newest.id}


async def _call(site: Site, town: Town, provider_id: str, name: str, *kinds: EventKind) -> None:
    provider = (await providers.get(site.house, provider_id)).provider
    told: dict[str, Any] = {"key": "1", "recording": "RE" + "0" * 32, "seconds": 17}
    event = LineEvent(kind="began", call=name, caller="+15550142", number=NUMBER, **told)
    for place, kind in enumerate(kinds, start=-1):
        await call_routing.follow(
            site.house,
            provider,
            replace(event, kind=kind, place=max(place, 0), detail="no answer"),
            town.now,
        )


async def _resolve(site: Site, town: Town, incident_id: str | None) -> None:
    ann = town.people["Ann"]
    by = By(agent=Agent("user", ann.id, ann.name), channel={"type": "website"})
    if incident_id:
        wanted = Change(incident_id=incident_id, status="resolved")
        await change(site.house, [wanted], by, town.now)
