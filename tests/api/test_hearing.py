"""Calls of providers: believed as their channel says, done, and answered in its words."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import msgspec
import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from tests.night import URL, Night
from tests.talkers import Switchboard, Talker, acknowledging, receipt
from tocsin.api.hearing import HearingApp
from tocsin.api.strange_calls import PER_MINUTE
from tocsin.domain.masking import DOTS
from tocsin.domain.reaching.believing import RECEIPTS_FOR
from tocsin.domain.reaching.hearing import Callback, Command, Heard
from tocsin.domain.reaching.provider import Provider
from tocsin.engine.engine import Engine
from tocsin.store.database import Database, DatabaseAway
from tocsin.store.intake.quarantine import QUARANTINE, Kept
from tocsin.store.reaching.providers import PROVIDERS
from tocsin.store.writes import MAX_KEPT
from tocsin.usecases.reaching import providers
from tocsin.usecases.reaching.hearing import secrets_of
from tocsin.usecases.reaching.providers import Wish


class Line:
    """A provider, its channel, and the way by which it calls."""

    def __init__(self, board: Switchboard, provider: Provider) -> None:
        self.board, self.provider = board, provider
        self.registry = CollectorRegistry()
        self.engine = Engine(board.house, board.carrying, self.registry)
        app = HearingApp(
            board.house, lambda one: board.carrying.of(one.kind, one), self.engine.count_heard
        )
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL)

    @property
    def talker(self) -> Talker:
        return self.board["One"]

    async def calls(
        self,
        heard: Heard | bytes = b"",
        *,
        tail: str = "",
        method: str = "POST",
        secret: str = "secret of One",
    ) -> httpx.Response:
        body = heard if isinstance(heard, bytes) else msgspec.json.encode(heard)
        path = f"/callbacks/{self.provider.id}{tail}"
        return await self.http.request(method, path, content=body, headers={"x-secret": secret})

    def counted(self, outcome: str) -> float | None:
        labels = {"provider": "fast", "outcome": outcome}
        return self.registry.get_sample_value("tocsin_heard_total", labels)


@pytest.fixture
async def line(database: Database) -> AsyncIterator[Line]:
    board = Switchboard(await Night.falls(database))
    line = Line(board, await board.add("fast", "One"))
    async with line.http:
        yield line


async def kept_of(line: Line) -> list[Kept]:
    """Return what of callbacks is in quarantine."""
    async with line.board.night.database.read() as tx:
        return await QUARANTINE.select(tx)


async def paged(line: Line) -> str:
    """Let Ann be paged by SMS, and return the token of the message."""
    night = line.board.night
    await night.give(night.team.ann, "sms", "5551234", minutes=0)
    await night.trigger("Disk full")
    await line.engine.run_due(night.now)
    [(message, address)] = line.talker.sent
    assert address == "+15551234"
    return message.token


async def test_an_answer_is_done_and_replied_to_in_the_words_of_the_channel(line: Line) -> None:
    token = await paged(line)

    answer = await line.calls(acknowledging(token))

    assert (answer.status_code, answer.headers["cache-control"]) == (200, "no-store")
    assert "Acknowledged: #1 Disk full." in answer.text
    assert [i.status for i in await line.board.night.incidents()] == ["acknowledged"]
    assert line.counted("heard") == 1


async def test_a_receipt_is_written_down(line: Line) -> None:
    await paged(line)

    await line.calls(receipt("One-1", "delivered"))

    notifications = {n.kind: n for n in await line.board.night.notifications()}
    assert notifications["sms"].receipt == "delivered"


async def test_the_channel_sees_the_address_exactly_as_it_was_called(line: Line) -> None:
    tail = "/sms/%7Ea%20b?b=2&a=%2F&b="

    answer = await line.calls(Heard(), tail=tail)

    url, rest = answer.text.splitlines()[:2]
    assert url == f"{URL}/callbacks/{line.provider.id}{tail}"
    assert rest == "sms/~a b"


async def test_a_provider_may_ask_for_the_message_of_a_token(line: Line) -> None:
    token = await paged(line)

    answer = await line.calls(method="GET", tail=f"?token={token}")

    assert answer.text.splitlines()[-1] == token.partition(".")[0]


@pytest.mark.parametrize("secret", ["", "secret of Two"])
async def test_what_is_forged_is_not_believed(line: Line, secret: str) -> None:
    token = await paged(line)

    answer = await line.calls(acknowledging(token), secret=secret)

    assert (answer.status_code, answer.text) == (401, "X-Secret is missing or wrong.")
    assert [i.status for i in await line.board.night.incidents()] == ["triggered"]
    assert line.counted("forged") == 1
    [kept] = await kept_of(line)
    assert kept.path == f"/callbacks/{line.provider.id}"
    assert f"{DOTS}\n" in kept.headers.partition("x-secret:")[2]


async def test_the_secrets_of_a_provider_are_those_that_its_channel_declares(line: Line) -> None:
    settings = {"token": "of us", "base_url": "https://chat.example.com"}
    provider = replace(line.provider, type="mattermost", settings=settings)

    assert secrets_of(line.board.house, provider) == ["of us", ""]
    assert secrets_of(line.board.house, replace(provider, type="gone")) == []


async def test_of_much_that_is_forged_a_little_is_kept_each_minute(line: Line) -> None:
    for _ in range(PER_MINUTE + 2):
        await line.calls(b"{}", secret="a guess")
    first = len(await kept_of(line))
    line.board.night.passes(minutes=1)
    await line.calls(b"{}", secret="a guess")

    assert (first, len(await kept_of(line))) == (PER_MINUTE, PER_MINUTE + 1)
    assert line.counted("forged") == PER_MINUTE + 3


async def switched_off(line: Line) -> None:
    house = line.board.house
    await providers.change(house, line.provider.id, Wish(is_disabled=True), house.clock())


async def test_answers_of_a_provider_that_is_switched_off_are_refused(line: Line) -> None:
    token = await paged(line)
    await switched_off(line)

    answer = await line.calls(acknowledging(token))

    assert (answer.status_code, answer.text) == (
        410, "This provider is switched off; only receipts are taken."
    )  # fmt: skip
    assert [i.status for i in await line.board.night.incidents()] == ["triggered"]
    assert line.counted("disabled") == 1


async def test_commands_and_questions_of_a_provider_that_is_switched_off_are_refused(
    line: Line,
) -> None:
    token = await paged(line)
    await switched_off(line)
    asked = Heard(commands=(Command(word="trigger", text="Shop It burns", sender="+15551234"),))

    assert (await line.calls(asked)).status_code == 410
    assert (await line.calls(method="GET", tail=f"?token={token}")).status_code == 410
    assert len(await line.board.night.incidents()) == 1


async def test_receipts_of_a_provider_that_is_switched_off_are_heard_for_an_hour(
    line: Line,
) -> None:
    await paged(line)
    await switched_off(line)

    assert (await line.calls(receipt("One-1", "delivered"))).status_code == 200
    line.board.night.now += RECEIPTS_FOR + timedelta(seconds=1)
    await line.calls(receipt("One-1", "read"))

    notifications = {n.kind: n for n in await line.board.night.notifications()}
    assert notifications["sms"].receipt == "delivered"


async def test_what_comes_with_a_refused_answer_is_a_receipt_nevertheless(line: Line) -> None:
    token = await paged(line)
    await switched_off(line)
    told = replace(acknowledging(token), receipts=receipt("One-1", "read").receipts)

    assert (await line.calls(told)).status_code == 410

    notifications = {n.kind: n for n in await line.board.night.notifications()}
    assert notifications["sms"].receipt == "read"


async def test_a_provider_that_was_taken_away_is_not_heard_and_counted(line: Line) -> None:
    token = await paged(line)
    await providers.remove(line.board.house, line.provider.id)

    assert (await line.calls(acknowledging(token))).status_code == 404
    labels = {"provider": "none", "outcome": "unknown"}
    assert line.registry.get_sample_value("tocsin_heard_total", labels) == 1


async def test_what_is_not_understood_is_kept_for_people_to_look_at(line: Line) -> None:
    answer = await line.calls(b"{", tail="/sms?token=secret")

    [kept] = await kept_of(line)
    assert (answer.status_code, answer.text) == (400, "The body is no JSON.")
    assert (kept.reason, kept.body) == ("The body is no JSON.", b"{")
    assert kept.path == f"/callbacks/{line.provider.id}"
    assert line.counted("unheard") == 1


async def test_of_much_that_is_not_understood_the_beginning_is_kept(line: Line) -> None:
    await line.calls(b"{" * 300_000)

    [kept] = await kept_of(line)
    assert (kept.body, kept.body_bytes) == (b"{" * MAX_KEPT, 300_000)


def test_fields_hold_nothing_that_a_database_cannot_hold() -> None:
    called = Callback(method="POST", url="https://example.com/?a=%00b", body=b"c\0=%00d&e=%2500")

    assert called.query == [("a", "\ufffdb")]
    assert called.form == [("c\ufffd", "\ufffdd"), ("e", "%00")]


async def test_a_refused_answer_is_counted(line: Line) -> None:
    answer = await line.calls(acknowledging("foreign"))

    assert answer.status_code == 200
    assert line.counted("refused") == 1


async def test_of_other_providers_nothing_is_opened_for_a_call(line: Line) -> None:
    other = await line.board.add("fast", "Two")
    async with line.board.night.database.begin() as tx:
        sealed = await PROVIDERS.get(tx, other.id)
        assert sealed
        await PROVIDERS.update(tx, replace(sealed, settings_encrypted=b"of another house"))

    assert (await line.calls(Heard())).status_code == 200
    assert (await line.http.post("/callbacks/PUNKNOWN")).status_code == 404


@pytest.mark.parametrize("path", ["/callbacks/", "/callbacks/PUNKNOWN", "/callbacks/a-b/sms"])
async def test_nobody_else_is_heard(line: Line, path: str) -> None:
    answer = await line.http.post(path)

    assert (answer.status_code, answer.text) == (404, "No provider calls at this address.")


async def test_a_provider_that_does_not_call_is_not_heard(line: Line) -> None:
    app = HearingApp(line.board.house, lambda _: object(), lambda *_: None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as http:
        assert (await http.post(f"/callbacks/{line.provider.id}")).status_code == 404


@pytest.mark.parametrize("method", ["PUT", "HEAD", "DELETE", "PATCH"])
async def test_providers_get_or_post(line: Line, method: str) -> None:
    assert (await line.calls(method=method)).status_code == 405


async def test_a_body_has_bounds(line: Line) -> None:
    assert (await line.calls(b"x" * 600_000)).status_code == 413


async def test_without_a_database_providers_are_asked_to_call_again(
    line: Line, monkeypatch: pytest.MonkeyPatch
) -> None:
    def gone(*_: Any) -> None:
        raise DatabaseAway("The database cannot be reached.")

    monkeypatch.setattr(line.board.house.database, "read", gone)

    assert (await line.calls(Heard())).status_code == 503


class Thorough(Talker):
    """Needs something before it can hear, and has something to do afterwards."""

    def __init__(self, provider: Provider) -> None:
        super().__init__(provider)
        self.steps: list[str] = []

    async def prepare(self, callback: Callback, _now: object) -> None:
        self.steps.append(f"prepare {callback.tail}")

    async def finish(self, _callback: Callback, _heard: Heard, upshots: Any) -> None:
        self.steps.append(f"finish {len(upshots)}")


async def test_a_channel_may_prepare_and_finish(line: Line) -> None:
    thorough = Thorough(line.provider)
    app = HearingApp(line.board.house, lambda _: thorough, lambda *_: None)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as http:
        headers = {"x-secret": "secret of One"}
        body = msgspec.json.encode(acknowledging("foreign"))
        await http.post(f"/callbacks/{line.provider.id}/x", headers=headers, content=body)

    assert thorough.steps == ["prepare x", "finish 1"]
