"""The chat of the town: a workspace with a room for incidents, and a group of who is on call."""

from msgspec.structs import replace

from tests.browser.site import Site
from tests.browser.town import Town
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.domain.reaching.room import Room
from tocsin.usecases.parts import Part
from tocsin.usecases.people import contact_methods
from tocsin.usecases.reaching import providers, room_telling, rooms, user_groups

TAKEN = Outcome(ok=True, detail="Slack took it.")
REFUSED = Outcome(ok=False, detail="Slack: not_in_channel, invite the app to the channel")


async def furnish(site: Site, town: Town) -> None:
    """Set Slack up, and let it be told."""
    [declared] = [one for one in site.house.declared if one.name == "slack"]
    settings = {field.name: field.example for field in declared.settings}
    wish = providers.Wish(type="slack", settings=settings)
    provider = (await providers.create(site.house, wish, town.now)).id
    await providers.recall(site.house)
    everything = await _room(site, town, provider, name="#incidents", address="C012AB3CD")
    await _settle(site, town, everything.id, TAKEN)
    shop = town.services["Checkout"]
    room = await _room(site, town, provider, service_id=shop, address="C034EF5GH", name="#shop")
    await _settle(site, town, room.id, REFUSED)
    await rooms.try_out(site.house, room.id, town.now)
    await _settle(site, town, room.id, TAKEN)
    town.others |= {"room": room.id, "group": await _group(site, town, provider)}


async def _room(site: Site, town: Town, provider: str, **wished: str) -> Room:
    wish = rooms.Wish(provider_id=provider, **wished)
    room = await rooms.create(site.house, wish, town.now)
    await rooms.try_out(site.house, room.id, town.now)
    return room


async def _group(site: Site, town: Town, provider: str) -> str:
    for name, address in (("Ann", "U012AB3CD"), ("Ben", "U034EF5GH"), ("Chris", "U056IJ7KL")):
        way = contact_methods.Wish(kind="slack", label="Slack", address=address)
        await contact_methods.create(site.house, town.people[name].id, way, town.now)
    schedule = next(iter(town.schedules.values()))
    wish = user_groups.Wish(provider_id=provider, schedule_id=schedule, address="S012AB3CD")
    group = await user_groups.create(site.house, wish, town.now)
    await user_groups.keep_in_step(site.house, town.now)
    await _settle(site, town, group.id, Outcome(ok=True, detail="Slack changed the group."))
    return group.id


async def _settle(site: Site, town: Town, destination_id: str, outcome: Outcome) -> None:
    log, _ = await rooms.deliveries_of(site.house, destination_id, Part(limit=10))
    for dispatch in log:
        if dispatch.status == "waiting":
            await room_telling.record(site.house, replace(dispatch, attempts=1), outcome, town.now)
