"""Whatever is asked of a page or sent with a form, the answer is never an accident."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Final
from urllib.parse import urlencode

import httpx
import msgspec
import pytest
import sqlalchemy as sa

import tocsin.web
from tests.night import Night
from tests.team import NOON
from tests.watching import BROKEN, FINE, environment, monitor
from tests.web.conftest import Browser, Resident, Visitor, proof_on
from tests.web.standing import Form, Standing
from tests.web.watching import channel, measure, rule
from tocsin.domain.duty.schedule import Layer
from tocsin.domain.monitoring.notification_channel import SchemeStep
from tocsin.domain.people.user import User
from tocsin.store import tables
from tocsin.usecases.duty import calendars, overrides, schedules
from tocsin.usecases.intake import integrations
from tocsin.usecases.monitoring import agents, notification_schemes
from tocsin.usecases.people import teams
from tocsin.web.app import PAGES

NONSENSE: Final = (
    "\0",
    "9" * 5000,
    "-1²٣",
    "9999-12-31T23:59",
    "0001-01-01",
    "23:59:59.999+23:59",
    "\u202e\r\nSet-Cookie: a=b",
    "user:../../{0}%s\U0010ffff",
)
DOORS: Final = (
    *("/incidents", "/oncall", "/oncall/me", "/schedules", "/calendars"),
    *("/service-directory", "/escalation_policies", "/users", "/teams", "/analytics", "/search"),
    *("/settings", "/settings/health", "/api_keys", "/account/sessions", "/account/password"),
    *("/monitors", "/violations", "/environments", "/agents", "/account/instant-notifications"),
    *("/maintenance_windows", "/quarantine", "/change_events", "/alarms", "/styleguide"),
)
LONGEST_ASKED: Final = 1000  # signs; servers take no endless addresses
LEFT_OUT: Final = frozenset({"/logout", "/live"})  # what ends the visit, or has no end

_ASKED: Final = re.compile(r'query\.get(?:list)?\("([a-z_]+)"')
_SENT: Final = re.compile(r'form\.get(?:list)?\("([a-z_-]+)"')


@pytest.fixture
async def browser(night: Night, resident: Resident, visitor: Visitor) -> Browser:
    """Give the browser of an owner, in a house where there is something of each kind."""
    channels = frozenset({"email", "webhook", "sms"})
    night.house = msgspec.structs.replace(night.house, channels=channels)
    owner = await resident("Olga", role="owner")
    await night.sql(sa.delete(tables.integrations))
    wish = integrations.Wish(name="Way")
    way = await integrations.create(night.house, night.team.service.id, wish, NOON)
    await night.trigger("Disk full", "Disk slow", key=way.key)
    team = await teams.create(night.house, teams.Wish(name="Night watch"), NOON)
    await teams.put_member(night.house, team.id, owner.id)
    await _make_schedule(night, owner)
    await _watch(night)
    return await visitor(owner)


@pytest.mark.parametrize("number", range(len(NONSENSE)), ids=lambda n: ascii(NONSENSE[n])[:20])
async def test_nonsense_is_answered_and_never_an_accident(browser: Browser, number: int) -> None:
    nonsense, pages = NONSENSE[number], await _walk(browser)
    proof = proof_on(pages["/api_keys"])
    asked = urlencode(dict.fromkeys(_words(_ASKED), nonsense[:LONGEST_ASKED]))
    everything = urlencode(dict.fromkeys(_words(_SENT), nonsense) | {"proof": proof}).encode()

    for address in pages:
        answer = await browser.open(f"{address.partition('?')[0]}?{asked}")
        assert answer.status_code < 500, address
    for form in _forms(pages):
        for name in form.names[number :: len(NONSENSE)]:
            filled = form.with_other(name, nonsense, proof)
            answer = await browser.http.post(form.action, content=filled)
            assert answer.status_code < 500, (form.action, name)
    for page in PAGES:
        if page.method == "POST" and page.path not in LEFT_OUT:
            action = re.sub("{[^}]+}", "Q1", page.path)
            for content in (everything, urlencode({"proof": proof}).encode()):
                answer = await browser.http.post(action, content=content)
                assert answer.status_code < 500, (page.path, content[:200])


async def _make_schedule(night: Night, user: User) -> None:
    start, later = NOON - timedelta(days=3), NOON + timedelta(hours=1)
    layer = Layer(
        id="",
        name="Layer",
        start=start,
        end=None,
        rotation_virtual_start=start,
        turn_seconds=86_400,
        user_ids=(user.id, night.team.ben.id),
        restrictions=(),
    )
    wish = schedules.Wish(name="Nights", time_zone="Europe/Vienna", layers=(layer,))
    schedule = (await schedules.create(night.house, wish)).schedule
    shift = overrides.Wish(user_id=user.id, start=later, end=later + timedelta(hours=1))
    await overrides.create(night.house, schedule.id, [shift], NOON)
    await calendars.give(night.house, user.id, schedule.id, NOON)


async def _watch(night: Night) -> None:
    """Let something be watched, be broken, and be told of."""
    env = await environment(night)
    told = await channel(night, env)
    steps = (SchemeStep(after=0, channel_ids=(told.id,)),)
    wish = notification_schemes.Wish(name="Nights", steps=steps)
    scheme = await notification_schemes.create(night.house, env.id, wish, night.now)
    await rule(night, env, channel_ids=(told.id,), scheme_ids=(scheme.id,))
    await measure(night, await monitor(night, env), FINE, BROKEN)
    await agents.create(night.house, "Vienna", night.now)


async def _walk(browser: Browser) -> dict[str, httpx.Response]:
    """Open what links lead to, of each kind of page one."""
    pages: dict[str, httpx.Response] = {}
    waiting, seen = dict.fromkeys(DOORS), set(LEFT_OUT)
    while waiting:
        address, _ = waiting.popitem()
        kind = _kind("GET", address)
        if kind and kind not in seen:
            seen.add(kind)
            pages[address] = await browser.open(address)
            waiting |= dict.fromkeys(Standing(pages[address]).links)
    assert len(pages) > 50, seen
    return pages


def _forms(pages: dict[str, httpx.Response]) -> list[Form]:
    """Return what can be sent, of each kind of form one; what takes things away comes last."""
    found = {
        (_kind("POST", form.action), *form.names): form
        for page in pages.values()
        for form in Standing(page).forms
        if form.method == "post" and form.action not in LEFT_OUT
    }
    takes = re.compile("delete|remove|revoke|end")
    return sorted(found.values(), key=lambda form: bool(takes.search(form.action)))


def _kind(method: str, address: str) -> str | None:
    """Return the path of the page that answers at an address."""
    path = address.partition("?")[0]
    paths = sorted((page.path for page in PAGES if page.method == method), key=_placeholders)
    return next((known for known in paths if re.fullmatch(_pattern(known), path)), None)


def _pattern(path: str) -> str:
    return re.sub("{[^}]+}", "[^/]+", path.replace(".", "[.]"))


def _placeholders(path: str) -> int:
    return path.count("{")


def _words(pattern: re.Pattern[str]) -> list[str]:
    """Return the names of what our pages read."""
    modules = Path(tocsin.web.__path__[0]).rglob("*.py")
    return sorted({name for file in modules for name in pattern.findall(file.read_text())})
