"""The room's door: which requests are for people, and what every answer carries."""

from typing import Any

import httpx
import pytest
from starlette.types import ASGIApp

from tests.night import URL, Night
from tests.web.conftest import Browser, Visitor, text_of
from tocsin.kit.sealing import Sealer
from tocsin.store.database import Database
from tocsin.usecases.directory import Directory
from tocsin.usecases.house import House
from tocsin.web.app import is_for_people, web_app
from tocsin.web.files import address_of
from tocsin.web.hub import Live

CHROME = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"


def request(path: str, **headers: str) -> dict[str, Any]:
    told = [(name.encode(), value.encode()) for name, value in headers.items()]
    return {"type": "http", "path": path, "headers": told}


@pytest.mark.parametrize("path", ["/", "/login", "/incidents", "/incidents/Q1", "/incidents/1/x"])
def test_a_browser_gets_pages(path: str) -> None:
    assert is_for_people(request(path, accept=CHROME))
    assert not is_for_people(request(path, accept="*/*"))
    assert not is_for_people(request(path, accept="application/json"))
    assert not is_for_people(request(path))
    assert not is_for_people(request(path, accept=CHROME, authorization="Token token=x"))


@pytest.mark.parametrize(
    "path", ["/log_entries", "/openapi.json", "/incidents_of_others", "*", "/x/login"]
)
def test_everything_else_stays_with_the_machines(path: str) -> None:
    assert not is_for_people(request(path, accept=CHROME))


@pytest.mark.parametrize("path", ["/login", "/incidents", "/nothing", "/static/nothing.css"])
async def test_every_answer_carries_what_keeps_browsers_safe(visitor: Visitor, path: str) -> None:
    answer = await (await visitor()).open(path)

    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] == "same-origin"
    opener = "unsafe-none" if path == "/login" else "same-origin"  # apps open it in a window
    assert answer.headers["cross-origin-opener-policy"] == opener
    assert answer.headers["cross-origin-resource-policy"] == "same-origin"
    assert answer.headers["cache-control"] == "no-store"


async def test_no_page_needs_what_the_policy_forbids(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full", custom_details={"a": {"b": 1}})

    for path in ("/incidents", f"/incidents/{incident.id}", "/incidents/nothing", "/login"):
        page = await browser.open(path)
        for word in ("<script>", "<style", " style=", " onclick=", "http://", 'src="//'):
            assert word not in page.text


@pytest.mark.parametrize("name", ["tocsin.css", "bell.svg"])
async def test_files_are_kept_for_ever_under_an_address_of_their_content(
    visitor: Visitor, name: str
) -> None:
    browser = await visitor()
    answer = await browser.open(address_of(name))

    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert (await browser.open(f"/static/{name}")).status_code == 404


@pytest.mark.parametrize(("method", "path", "status"), [
    ("GET", "/nothing", 404),
    ("GET", "/incidents/Q1/notes/x", 404),
    ("GET", "/logout", 405),
    ("DELETE", "/login", 405),
])  # fmt: skip
async def test_what_is_not_there_is_told_in_the_same_dress(
    visitor: Visitor, method: str, path: str, status: int
) -> None:
    answer = await (await visitor()).http.request(method, path)

    assert answer.status_code == status
    assert "Go to the incidents" in text_of(answer)


async def test_a_form_that_is_too_large_or_garbled_is_refused(visitor: Visitor) -> None:
    browser = await visitor()

    for content, status in (
        (b"a=" + b"x" * 270_000, 413),
        (b"a=\xff\xfe", 400),
        (b"&a" * 1001, 400),
    ):
        assert (await browser.http.post("/login", content=content)).status_code == status


async def test_pages_say_that_the_database_is_away(night: Night, visitor: Visitor) -> None:
    nowhere = await Database.open("postgresql://nobody@127.0.0.1:1/nothing")
    house = House(
        database=nowhere,
        settings=night.house.settings,
        sealer=Sealer("a secret of this installation, long enough"),
        directory=Directory(),
    )
    answer = await _get(
        web_app(house, Live(house), night.take),
        "/incidents",
        cookies={"__Host-tocsin_session": "x"},
    )
    await nowhere.close()

    assert answer.status_code == 503
    assert "Tocsin cannot reach it now." in text_of(answer)


async def test_an_accident_tells_nothing_of_itself(night: Night) -> None:
    def broken() -> Any:
        raise RuntimeError("a secret of the house")

    house = House(
        database=night.database,
        settings=night.house.settings,
        sealer=night.house.sealer,
        directory=Directory(),
        clock=broken,
    )
    answer = await _get(web_app(house, Live(house), night.take), "/login")

    assert answer.status_code == 500
    assert "Something broke" in text_of(answer)
    assert "secret" not in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


async def _get(app: ASGIApp, path: str, **given: Any) -> httpx.Response:
    transport = httpx.ASGITransport(app, raise_app_exceptions=False)
    async with httpx.AsyncClient(transport=transport, base_url=URL, **given) as http:
        return await http.get(path)
