"""What every page has: the ways, notices said once, proofs that differ, words that fit."""

import base64
import gzip
import json

import httpx
import pytest

from tests.night import Night
from tests.web.conftest import Browser, Resident, Visitor, proof_on, text_of
from tocsin.store.people.users import set_password
from tocsin.usecases.errors import Invalid
from tocsin.web.notices import COOKIE
from tocsin.web.words import about, zones


async def test_what_a_form_has_done_is_said_once(browser: Browser) -> None:
    page = await browser.open("/styleguide")
    answer = await browser.send(page, "/styleguide")

    assert "The form arrived." in text_of(await browser.open(answer.headers["location"]))
    assert "The form arrived." not in text_of(await browser.open("/styleguide"))


async def test_a_look_by_script_leaves_the_notice_for_the_next_page(browser: Browser) -> None:
    await browser.send(await browser.open("/styleguide"), "/styleguide")

    await browser.http.get("/styleguide", headers={"x-tocsin-refresh": "1"})

    assert "The form arrived." in text_of(await browser.open("/styleguide"))


@pytest.mark.parametrize("name", [COOKIE, f"__Host-{COOKIE}"])
@pytest.mark.parametrize("signature", ["", ".", ".x"])
async def test_a_notice_that_is_not_ours_is_none(
    browser: Browser, name: str, signature: str
) -> None:
    notice = b'{"sentence": "Look.", "undo": {"action": "/api_keys/revoke", "fields": {}}}'
    browser.http.cookies.set(name, base64.urlsafe_b64encode(notice).decode() + signature)
    page = await browser.open("/styleguide")

    assert page.status_code == 200
    assert "Look." not in text_of(page)
    assert "/api_keys/revoke" not in page.text


async def test_what_somebody_else_was_told_is_not_said(
    browser: Browser, visitor: Visitor, resident: Resident
) -> None:
    mallory = await visitor(await resident("Mallory"))
    await mallory.send(await mallory.open("/styleguide"), "/styleguide")
    [notice] = [c for c in mallory.http.cookies.jar if c.name.endswith(COOKIE)]
    browser.http.cookies.set(notice.name, notice.value or "")

    assert "The form arrived." not in text_of(await browser.open("/styleguide"))


async def test_no_two_proofs_are_alike_and_each_is_good(browser: Browser) -> None:
    first, second = await browser.open("/styleguide"), await browser.open("/styleguide")

    assert proof_on(first) != proof_on(second)
    for page in (first, second):
        assert (await browser.send(page, "/styleguide")).status_code == 303


async def test_pages_travel_compressed(browser: Browser) -> None:
    async with browser.http.stream(
        "GET", "/styleguide", headers={"accept-encoding": "gzip"}
    ) as answer:
        body = b"".join([part async for part in answer.aiter_raw()])

    assert answer.headers["content-encoding"] == "gzip"
    assert b"<h1>Pieces</h1>" in gzip.decompress(body)


async def test_the_manifest_makes_it_installable(visitor: Visitor) -> None:
    browser = await visitor()
    answer = await browser.open("/manifest.webmanifest")
    manifest = json.loads(answer.text)

    assert answer.headers["content-type"] == "application/manifest+json"
    assert manifest["display"] == "standalone"
    assert {icon["purpose"] for icon in manifest["icons"]} == {"any", "maskable"}
    for icon in manifest["icons"]:
        assert (await browser.open(icon["src"])).headers["content-type"] == "image/svg+xml"


async def test_whoever_is_on_call_reads_it_on_every_page(
    night: Night, visitor: Visitor, hashed: str
) -> None:
    async with night.database.begin() as tx:
        await set_password(tx, night.team.ann.id, hashed)
    browser = await visitor(night.team.ann)

    assert "On call" in _bar(await browser.open("/styleguide"))


async def test_whoever_is_not_reads_nothing_of_it(browser: Browser) -> None:
    assert "On call" not in _bar(await browser.open("/styleguide"))


def test_a_sentence_belongs_to_the_field_it_begins_with() -> None:
    complaint = Invalid("Name cannot be blank.", "Time zone must be a name.", "It is too late.")

    assert about(complaint, "Name") == ["Name cannot be blank."]
    assert about(complaint, "Time zone") == ["Time zone must be a name."]
    assert about(None, "Name") == ()


def test_zones_to_choose_have_names_of_places() -> None:
    known = zones()

    assert known[0] == "UTC"
    assert "Europe/Vienna" in known
    assert not [zone for zone in known if zone.startswith(("Etc/", "US/"))]


def _bar(page: httpx.Response) -> str:
    return page.text.partition('<header class="bar">')[2].partition("</header>")[0]
