"""Slack in the whole product: a page with buttons, a room, a command, and who may answer."""

import json
from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import urlencode

import httpx
import pytest

from tests.journeys.story import Story
from tests.standins.slack import CHANNEL, SECRET, TOKEN, Slack, pressed, running, signed
from tocsin.domain.reaching.provider import Provider
from tocsin.usecases.reaching import providers, rooms
from tocsin.usecases.reaching.providers import Wish


@pytest.fixture
async def slack() -> AsyncIterator[Slack]:
    async with running() as one:
        yield one


class Workspace:
    """Slack as the product knows it, and people in it who press and type."""

    def __init__(self, story: Story, slack: Slack, provider: Provider, url: str) -> None:
        self._story, self._slack = story, slack
        self.url = f"{url}/callbacks/{provider.id}"

    async def press(self, deed: str, user: str, channel: str) -> int:
        """Press a button of what was posted last in a conversation."""
        posts = [post for place, post in self._slack.posts.items() if place[0] == channel]
        block = posts[-1]["blocks"][-1]
        [button] = [one for one in block["elements"] if one["action_id"] == deed]
        told = pressed(user, button, block, self._slack.response_url)
        return (await self._send(payload=json.dumps(told))).status_code

    async def type(self, text: str, user: str) -> str:
        """Type a command, and return what is answered."""
        answer = await self._send(command="/oncall", text=text, user_id=user)
        return str(answer.json()["text"])

    async def _send(self, **fields: str) -> httpx.Response:
        call = signed(urlencode(fields), self._story.now.timestamp())
        async with httpx.AsyncClient() as http:
            answer = await http.post(self.url, content=call.body, headers=dict(call.headers))
        await self._story.wait(seconds=1)
        return answer


@pytest.fixture
async def workspace(story: Story, slack: Slack) -> AsyncIterator[Workspace]:
    """Ann is paged in Slack by her e-mail address there; a room hears of everything."""
    given = {"token": TOKEN, "signing_secret": SECRET, "base_url": slack.base_url}
    wish = Wish(type="slack", settings=given)
    provider = await providers.create(story.house, wish, story.now)
    await providers.recall(story.house)
    await story.give(story.team.ann, "slack", "ann@example.com", minutes=0)
    room = rooms.Wish(provider_id=provider.id, address=CHANNEL)
    await rooms.create(story.house, room, story.now)
    async with story.serve() as url:
        yield Workspace(story, slack, provider, url)


def shown(slack: Slack, channel: str) -> dict[str, Any]:
    [post] = [post for place, post in slack.posts.items() if place[0] == channel]
    return post


async def test_a_page_is_answered_where_it_arrives(
    story: Story, slack: Slack, workspace: Workspace
) -> None:
    await story.alert("Disk full")
    await story.wait(seconds=1)
    assert "Disk full" in shown(slack, "DU1ANN")["text"]

    assert await workspace.press("acknowledge", "U1ANN", "DU1ANN") == 200

    assert await story.status("Disk full") == "acknowledged"
    assert slack.responses[-1]["replace_original"] is True
    assert shown(slack, CHANNEL)["blocks"][1]["text"]["text"] == "Acknowledged by: Ann"


async def test_somebody_else_does_not_answer_it(
    story: Story, slack: Slack, workspace: Workspace
) -> None:
    await story.alert("Disk full")
    await story.wait(seconds=1)

    assert await workspace.press("acknowledge", "U2BOB", "DU1ANN") == 200
    assert await workspace.press("acknowledge", "U2BOB", CHANNEL) == 200

    assert await story.status("Disk full") == "triggered"
    assert [one["response_type"] for one in slack.responses] == ["ephemeral", "ephemeral"]


async def test_whoever_was_paged_is_known_in_the_room(
    story: Story, slack: Slack, workspace: Workspace
) -> None:
    await story.alert("Disk full")
    await story.wait(seconds=1)

    await workspace.press("resolve", "U1ANN", CHANNEL)

    assert await story.status("Disk full") == "resolved"
    assert shown(slack, CHANNEL)["blocks"][1]["text"]["text"] == "Resolved by: Ann"


async def test_commands_are_obeyed(story: Story, slack: Slack, workspace: Workspace) -> None:
    assert (await workspace.type("who", "U1ANN")).startswith("Nobody is known here as U1ANN.")
    await story.alert("Disk full")
    await story.wait(seconds=1)
    [incident] = await story.incidents()

    assert await workspace.type("who checkout", "U1ANN") == ("Web, level 1: Ann\nWeb, level 2: Ben")
    assert "Disk full" in await workspace.type("list", "U1ANN")
    assert f"#{incident.number}" in await workspace.type(f"ack {incident.number}", "U1ANN")
    assert await story.status("Disk full") == "acknowledged"
    await workspace.type("trigger Checkout CPU hot", "U1ANN")
    assert await story.status("CPU hot") == "triggered"
    assert "/oncall who" in await workspace.type("", "U1ANN")


async def test_what_is_forged_is_refused(story: Story, slack: Slack, workspace: Workspace) -> None:
    await story.alert("Disk full")
    await story.wait(seconds=1)
    call = signed("command=%2Foncall&text=list&user_id=U1ANN", story.now.timestamp(), "guessed")

    async with httpx.AsyncClient() as http:
        answer = await http.post(workspace.url, content=call.body, headers=dict(call.headers))

    assert answer.status_code == 401
