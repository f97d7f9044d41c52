"""Chats in the whole product: a page with buttons, an answer, and what is shown of it."""

import hmac
import json
from abc import ABC, abstractmethod
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from datetime import datetime
from typing import Any

import httpx
import pytest
from msgspec.structs import replace

from tests.journeys.story import Story
from tests.standins import discord, mattermost, teams, telegram
from tests.standins.chat_server import ChatServer
from tocsin.channels.teams.hearing import address_of
from tocsin.channels.telegram.channel import PROOF
from tocsin.channels.webhook import signing_key
from tocsin.domain.reaching.hearing import Callback
from tocsin.usecases.reaching import providers
from tocsin.usecases.reaching.providers import Wish


class Chat(ABC):
    """One chat: how it is set up, whom it reaches, and how somebody presses a button in it."""

    type = ""
    kind = ""
    server: ChatServer

    @abstractmethod
    def settings(self) -> dict[str, str]:
        """Say what an administrator enters."""

    @abstractmethod
    def address(self, story: Story) -> str:
        """Say where Ann is reached."""

    @abstractmethod
    def press(self, now: datetime) -> Callback:
        """Press the first button of the first message."""

    def shows(self, answer: httpx.Response, sentence: str) -> bool:
        """Say whether the sentence stands where the buttons were."""
        return sentence in answer.text

    def forged(self, callback: Callback) -> Callback:
        """Return the same as a stranger would send it."""
        return replace(callback, headers={})


class InTelegram(Chat):
    type = kind = "telegram"

    def __init__(self) -> None:
        self.server: telegram.TelegramServer = telegram.TelegramServer()

    def settings(self) -> dict[str, str]:
        return {"token": telegram.TOKEN, "updates": "webhook", "base_url": self.server.url}

    def address(self, story: Story) -> str:
        return str(telegram.ANN)

    def press(self, now: datetime) -> Callback:
        (sent,) = self.server.of("sendMessage")
        key = sent["reply_markup"]["inline_keyboard"][0][0]
        proof = hmac.new(telegram.TOKEN.encode(), b"Telegram calls", "sha256").hexdigest()
        told = {"update_id": 1, "callback_query": telegram.pressed(key["callback_data"])}
        return _called(told, {PROOF: proof})

    def shows(self, answer: httpx.Response, sentence: str) -> bool:
        return sentence in self.server.of("editMessageText")[-1]["text"]


class InMattermost(Chat):
    type = kind = "mattermost"

    def __init__(self) -> None:
        self.server: mattermost.MattermostServer = mattermost.MattermostServer()

    def settings(self) -> dict[str, str]:
        return {"token": mattermost.TOKEN, "base_url": self.server.url}

    def address(self, story: Story) -> str:
        return "ann@example.com"

    def press(self, now: datetime) -> Callback:
        (post,) = self.server.posts.values()
        action = post["props"]["attachments"][0]["actions"][0]
        tail = action["integration"]["url"].rpartition("/")[2]
        return _called(mattermost.pressed(action["integration"]["context"]), {}, tail)

    def forged(self, callback: Callback) -> Callback:
        return replace(callback, body=callback.body.replace(b'"proof": "', b'"proof": "0'))


class InDiscord(Chat):
    type = kind = "discord"

    def __init__(self) -> None:
        self.server: discord.DiscordServer = discord.DiscordServer()

    def settings(self) -> dict[str, str]:
        key = discord.PUBLIC_KEY
        return {"token": discord.TOKEN, "public_key": key, "base_url": self.server.url}

    def address(self, story: Story) -> str:
        return discord.ANN

    def press(self, now: datetime) -> Callback:
        (sent,) = self.server.messages.values()
        button = sent["components"][0]["components"][0]
        return discord.signed(discord.pressed(button["custom_id"]), now)


class InTeams(Chat):
    type = "teams_bot"
    kind = "teams"

    def __init__(self) -> None:
        self.server: teams.TeamsServer = teams.TeamsServer()

    def settings(self) -> dict[str, str]:
        url = self.server.url
        login = {"login_url": url, "keys_url": f"{url}/keys"}
        return {"app_id": teams.APP, "secret": teams.SECRET, **login}

    def address(self, story: Story) -> str:
        place = f"{self.server.url}/emea/v3/conversations/a:1AbC%3Bx"
        return address_of(place, signing_key(story.house.sealer).encode())

    def press(self, now: datetime) -> Callback:
        ((_, told),) = self.server.posted
        button = told["attachments"][0]["content"]["actions"][0]
        service = f"{self.server.url}/emea/"
        return teams.called(teams.pressed(service, button["data"]["mark"]), now)


@pytest.fixture(params=[InTelegram, InMattermost, InDiscord, InTeams], ids=lambda one: one.type)
async def chat(request: pytest.FixtureRequest) -> AsyncIterator[Chat]:
    one: Chat = request.param()
    async with AsyncExitStack() as stack:
        await stack.enter_async_context(one.server)
        yield one


async def test_a_page_is_answered_where_it_arrives(story: Story, chat: Chat) -> None:
    wish = Wish(type=chat.type, settings=chat.settings())
    provider = await providers.create(story.house, wish, story.now)
    await providers.recall(story.house)
    await story.give(story.team.ann, chat.kind, chat.address(story), minutes=0)
    await story.alert("Disk full")
    await story.wait(seconds=1)
    callback = chat.press(story.now)

    async with story.serve() as url:
        at = f"{url}/callbacks/{provider.id}/{callback.tail}".rstrip("/")
        forged = await _send(at, chat.forged(callback))
        before = await story.status("Disk full")
        answers = [await _send(at, callback) for _ in range(2)]

    [incident] = await story.incidents()
    assert (forged.status_code, before) == (401, "triggered")
    assert await story.status("Disk full") == "acknowledged"
    for answer in answers:
        assert answer.status_code == 200
        assert chat.shows(answer, f"#{incident.number}")


async def test_a_wrong_token_is_found_out_by_day(story: Story) -> None:
    async with telegram.TelegramServer() as server:
        given = {"token": "123456:wrong", "updates": "poll", "base_url": server.url}
        made = await providers.create(story.house, Wish(type="telegram", settings=given), story.now)
        refused = await providers.check(story.house, made.id, story.now)
        before = await providers.get(story.house, made.id)
        right = Wish(settings={"token": telegram.TOKEN})
        await providers.change(story.house, made.id, right, story.now)
        known = await providers.check(story.house, made.id, story.now)
        after = await providers.get(story.house, made.id)

    assert refused is not None
    assert before.health.refusal == refused.sentence
    assert refused.sentence.startswith("Telegram refuses the token: HTTP 401 Unauthorized")
    assert known is not None
    assert known.sentence == "Telegram knows the bot as @tocsin_bot."
    assert (before.health.is_refused, after.health.is_refused) == (True, False)


def _called(told: Any, headers: dict[str, str], tail: str = "") -> Callback:
    body = json.dumps(told).encode()
    return Callback(method="POST", url="", tail=tail, headers=headers, body=body)


async def _send(url: str, callback: Callback) -> httpx.Response:
    async with httpx.AsyncClient() as http:
        return await http.post(url, content=callback.body, headers=dict(callback.headers))
