"""Every page asks who comes, and every form that it is ours, whatever else a page forgets."""

import re
from typing import Final

import httpx
import pytest

from tests.night import Night
from tests.web.conftest import Resident, Visitor, proof_on
from tocsin.auth import sessions
from tocsin.auth.principal import POWER_OF_ROLE, POWERS
from tocsin.domain.people.user import Role
from tocsin.usecases.people import users
from tocsin.usecases.people.sessions import find as found_sessions
from tocsin.web.app import PAGES
from tocsin.web.page import Page

# A role for each power, the one below what a page needs included.
ROLES: Final[tuple[Role, ...]] = ("observer", "limited_user", "user")

GUARDED: Final = [page for page in PAGES if page.needs is not None]
FORMS: Final = [page for page in PAGES if page.method == "POST"]


def _name(page: object) -> str:
    return f"{page.method} {page.path}" if isinstance(page, Page) else str(page)


def _address(page: Page) -> str:
    return re.sub(r"{[^}]+}", "Q1", page.path)


@pytest.mark.parametrize("page", GUARDED, ids=_name)
async def test_strangers_are_sent_to_the_door(visitor: Visitor, page: Page) -> None:
    browser = await visitor()
    answer = await _ask(browser.http, page, proof_on(await browser.open("/login")))

    assert answer.status_code == 303
    assert answer.headers["location"].startswith("/login")


@pytest.mark.parametrize("page", FORMS, ids=_name)
async def test_a_form_from_elsewhere_is_refused(
    visitor: Visitor, resident: Resident, page: Page
) -> None:
    browser = await visitor(await resident("Olga", role="owner"))
    other = proof_on(await (await visitor()).open("/login"))

    for proof in ("", "x", other):
        answer = await _ask(browser.http, page, proof)
        assert answer.status_code == 403
        assert "open for too long" in answer.text


@pytest.mark.parametrize("role", ROLES)
async def test_whoever_lacks_the_power_gets_nowhere(
    visitor: Visitor, resident: Resident, role: Role
) -> None:
    browser = await visitor(await resident("Pat", role=role))
    proof = proof_on(await browser.open("/incidents"))
    power = POWERS.index(POWER_OF_ROLE[role])

    for page in GUARDED:
        if page.needs and POWERS.index(page.needs) > power:
            answer = await _ask(browser.http, page, proof)
            assert answer.status_code == 403, _name(page)
            assert "Your role does not allow this." in answer.text


async def test_what_is_somebody_elses_is_not_reached_beneath_ones_own(
    night: Night, visitor: Visitor, resident: Resident
) -> None:
    carol, ann = await resident("Carol", role="limited_user"), night.team.ann
    hers, theirs = [await users.get(night.house, user.id) for user in (carol, ann)]
    method, rule = theirs.methods[0].id, theirs.rules[0].id
    async with night.database.begin() as tx:
        await sessions.begin(tx, ann.id, night.now)
    [session] = await found_sessions(night.house, ann.id, night.now)
    browser = await visitor(carol)
    proof = {"proof": proof_on(await browser.open("/incidents"))}
    new = {"label": "Mine", "kind": "email", "address": "carol@example.org"}

    for path, fields, status in (
        (f"/users/{carol.id}/contact_methods/{method}", new, 404),
        (f"/users/{carol.id}/contact_methods/{method}/remove", {}, 404),
        (f"/users/{carol.id}/notification_rules/{rule}/remove", {}, 404),
        (f"/users/{carol.id}/notification_rules", {"contact_method": method, "delay": "9"}, 400),
        (f"/users/{ann.id}/contact_methods", new, 403),
        (f"/users/{ann.id}/contact_methods/{hers.methods[0].id}", new, 403),
        (f"/users/{ann.id}", {"name": "Carol"}, 403),
        ("/account/sessions/end", {"session": session.id}, 404),
    ):
        answer = await browser.http.post(path, data=fields | proof)
        assert answer.status_code == status, path
    assert await users.get(night.house, ann.id) == theirs
    assert await users.get(night.house, carol.id) == hers
    assert await found_sessions(night.house, ann.id, night.now) == [session]


async def _ask(http: httpx.AsyncClient, page: Page, proof: str) -> httpx.Response:
    fields = {"proof": proof} if page.method == "POST" else None
    return await http.request(page.method, _address(page), data=fields)
