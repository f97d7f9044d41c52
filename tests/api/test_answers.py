"""Answers by machines: buttons of apps and service workers, whoever holds the token."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from tests.night import Night
from tests.standins.push_browser import PushBrowser
from tocsin.api.answers import AnswersApp, is_ours
from tocsin.domain.reaching.sent import Sent
from tocsin.store.reaching.messages import MESSAGES
from tocsin.usecases.reaching import devices, paging

ENDPOINT = "https://push.example.com/m/one"


@pytest.fixture
async def http(night: Night) -> AsyncIterator[httpx.AsyncClient]:
    transport = httpx.ASGITransport(AnswersApp(night.house), client=("192.0.2.1", 4000))
    async with httpx.AsyncClient(transport=transport, base_url="http://oncall") as http:
        yield http


@pytest.fixture
async def sent(night: Night) -> Sent:
    await night.trigger("Disk full")
    await paging.compose(night.house, await night.work("email"), night.now)
    async with night.database.read() as tx:
        [sent] = await MESSAGES.select(tx)
        return sent


async def standing(night: Night) -> str:
    [incident] = await night.incidents()
    return incident.status


def bearer(sent: Sent) -> dict[str, str]:
    return {"authorization": f"Bearer {sent.body.token}"}


@pytest.mark.parametrize(
    ("deed", "status"), [("acknowledge", "acknowledged"), ("resolve", "resolved")]
)
async def test_a_button_does_what_it_says_and_hears_what_came_of_it(
    night: Night, http: httpx.AsyncClient, sent: Sent, deed: str, status: str
) -> None:
    answer = await http.post(f"/answer/{sent.body.token}/{deed}", headers=bearer(sent))

    assert answer.status_code == 200
    assert "#1" in answer.json()["sentence"]
    assert await standing(night) == status


async def test_a_body_of_json_is_proof_enough_of_what_no_form_can_send(
    night: Night, http: httpx.AsyncClient, sent: Sent
) -> None:
    answer = await http.post(f"/answer/{sent.body.token}/acknowledge", json={})

    assert answer.status_code == 200
    assert await standing(night) == "acknowledged"


@pytest.mark.parametrize(
    "given",
    [
        {},
        {"data": {"deed": "acknowledge"}},
        {"headers": {"authorization": "Bearer other"}},
        {"headers": {"content-type": "text/plain"}, "content": b"{}"},
    ],
)
async def test_what_a_scanner_of_mails_may_send_does_nothing(
    night: Night, http: httpx.AsyncClient, sent: Sent, given: dict[str, Any]
) -> None:
    answer = await http.post(f"/answer/{sent.body.token}/acknowledge", **given)
    looked = await http.get(f"/answer/{sent.body.token}/acknowledge", headers=bearer(sent))

    assert (answer.status_code, looked.status_code) == (401, 405)
    assert await standing(night) == "triggered"


async def test_a_page_of_another_site_may_ask_because_no_cookie_counts(
    http: httpx.AsyncClient, sent: Sent
) -> None:
    answer = await http.options(f"/answer/{sent.body.token}/acknowledge")

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in answer.headers


async def test_after_a_day_it_says_that_it_is_over(
    night: Night, http: httpx.AsyncClient, sent: Sent
) -> None:
    night.passes(hours=25)

    answer = await http.post(f"/answer/{sent.body.token}/acknowledge", headers=bearer(sent))

    assert answer.status_code == 410
    assert await standing(night) == "triggered"


async def test_who_guesses_must_wait_and_who_knows_must_not(
    http: httpx.AsyncClient, sent: Sent
) -> None:
    guess = f"/answer/{sent.id}.guessed/acknowledge"
    statuses = [(await http.post(guess, json={})).status_code for _ in range(6)]

    assert statuses == [404] * 5 + [429]
    known = await http.post(f"/answer/{sent.body.token}/acknowledge", json={})
    assert known.status_code == 200


async def test_a_deed_that_is_not_offered_is_refused_in_words(
    night: Night, http: httpx.AsyncClient, sent: Sent
) -> None:
    answer = await http.post(f"/answer/{sent.body.token}/confirm", json={})

    assert answer.status_code == 409
    assert answer.json()["sentence"]


async def test_a_device_that_moved_tells_by_its_old_address(
    night: Night, http: httpx.AsyncClient
) -> None:
    phone = PushBrowser()
    wish = devices.Wish(subscription=phone.subscription(ENDPOINT), label="Phone")
    await devices.add(night.house, night.team.ann.id, wish, night.now)
    moved = f'{{"endpoint": "{ENDPOINT}", "subscription": {phone.subscription(ENDPOINT + "/2")}}}'

    assert (await http.post("/devices/renewed", content=moved)).status_code == 204
    assert (await http.post("/devices/renewed", content=moved)).status_code == 404
    for nonsense in (b"", b"{}", b"[]", b'{"endpoint": "x", "subscription": 1}', b"\xff"):
        answer = await http.post("/devices/renewed", content=nonsense)
        assert answer.status_code == 400
        assert answer.json()["sentence"]


async def test_too_much_is_not_read(http: httpx.AsyncClient) -> None:
    answer = await http.post("/devices/renewed", content=b"x" * 10_000_000)

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("path", "ours"),
    [
        ("/answer/Q1.sig-n_ature/acknowledge", True),
        ("/answer/Q1.signature/resolve/", True),
        ("/devices/renewed", True),
        ("/answer/Q1.signature", False),
        ("/answer/Q1.signature/destroy", False),
        ("/answer//acknowledge", False),
    ],
)
def test_only_what_machines_send_is_theirs(path: str, ours: bool) -> None:
    assert is_ours({"type": "http", "path": path}) == ours
