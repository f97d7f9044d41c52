"""The monitoring side of the town: what is watched, a month of what was seen, and who was told."""

import random
from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any, Final

from msgspec.structs import replace

from tests.browser.site import Site
from tests.browser.town import DAYS, NIGHT, Town
from tocsin.domain.monitoring.channel_config import (
    ApiAction,
    ApiRequest,
    Config,
    Email,
    PagerDuty,
    Slack,
)
from tocsin.domain.monitoring.environment import BUILT_IN_AGENT
from tocsin.domain.monitoring.monitor import (
    Dns,
    Heartbeat,
    Http,
    Measurement,
    PageWalk,
    Ping,
    Prometheus,
    Result,
    Step,
    Target,
    Tls,
)
from tocsin.domain.monitoring.notification_channel import SchemeStep
from tocsin.store.machines.deliveries import DELIVERIES
from tocsin.store.monitoring import measurements
from tocsin.usecases.monitoring import (
    agents,
    alert_rules,
    environments,
    monitors,
    notification_channels,
    notification_schemes,
    rounds,
    violations,
)
from tocsin.usecases.parts import Part

KEY: Final = "0123456789abcdef0123456789abcdef"
EVERY: Final = timedelta(minutes=30)  # of the month; tonight is measured each minute
TONIGHT: Final = 40  # minutes
HOSTILE: Final = '<script>alert("hello")</script>'
LOGIN: Final = PageWalk(
    steps=(
        Step(url="https://shop.example.com/login", contains="Sign in"),
        Step(action="submit", fields={"user": "monitor", "password": "s3cret"}, contains="Hello"),
    )
)
SHOP: Final = Http(url="https://shop.example.com/checkout", contains="Pay", lacks="Fatal error")
CALLS: Final = ApiAction(
    trigger=ApiRequest(
        url="https://api.example.com/incidents",
        headers="Content-Type: application/json\nAuthorization: Token token=4711081547110815",
        body='{"incident": {"title": "{MSG}", "service": {"id": "PXFL9LI"}}}',
    ),
    resolve=ApiRequest(method="PUT", url="https://api.example.com/incidents/{ID}"),
    parse_response="incident.id",
)
WATCHED: Final[dict[str, Target]] = {
    "Checkout page": SHOP,
    "Sign in and look at the basket": LOGIN,
    "Certificate of shop.example.com": Tls(host="shop.example.com"),
    "Name servers": Dns(name="example.com", record="NS", expects=("ns1.example.com",)),
    "Branch office in Vienna": Ping(host="vienna.example.com"),
    "Queue of mails": Prometheus(url="https://prometheus.example.com", query="mail_queue_length"),
    "Nightly backup of the data warehouse that nobody looks after": Heartbeat(period=86_400),
    HOSTILE: Http(url="https://example.com/"),
}


async def build(site: Site, town: Town) -> None:
    """Let the town watch over itself, for a month."""
    env = await _environments(site, town)
    channels = await _channels(site, town, env)
    await _monitors(site, town, env)
    await _rules(site, town, env, channels)
    chance = random.Random(11)
    for name in ("Checkout page", "Branch office in Vienna", "Queue of mails"):
        await _month(site, town.others[name], chance)
    await _tonight(site, town, chance)
    await _trial(site, town)
    await _note_ids(site, town)


async def _environments(site: Site, town: Town) -> str:
    for name, what in (("Production", "What customers see"), ("Staging", None)):
        wish = environments.Wish(name=name, description=what)
        town.others[name] = (await environments.create(site.house, wish, town.now)).id
    agent, key = await agents.create(site.house, "Vienna, branch office", town.now)
    silent, _ = await agents.create(site.house, "Singapore", town.now)
    await agents.identify(site.house, key, version="0.4", address="192.0.2.7", now=town.now)
    town.others |= {
        "environment": town.others["Production"],
        "agent": agent.id,
        "silent": silent.id,
    }
    return town.others["Production"]


async def _channels(site: Site, town: Town, env: str) -> dict[str, str]:
    made = {}
    for name, config in _configs():
        wish = notification_channels.Wish(name=name, config=config)
        channel = await notification_channels.create(site.house, env, wish, town.now)
        made[name] = channel.id
    steps = (
        SchemeStep(after=0, channel_ids=(made["Chat of the shop"],)),
        SchemeStep(after=600, channel_ids=(made["Checkout"], made["Mailing list"])),
    )
    follows = notification_schemes.Wish(name="Chat first, then phones", steps=steps)
    scheme = await notification_schemes.create(site.house, env, follows, town.now)
    town.others |= {"channel": made["Checkout"], "scheme": scheme.id}
    return made


def _configs() -> Iterator[tuple[str, Config]]:
    yield "Checkout", PagerDuty(integration_key=KEY, base_url="http://127.0.0.1:9")
    yield "Tickets", CALLS
    yield "Chat of the shop", Slack(url="https://hooks.slack.com/services/T000/B000/example")
    yield "Mailing list", Email(addresses=("shop@example.com", "night@example.com"))


async def _monitors(site: Site, town: Town, env: str) -> None:
    for name, target in WATCHED.items():
        wish = monitors.Wish(name=name, target=target, interval=60)
        monitor = await monitors.create(site.house, env, wish, town.now)
        town.others[name] = monitor.id
    town.others |= {
        "monitor": town.others["Checkout page"],
        "walk": town.others["Sign in and look at the basket"],
        "heartbeat": town.others["Nightly backup of the data warehouse that nobody looks after"],
    }
    await monitors.change(
        site.house, town.others["Name servers"], monitors.Wish(paused=True), town.now
    )


async def _rules(site: Site, town: Town, env: str, channels: dict[str, str]) -> None:
    for name, given in _wishes(town, channels):
        wish = replace(alert_rules.Wish(name=name), **given)
        town.others[name] = (await alert_rules.create(site.house, env, wish, town.now)).id
    town.others["rule"] = town.others["Errors and timeouts"]


def _wishes(town: Town, channels: dict[str, str]) -> Iterator[tuple[str, dict[str, Any]]]:
    yield (
        "Errors and timeouts",
        {
            "alarm": '!ok && fault_kind != "timeout"',
            "warning": 'fault_kind == "timeout"',
            "channel_ids": (channels["Checkout"],),
            "scheme_ids": (town.others["scheme"],),
            "notes": "Look at the proxy first.\nThe runbook is in the wiki.",
        },
    )
    yield (
        "Slow",
        {
            "warning": "ok && response_time > 900",
            "rounds_violating": 2,
            "rounds_out_of": 3,
            "monitor_ids": (town.others["Checkout page"],),
        },
    )
    yield "Certificate expires", {"alarm": "certificate_days < 7", "enabled": False}


async def _month(site: Site, monitor_id: str, chance: random.Random) -> None:
    """Write a month of measurements at once; nobody judges what is over."""
    begin = NIGHT - timedelta(days=DAYS)
    count = int(timedelta(days=DAYS) / EVERY) - 4
    results = [
        _seen(monitor_id, begin + number * EVERY, chance, chance.random() < 0.02)
        for number in range(count)
    ]
    async with site.house.database.begin() as tx:
        await measurements.insert(tx, results)


async def _tonight(site: Site, town: Town, chance: random.Random) -> None:
    """Measure each minute of the last hour; the shop breaks for a while, and again just now."""
    for minute in range(TONIGHT, -1, -1):
        at = NIGHT - timedelta(minutes=minute)
        results = [
            _seen(town.others[name], at, chance, _fails(name, minute))
            for name in ("Checkout page", HOSTILE, "Branch office in Vienna", "Queue of mails")
        ]
        await rounds.record(site.house, results, at)


def _fails(name: str, minute: int) -> bool:
    if name == "Checkout page":
        return 22 < minute < 28 or minute < 3
    return name == HOSTILE and minute < 12


def _seen(monitor_id: str, at: datetime, chance: random.Random, fails: bool) -> Result:
    time = round(chance.lognormvariate(5.2, 0.35))
    values: dict[str, Any] = {"response_time": time, "status": 502 if fails else 200}
    values |= {"looks": 2 if fails else 1, "round_trip": time / 9, "loss": 0, "value": time / 3}
    measurement = Measurement(
        ok=not fails,
        fault_kind="status" if fails else "",
        fault="The server answered 502 Bad Gateway." if fails else "",
        values=values,
    )
    return Result(
        monitor_id=monitor_id, agent_id=BUILT_IN_AGENT, round=at, at=at, measurement=measurement
    )


async def _trial(site: Site, town: Town) -> None:
    """Let a test of a channel have come back."""
    tried = await notification_channels.try_out(
        site.house, town.others["channel"], "trigger", town.now
    )
    found = await notification_channels.trial(site.house, tried)
    done = replace(
        found,
        status="delivered",
        due=None,
        attempts=1,
        body='POST http://127.0.0.1:9/v2/enqueue\n\n{"event_action": "trigger"}',
        answer='202 Accepted\n\n{"status": "success"}',
        detail="Accepted",
        finished_at=town.now,
    )
    async with site.house.database.begin() as tx:
        await DELIVERIES.update(tx, done)
    town.others["tried_out"] = tried


async def _note_ids(site: Site, town: Town) -> None:
    """Remember a violation, and let another be in somebody's hands."""
    found, _ = await violations.find(site.house, Part(limit=9), state="active")
    hostile = next(one for one in found if one.monitor_name == HOSTILE)
    await violations.acknowledge(site.house, hostile.id, by="Dana Whitfield", now=town.now)
    mine = next(one for one in found if one.monitor_name == "Checkout page")
    town.others["violation"] = mine.id
