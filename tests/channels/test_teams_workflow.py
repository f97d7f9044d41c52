"""Workflows of Microsoft Teams, posted to over HTTP: cards, and what refusals mean."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from tests.standins.chat_server import Answered, Asked, ChatServer
from tests.standins.pages import NOTICE, PAGE
from tests.standins.tooling import open_tools
from tocsin.channels import asking
from tocsin.channels.teams.workflow import TeamsWorkflow

PATH = "/workflows/0001/triggers/manual/paths/invoke?api-version=2016-06-01&sig=S"


class WorkflowServer(ChatServer):
    """One workflow."""

    def answer(self, asked: Asked) -> Answered:
        if asked.path != PATH:
            return refusal(404, "WorkflowNotFound")
        assert len(asked.body) <= 28 * 1024
        return Answered(202)


def refusal(status: int, code: str) -> Answered:
    return Answered(status, {"error": {"code": code, "message": "No."}})


@pytest.fixture
async def server() -> AsyncIterator[WorkflowServer]:
    async with WorkflowServer() as server:
        yield server


@pytest.fixture
async def channel() -> AsyncIterator[TeamsWorkflow]:
    async with open_tools() as tools:
        yield TeamsWorkflow.make(tools, {}, "")


async def test_a_page_is_a_card_that_opens_the_page_which_answers(
    channel: TeamsWorkflow, server: WorkflowServer
) -> None:
    delivery = await channel.send(PAGE, f"{server.url}{PATH}")

    (asked,) = server.asked
    (attachment,) = asked.json["attachments"]
    card = attachment["content"]
    lines = [line["inlines"][0]["text"] for line in card["body"]]
    assert (delivery.ok, delivery.detail) == (True, "The workflow was started")
    assert asked.json["type"] == "message"
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert card["fallbackText"] == PAGE.title
    assert lines == [PAGE.title, "Checkout: <0 % free>"]
    assert card["actions"] == [
        {
            "type": "Action.OpenUrl",
            "title": "Acknowledge / Resolve / Escalate",
            "url": PAGE.answer_url,
        }
    ]


@pytest.mark.parametrize("body", ["障害" * 9000, "\n".join("ab" * 3000), "word \n" * 4000])
async def test_long_words_fit(channel: TeamsWorkflow, server: WorkflowServer, body: str) -> None:
    assert (await channel.send(replace(NOTICE, body=body), f"{server.url}{PATH}")).ok


async def test_what_is_about_nothing_opens_nothing(
    channel: TeamsWorkflow, server: WorkflowServer
) -> None:
    await channel.send(replace(NOTICE, incidents=()), f"{server.url}{PATH}")

    assert server.asked[0].json["attachments"][0]["content"]["actions"] == []


@pytest.mark.parametrize(
    ("broken", "retry", "wait"),
    [
        (Answered(429, None, ("Retry-After: 9",)), True, 9),
        (Answered(500), True, 0),
        (Answered(503), True, 0),
        (refusal(400, "TriggerInputSchemaMismatch"), False, 0),
        (refusal(401, "DirectApiAuthorizationRequired"), False, 0),
        (refusal(403, "AuthorizationFailed"), False, 0),
        (refusal(404, "WorkflowNotFound"), False, 0),
    ],
)
async def test_a_refusal_says_whether_another_try_makes_sense(
    channel: TeamsWorkflow, server: WorkflowServer, broken: Answered, retry: bool, wait: int
) -> None:
    server.broken = broken

    delivery = await channel.send(PAGE, f"{server.url}{PATH}")

    assert (delivery.ok, delivery.retry, delivery.wait_seconds) == (False, retry, wait)
    assert not delivery.is_our_fault, "the address brings its own credentials"
    assert "sig=S" not in delivery.detail


async def test_silence_is_worth_another_try(
    channel: TeamsWorkflow, server: WorkflowServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(asking, "TIMEOUT", 0.1)
    server.open.clear()

    delivery = await channel.send(PAGE, f"{server.url}{PATH}")

    assert (delivery.ok, delivery.retry) == (False, True)


def test_the_address_is_a_secret() -> None:
    assert TeamsWorkflow.declaration.kind.is_secret
