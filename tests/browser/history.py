"""What happened in the town: a month of troubles, and a bad night.

All of it comes about as it would in life: events arrive, the engine pages, people answer.
"""

import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import Any, Final, NamedTuple

import msgspec
import sqlalchemy as sa

from tests.browser import chat, switchboard, watchtower
from tests.browser.programs import register
from tests.browser.site import Site, open_site
from tests.browser.town import DAYS, NIGHT, Town, settle
from tests.conftest import another_database, open_folder
from tests.inbox import Inbox
from tocsin.auth.principal import Principal
from tocsin.domain.response.incident import Incident
from tocsin.store import tables
from tocsin.store.postgres import Postgres
from tocsin.store.reaching.messages import MESSAGES
from tocsin.store.response import incidents as incidents_store
from tocsin.usecases.intake import (
    change_events,
    integrations,
    maintenance_windows,
    quarantine,
    trials,
)
from tocsin.usecases.parts import Part
from tocsin.usecases.people import contact_methods, invitations, passwords, users
from tocsin.usecases.response import incidents, notes, responder_requests, status_updates
from tocsin.usecases.response.incidents import Change, by_hand
from tocsin.usecases.response.responder_requests import Whom

TROUBLES: Final = (
    ("Checkout", "Checkout: {n} % of payments fail", "critical"),
    ("Checkout", "Checkout answers in {n} s", "warning"),
    ("Payment gateway", "Card processor refuses connections", "critical"),
    ("Search index", "Search index is {n} min behind", "error"),
    ("Search index", "Shard {n} of the search index is red", "critical"),
    ("Login", "Sign-ins fail for {n} % of people", "critical"),
    ("Mail relay", "{n} mails wait to be sent", "warning"),
    (
        "Data warehouse",
        "The nightly export of the data warehouse did not end",
        "warning",
    ),
)

HOSTILE: Final = '<script>alert("hello")</script> & <b>more</b> of the same'


class Lived(NamedTuple):
    """The installation, and who and what there is in it."""

    site: Site
    town: Town


@asynccontextmanager
async def lived_in(postgres: Postgres) -> AsyncIterator[Lived]:
    """Open an installation with a month behind it, over a database of its own."""
    town, inbox = Town(), Inbox()
    await inbox.start()
    with open_folder() as folder:
        async with (
            another_database(postgres, "town") as database,
            open_site(database, folder, inbox, town.clock, role="api") as site,
        ):
            await settle(site, town)
            await register(site, town)
            await pass_a_month(site, town)
            yield Lived(site, town)
    await inbox.stop()


async def pass_a_month(site: Site, town: Town) -> None:
    """Let the month pass, until this very night."""
    _month(site, town, random.Random(7))
    await town.live(site, NIGHT - timedelta(hours=6))
    await _tonight(site, town)


def _month(site: Site, town: Town, chance: random.Random) -> None:
    """Plan what goes wrong each day, who answers, and after how long."""
    for day in range(DAYS):
        for _ in range(chance.choice((1, 2, 2, 3, 4))):
            minute = chance.randrange(24 * 60)
            begin = NIGHT - timedelta(days=DAYS - day, minutes=-minute)
            if begin < NIGHT - timedelta(hours=12):
                _trouble(site, town, begin, chance)
    for days in (21, 14, 9, 3):
        town.at(NIGHT - timedelta(days=days), lambda: _deploy(site, town))


def _trouble(site: Site, town: Town, begin: datetime, chance: random.Random) -> None:
    service, words, severity = chance.choice(TROUBLES)
    title = words.format(n=chance.randrange(2, 60))
    answered = begin + timedelta(minutes=chance.choice((1, 2, 3, 4, 7, 12, 26)))
    over = answered + timedelta(minutes=chance.randrange(5, 150))
    town.at(begin, lambda: site.send(town.keys[service], title, payload={"severity": severity}))
    if chance.random() < 0.8:
        town.at(answered, lambda: _answer(site, title, "acknowledged"))
        town.at(over, lambda: _answer(site, title, "resolved"))
    else:
        town.at(over, lambda: site.send(town.keys[service], title, event_action="resolve"))


async def _deploy(site: Site, town: Town) -> None:
    await _change(site, town, "Checkout 2026.3 was deployed")


async def _change(site: Site, town: Town, summary: str) -> None:
    change = {
        "routing_key": town.keys["Checkout"],
        "payload": {"summary": summary, "source": "deploys", "custom_details": {"by": "pipeline"}},
        "links": [{"href": "https://example.com/deploys/2026.3", "text": "What was deployed"}],
    }
    answer = await site.http.post("/v2/change/enqueue", content=msgspec.json.encode(change))
    assert answer.status_code == 202, answer.text


async def _tonight(site: Site, town: Town) -> None:
    """Let a bad night begin: some things wait, some are in hand, one pages just now."""
    await _strays(site, town)
    await _maintenance(site, town)
    await town.live(site, NIGHT - timedelta(minutes=95))
    await _quiet(site, town, "TLS certificate of shop.example.com expires in 13 days")
    await _quiet(site, town, HOSTILE)
    await town.live(site, NIGHT - timedelta(minutes=25))
    await _in_hand(site, town)
    await town.live(site, NIGHT - timedelta(minutes=6))
    await _change(site, town, "Checkout 2026.4 was deployed")
    await _letters(site, town)
    await town.live(site, NIGHT - timedelta(minutes=3))
    await _fire(site, town)
    await _trial(site, town)
    await town.live(site, NIGHT)
    await _note_ids(site, town)
    await watchtower.build(site, town)
    await chat.furnish(site, town)
    await switchboard.connect(site, town)


async def _trial(site: Site, town: Town) -> None:
    """Let Ann try whether a service is heard."""
    service, way = town.services["Login"], town.integrations["Login"]
    known = await integrations.get(site.house, service, way)
    event = await trials.begin(site.take, known, "critical", town.people["Ann"])
    town.others |= {"trial": event, "tried": service, "tried_way": way}


async def _note_ids(site: Site, town: Town) -> None:
    """Remember one of each of those things that came about by themselves."""
    strays, _ = await quarantine.find(site.house, Part(limit=1))
    changes, _ = await change_events.find(site.house, change_events.Filter(), Part(limit=1))
    methods = await contact_methods.find(site.house, town.people["Ben"].id)
    about = sa.any_(MESSAGES.c.incident_ids) == town.incidents["fire"]
    async with site.house.database.read() as tx:
        told = await MESSAGES.select(tx, about, limit=1)
    town.others |= {
        "stray": strays[0].id,
        "change": changes[0].change.id,
        "method": methods[-1].id,
        "answer": f"/answer/{told[0].body.token}",
    }


async def _strays(site: Site, town: Town) -> None:
    """Let somebody use a key that nobody knows, and somebody send what nobody can read."""
    event: dict[str, Any] = {
        "routing_key": "f" * 32,
        "event_action": "trigger",
        "payload": {"summary": "Lost"},
    }
    event["payload"] |= {"source": "db-7.example.com", "severity": "critical"}
    await site.http.post("/v2/enqueue", content=msgspec.json.encode(event))
    await site.http.post(f"/integration/{town.keys['Login']}/enqueue", content="no JSON at all")


async def _letters(site: Site, town: Town) -> None:
    """Invite somebody, and let somebody forget their password."""
    ann = Principal(key_id="", user=town.people["Ann"])
    wish = users.Wish(name="Noor Haddad", email="noor@example.com")
    await invitations.invite(site.house, wish, ann, site.now)
    await passwords.offer(site.house, town.people["Emre"].id, ann, site.now)
    await site.do_what_is_due()
    town.others |= {"invitation": site.link_to("noor"), "reset": site.link_to("emre")}


async def _maintenance(site: Site, town: Town) -> None:
    for start, hours, service in ((-2, 8, "Image resizer"), (46, 3, "Search index")):
        begin = NIGHT + timedelta(hours=start)
        wish = maintenance_windows.Wish(
            start=begin,
            end=begin + timedelta(hours=hours),
            service_ids=(town.services[service],),
            description="New disks",
        )
        ann = town.people["Ann"]
        made = await maintenance_windows.create(site.house, wish, ann, site.now)
        town.others["window"] = made.window.id


async def _quiet(site: Site, town: Town, title: str) -> None:
    await site.send(town.keys["Mail relay"], title, payload={"severity": "warning"})


async def _in_hand(site: Site, town: Town) -> None:
    title = "Shard 4 of the search index is red"
    await site.send(town.keys["Search index"], title, payload={"severity": "error"})
    town.now += timedelta(minutes=4)
    await _answer(site, title, "acknowledged")
    incident = await _open(site, title)
    who = by_hand(town.people["Dana"])
    note = "One node is rebuilding.\nIt needs about an hour; searches are answered by the others."
    await notes.create(site.house, incident.id, note, who, site.now)
    town.incidents["in_hand"] = incident.id
    await _help(site, town, incident)


async def _help(site: Site, town: Town, incident: Incident) -> None:
    """Let others be asked, of whom one has answered, and let those who wait be told."""
    dana, ann, ben = (town.people[name] for name in ("Dana", "Ann", "Ben"))
    whom = (Whom("user", ann.id), Whom("user", ben.id))
    call = responder_requests.Call(whom=whom, message="Two more eyes on the shards, please.")
    await responder_requests.ask(site.house, incident.id, call, by_hand(dana), site.now)
    await responder_requests.reply(site.house, incident.id, "joined", by_hand(ben), site.now)
    wish = status_updates.Wish(message="Searches are slow, and answered. All well in an hour.")
    await status_updates.publish(site.house, incident.id, wish, by_hand(dana), site.now)


async def _fire(site: Site, town: Town) -> None:
    title = "Checkout: 38 % of payments fail since 03:01"
    await site.send(
        town.keys["Checkout"],
        title,
        client="Testomato",
        client_url="https://example.com/checks/4711",
        links=[{"href": "https://example.com/runbooks/checkout", "text": "Runbook: checkout"}],
        images=[{"src": "https://example.com/plots/1.png", "alt": "Failed payments, last hour"}],
        payload={
            "component": "payments",
            "group": "shop",
            "class": "error rate",
            "custom_details": {
                "threshold": "5 %",
                "measured": "38 %",
                "hostile": HOSTILE,
                "last failures": [{"at": "03:04:11", "code": 502}, {"at": "03:04:12", "code": 504}],
            },
        },
    )
    town.incidents["fire"] = (await _open(site, title)).id


async def _answer(site: Site, title: str, status: Any) -> None:
    """Let whoever has an incident change it, if it is still open."""
    for incident in await _all_open(site, title):
        for assignment in incident.assignments[:1]:
            holder = (await users.get(site.house, assignment.user_id)).user
            change = Change(incident_id=incident.id, status=status)
            await incidents.change(site.house, [change], by_hand(holder), site.now)


async def _open(site: Site, title: str) -> Incident:
    [incident] = await _all_open(site, title)
    return incident


async def _all_open(site: Site, title: str) -> list[Incident]:
    c = tables.incidents.c
    where = [c.title == title, c.status != sa.literal_column("'resolved'")]
    async with site.house.database.read() as tx:
        return await incidents_store.select(tx, where=where, limit=9)
