"""Socket Mode: the same answers over a web socket that we open, and what may befall it."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import suppress
from typing import Any

import pytest
from slack_sdk.socket_mode.request import SocketModeRequest
from slack_sdk.socket_mode.response import SocketModeResponse
from slack_sdk.socket_mode.websockets import SocketModeClient
from slack_sdk.web.async_client import AsyncWebClient

from tests.channels.test_slack import settings
from tests.standins.slack import APP_TOKEN, envelope, running
from tests.standins.slack import Slack as StandIn
from tocsin.channels.slack.api import Refused
from tocsin.channels.slack.channel import Slack
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.answer import Answer, Upshot
from tocsin.domain.reaching.hearing import Heard
from tocsin.kit.clock import system_clock
from tocsin.kit.http import ForbiddenAddress, Outbound, make_client

DONE = Upshot(ok=True, sentence="Done.", statuses={"Q12": "resolved"})


class Ear:
    """Keeps what is told; while ``fault`` is there, telling fails."""

    def __init__(self) -> None:
        self.heard: asyncio.Queue[Heard] = asyncio.Queue()
        self.fault: Exception | None = None

    async def tell(self, heard: Heard) -> Sequence[Upshot]:
        if self.fault:
            raise self.fault
        self.heard.put_nowait(heard)
        return [DONE for _ in heard.answers]

    async def next(self) -> Heard:
        async with asyncio.timeout(5):
            return await self.heard.get()


@pytest.fixture
async def slack() -> AsyncIterator[StandIn]:
    async with running() as one:
        yield one


@pytest.fixture
async def ear() -> Ear:
    return Ear()


@pytest.fixture
async def listening(slack: StandIn, ear: Ear) -> AsyncIterator[asyncio.Task[None]]:
    async with make_client(Outbound(), user_agent="Tocsin/1") as http:
        tools = Tools(http=http, clock=system_clock, signing_key="key", language=lambda: "de")
        task = asyncio.create_task(Slack.make(tools, settings(slack), "").listen(ear.tell))
        yield task
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


def typed(text: str, url: str = "") -> dict[str, Any]:
    return {"command": "/oncall", "text": text, "user_id": "U1ANN", "response_url": url}


def button(url: str = "", user: str = "U1ANN") -> dict[str, Any]:
    return {
        "type": "block_actions",
        "user": {"id": user},
        "actions": [{"action_id": "resolve", "value": "Q1.sig@U1ANN", "block_id": "answer-en"}],
        "message": {"blocks": [{"type": "section"}]},
        "response_url": url,
    }


async def until(count: int, found: Sequence[Any]) -> None:
    async with asyncio.timeout(5):
        while len(found) < count:  # noqa: ASYNC110 - the stand-in tells nobody
            await asyncio.sleep(0.01)


async def test_what_comes_is_acknowledged_told_and_answered(
    listening: asyncio.Task[None], slack: StandIn, ear: Ear
) -> None:
    socket = await slack.socket()

    await socket.send(envelope("slash_commands", typed("ack 12", slack.response_url), "E7"))

    assert await slack.receipt() == {"envelope_id": "E7"}
    assert (await ear.next()).answers == (Answer(deed="acknowledge", sender="U1ANN", number=12),)
    await until(1, slack.responses)
    assert slack.responses[0]["text"] == "Done."
    assert slack.calls[0].token == APP_TOKEN
    assert not listening.done()


async def test_a_button_is_understood_as_a_signed_one(
    listening: asyncio.Task[None], slack: StandIn, ear: Ear
) -> None:
    socket = await slack.socket()

    await socket.send(envelope("interactive", button(slack.response_url)))

    assert (await ear.next()).answers == (Answer(deed="resolve", token="Q1.sig"),)
    await until(1, slack.responses)
    assert slack.responses[0]["replace_original"] is True
    assert slack.responses[0]["blocks"][-1]["elements"][0]["text"] == "Done."


async def test_somebody_else_is_refused_in_words(
    listening: asyncio.Task[None], slack: StandIn, ear: Ear
) -> None:
    socket = await slack.socket()

    await socket.send(envelope("interactive", button(slack.response_url, user="U2BOB")))

    assert await ear.next() == Heard()
    await until(1, slack.responses)
    assert slack.responses[0]["response_type"] == "ephemeral"


async def test_what_is_not_for_us_is_only_acknowledged(
    listening: asyncio.Task[None], slack: StandIn, ear: Ear
) -> None:
    socket = await slack.socket()

    for number, (type_, payload) in enumerate(
        [("events_api", {}), ("interactive", {"type": 1}), ("slash_commands", {})]
    ):
        await socket.send(envelope(type_, payload, f"E{number}"))
        assert await slack.receipt() == {"envelope_id": f"E{number}"}

    assert ear.heard.empty()


async def test_it_connects_anew_when_slack_asks_for_it(
    listening: asyncio.Task[None], slack: StandIn, ear: Ear
) -> None:
    socket = await slack.socket()
    await socket.send(json.dumps({"type": "disconnect", "reason": "refresh_requested"}))

    another = await slack.socket()
    await another.send(envelope("slash_commands", typed("list")))

    assert (await ear.next()).answers == (Answer(deed="list", sender="U1ANN"),)
    assert len(slack.of("apps.connections.open")) == 2


@pytest.mark.parametrize("reason", ["link_disabled", None])
async def test_a_connection_that_ends_otherwise_is_told_to_whoever_listens(
    listening: asyncio.Task[None], slack: StandIn, reason: str | None
) -> None:
    socket = await slack.socket()
    if reason:
        await socket.send(json.dumps({"type": "disconnect", "reason": reason}))
    await socket.close()

    (broken,) = await asyncio.gather(listening, return_exceptions=True)

    assert "Slack closed the connection." in repr(broken)


async def test_a_fault_on_our_side_is_told_to_the_person_and_to_whoever_listens(
    listening: asyncio.Task[None], slack: StandIn, ear: Ear
) -> None:
    ear.fault = RuntimeError("the database is away")
    socket = await slack.socket()

    await socket.send(envelope("slash_commands", typed("list", slack.response_url)))

    (broken,) = await asyncio.gather(listening, return_exceptions=True)
    assert "the database is away" in repr(broken)
    assert slack.responses[0]["text"].startswith("Das war gerade nicht möglich.")


async def test_a_token_that_is_none_breaks_it(slack: StandIn, ear: Ear) -> None:
    async with make_client(Outbound(), user_agent="Tocsin/1") as http:
        tools = Tools(http=http, clock=system_clock, signing_key="key")
        channel = Slack.make(tools, settings(slack, app_token="xapp-revoked"), "")

        with pytest.raises(Refused, match="invalid_auth"):
            await channel.listen(ear.tell)


async def test_the_socket_goes_only_where_we_may_go(slack: StandIn, ear: Ear) -> None:
    async with make_client(Outbound(), user_agent="Tocsin/1") as http:
        tools = Tools(
            http=http, clock=system_clock, signing_key="key", outbound=Outbound(("private",))
        )
        with pytest.raises(ForbiddenAddress):
            await Slack.make(tools, settings(slack), "").listen(ear.tell)


async def test_without_an_app_token_there_is_nothing_to_hear(slack: StandIn, ear: Ear) -> None:
    async with make_client(Outbound(), user_agent="Tocsin/1") as http:
        tools = Tools(http=http, clock=system_clock, signing_key="key")
        listening = Slack.make(tools, settings(slack, app_token=""), "").listen(ear.tell)
        with suppress(TimeoutError):
            async with asyncio.timeout(0.1):
                await listening

    assert slack.calls == []


async def test_slack_s_own_client_takes_the_stand_in_for_slack(slack: StandIn) -> None:
    requests: asyncio.Queue[SocketModeRequest] = asyncio.Queue()
    client: Any = SocketModeClient(
        app_token=APP_TOKEN,
        web_client=AsyncWebClient(base_url=slack.base_url),
        auto_reconnect_enabled=False,
    )

    async def hear(of: Any, request: SocketModeRequest) -> None:
        await of.send_socket_mode_response(SocketModeResponse(envelope_id=request.envelope_id))
        requests.put_nowait(request)

    client.socket_mode_request_listeners.append(hear)
    await client.connect()
    socket = await slack.socket()
    await socket.send(envelope("slash_commands", typed("ack 12"), "E3"))

    async with asyncio.timeout(5):
        request = await requests.get()
    await client.close()

    assert (request.type, request.envelope_id) == ("slash_commands", "E3")
    assert request.payload["text"] == "ack 12"
    assert (await slack.receipt())["envelope_id"] == "E3"
