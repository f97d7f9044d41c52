"""Slack: what people are sent and rooms are shown, by a stand-in that Slack's own SDK accepts."""

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any

import pytest
from msgspec.structs import replace
from slack_sdk import WebClient
from slack_sdk.models.blocks import Block

from tests.channels.test_email import MESSAGE, about, disk
from tests.standins.slack import APP_TOKEN, CHANNEL, GROUP, SECRET, TOKEN, running
from tests.standins.slack import Slack as StandIn
from tocsin.channels.slack import api as slack_api
from tocsin.channels.slack.blocks import answered
from tocsin.channels.slack.channel import Slack
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.room import GroupKeeper, Post, RoomKeeper
from tocsin.kit.clock import system_clock
from tocsin.kit.http import Outbound, make_client

PAGE = replace(
    MESSAGE,
    title="#12 Disk full on db-1",
    text="Checkout: #12 Disk full on db-1",
    deeds=("acknowledge", "resolve", "escalate"),
    token="Q1.signature",
    answer_url="https://oncall.example.com/answer/Q1.signature",
)
POST = Post(
    number=12,
    title="Disk full",
    url="https://oncall.example.com/incidents/Q1",
    status="triggered",
    language="en",
    standing="Triggered, assigned to: Ann",
    facts=(("Service", "Checkout"),),
    deeds=("acknowledge", "resolve"),
)


@pytest.fixture
async def slack() -> AsyncIterator[StandIn]:
    async with running() as one:
        yield one


@pytest.fixture
async def channel(slack: StandIn) -> AsyncIterator[Slack]:
    async with make_client(Outbound(), user_agent="Tocsin/1") as http:
        tools = Tools(http=http, clock=system_clock, signing_key="key")
        yield Slack.make(tools, settings(slack), "https://oncall.example.com/callbacks/P1")


def settings(slack: StandIn, **changes: str) -> dict[str, str]:
    given = {"token": TOKEN, "signing_secret": SECRET, "base_url": slack.base_url}
    return given | {"app_token": APP_TOKEN} | changes


async def test_a_page_is_posted_where_only_its_recipient_reads(
    channel: Slack, slack: StandIn
) -> None:
    delivery = await channel.send(PAGE, "U1ANN")

    assert [call.method for call in slack.calls] == ["conversations.open", "chat.postMessage"]
    assert {call.token for call in slack.calls} == {TOKEN}
    [(place, posted)] = slack.posts.items()
    assert (delivery.ok, delivery.provider_id) == (True, ":".join(place))
    assert place[0] == "DU1ANN"
    assert posted["text"] == PAGE.text
    title, facts, actions = posted["blocks"]
    assert title["text"]["text"] == f"<{PAGE.incidents[0].html_url}|*#12 Disk full on db-1*>"
    assert facts["fields"][0]["text"] == "*Service*\nCheckout"
    assert "*Source*\ndb-1" in [field["text"] for field in facts["fields"]]
    assert [one["text"]["text"] for one in actions["elements"]] == [
        "Acknowledge",
        "Resolve",
        "Escalate",
        "Open incident",
    ]
    assert {one["value"] for one in actions["elements"][:3]} == {"Q1.signature@U1ANN"}
    assert actions["elements"][3]["url"] == PAGE.incidents[0].html_url


async def test_a_conversation_is_opened_once(channel: Slack, slack: StandIn) -> None:
    await channel.send(PAGE, "U1ANN")
    await channel.send(PAGE, "U1ANN")

    assert len(slack.of("conversations.open")) == 1
    assert len(slack.posts) == 2


async def test_who_is_known_by_an_e_mail_address_is_known_by_the_member_id_from_then_on(
    channel: Slack, slack: StandIn
) -> None:
    delivery = await channel.send(PAGE, "ann@example.com")

    assert (delivery.ok, delivery.address) == (True, "U1ANN")
    assert [place[0] for place in slack.posts] == ["DU1ANN"]
    assert slack.of("users.lookupByEmail") == [{"email": "ann@example.com"}]


async def test_labels_are_in_the_language_of_the_recipient(channel: Slack, slack: StandIn) -> None:
    await channel.send(replace(PAGE, language="de"), "U1ANN")

    [posted] = slack.posts.values()
    assert posted["blocks"][1]["fields"][0]["text"].startswith("*Dienst*")
    actions = posted["blocks"][2]
    assert actions["elements"][0]["text"]["text"] == "Bestätigen"
    assert actions["block_id"] == "answer-de"


async def test_a_notice_that_is_only_read_has_no_buttons(channel: Slack, slack: StandIn) -> None:
    notice = replace(PAGE, incidents=(), deeds=(), answer_url="", title="Your shift", body="Now.")

    await channel.send(notice, "U1ANN")

    [posted] = slack.posts.values()
    assert [block["type"] for block in posted["blocks"]] == ["section", "section"]
    assert posted["blocks"][1]["text"]["text"] == "Now."


async def test_who_is_asked_to_help_reads_what_for_and_may_answer(
    channel: Slack, slack: StandIn
) -> None:
    asked = replace(
        PAGE, kind="responder_request", title="Ben asks", body="Come.", deeds=("join", "decline")
    )

    await channel.send(asked, "U1ANN")

    [posted] = slack.posts.values()
    _, told, actions = posted["blocks"]
    assert told["text"]["text"] == "Come."
    assert [one["action_id"] for one in actions["elements"]] == ["join", "decline", "open"]
    [_, left, said] = answered(posted["blocks"][1:], ["triggered"], "You help.")
    assert [one["action_id"] for one in left["elements"]] == ["open"]
    assert said["type"] == "context"


async def test_a_title_alone_is_enough(channel: Slack, slack: StandIn) -> None:
    bare = replace(PAGE, incidents=(), deeds=(), answer_url="", title="Hello", text="", body="")

    assert (await channel.send(bare, "U1ANN")).ok
    [posted] = slack.posts.values()
    assert posted["text"] == "Hello"


async def test_many_incidents_are_listed_in_words(channel: Slack, slack: StandIn) -> None:
    many = about(disk(), disk(number=13), title="2 incidents", body="#12 Disk\n#13 Disk")

    await channel.send(replace(many, deeds=PAGE.deeds, answer_url=PAGE.answer_url), "U1ANN")

    [posted] = slack.posts.values()
    assert posted["blocks"][1]["text"]["text"] == "#12 Disk\n#13 Disk"
    assert posted["blocks"][2]["elements"][-1]["url"] == PAGE.answer_url


async def test_nothing_that_others_wrote_is_a_command_and_nothing_is_too_long(
    channel: Slack, slack: StandIn
) -> None:
    hostile = "<!channel> <@U2BOB> a|b & " + "é<" * 3000
    message = about(disk(source=hostile, service=hostile), title=hostile, text=hostile)

    assert (await channel.send(replace(message, deeds=PAGE.deeds), "U1ANN")).ok
    await channel.send(about(disk(), disk(), title="x", body=hostile), "U1ANN")

    for posted in slack.posts.values():
        assert "<!channel>" not in str(posted)
        assert "<@U2BOB>" not in str(posted)


@pytest.mark.parametrize(
    ("error", "retry", "is_ours"),
    [
        ("channel_not_found", False, False),
        ("user_not_found", False, False),
        ("cannot_dm_bot", False, False),
        ("msg_too_long", False, False),
        ("invalid_auth", False, True),
        ("token_revoked", False, True),
        ("account_inactive", False, True),
        ("missing_scope", False, True),
        ("ratelimited", True, False),
        ("internal_error", True, False),
        ("service_unavailable", True, False),
        ("something_new", True, False),
    ],
)
async def test_each_refusal_says_what_follows(
    channel: Slack, slack: StandIn, error: str, retry: bool, is_ours: bool
) -> None:
    slack.refuse(error, "chat.postMessage")

    delivery = await channel.send(PAGE, "U1ANN")

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, retry, is_ours)
    assert delivery.detail.startswith(f"Slack: {error}")


async def test_a_missing_scope_is_named(channel: Slack, slack: StandIn) -> None:
    slack.refuse("missing_scope", needed="im:write")

    delivery = await channel.send(PAGE, "U1ANN")

    assert delivery.detail == "Slack: missing_scope, the app needs im:write"


@pytest.mark.parametrize("address", ["U9NOBODY", "nobody@example.com"])
async def test_a_wrong_address_is_refused_for_good(channel: Slack, address: str) -> None:
    delivery = await channel.send(PAGE, address)

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, False)


async def test_a_token_that_is_none_is_our_fault(slack: StandIn, channel: Slack) -> None:
    async with make_client(Outbound(), user_agent="Tocsin/1") as http:
        tools = Tools(http=http, clock=system_clock, signing_key="key")
        other = Slack.make(tools, settings(slack, token="xoxb-revoked"), "")
        delivery = await other.send(PAGE, "U1ANN")

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, False, True)
    assert "xoxb" not in delivery.detail


@pytest.mark.parametrize(("headers", "wait"), [(("Retry-After: 12",), 12), ((), 30)])
async def test_too_many_calls_are_made_later(
    channel: Slack, slack: StandIn, headers: tuple[str, ...], wait: int
) -> None:
    slack.say("429 Too Many Requests", *headers)

    delivery = await channel.send(PAGE, "U1ANN")

    assert (delivery.retry, delivery.wait_seconds) == (True, wait)


@pytest.mark.parametrize(
    ("status", "retry", "is_ours"),
    [
        ("500 Internal Server Error", True, False),
        ("503 Service Unavailable", True, False),
        ("302 Found", False, True),
        ("404 Not Found", False, True),
        ("200 OK", True, False),
    ],
)
async def test_what_is_no_answer_of_slack_is_told_by_its_status(
    channel: Slack, slack: StandIn, status: str, retry: bool, is_ours: bool
) -> None:
    slack.say(status)

    delivery = await channel.send(PAGE, "U1ANN")

    assert (delivery.ok, delivery.retry, delivery.is_our_fault) == (False, retry, is_ours)


async def test_an_answer_that_lacks_what_is_needed_is_tried_again(
    channel: Slack, slack: StandIn
) -> None:
    slack.refuse("", "conversations.open", ok=True, channel="odd")

    delivery = await channel.send(PAGE, "U1ANN")

    assert (delivery.retry, delivery.detail) == (True, "Slack: the answer lacks channel.id")


async def test_silence_is_given_up_and_worth_another_try(
    channel: Slack, slack: StandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(slack_api, "TIMEOUT", 0.1)
    slack.open.clear()
    began = time.monotonic()

    delivery = await channel.send(PAGE, "U1ANN")

    assert (delivery.retry, delivery.detail) == (True, "No answer within 0.1 seconds.")
    assert time.monotonic() - began < 2


async def test_an_answer_without_an_end_does_no_harm(channel: Slack, slack: StandIn) -> None:
    endless = "HTTP/1.1 200 OK\r\nContent-Length: 1000000000000\r\n\r\n"
    slack.says["*"] = endless + "x" * 2 * slack_api.MOST_READ

    delivery = await channel.send(PAGE, "U1ANN")

    assert (delivery.ok, delivery.retry) == (False, True)


async def test_a_closed_port_and_a_forbidden_address_differ(slack: StandIn) -> None:
    async with make_client(Outbound(("private",)), user_agent="Tocsin/1") as http:
        tools = Tools(http=http, clock=system_clock, signing_key="key")
        forbidden = await Slack.make(tools, settings(slack), "").send(PAGE, "U1ANN")
    async with make_client(Outbound(), user_agent="Tocsin/1") as http:
        tools = Tools(http=http, clock=system_clock, signing_key="key")
        closed = settings(slack, base_url="http://127.0.0.1:1/api/")
        refused = await Slack.make(tools, closed, "").send(PAGE, "U1ANN")

    assert (forbidden.retry, forbidden.is_our_fault) == (False, True)
    assert (refused.retry, refused.is_our_fault) == (True, False)


async def test_a_post_in_a_room_is_changed_and_remarked_upon(
    channel: Slack, slack: StandIn
) -> None:
    assert isinstance(channel, RoomKeeper)
    posted = await channel.post_room(POST, CHANNEL)
    reference = posted.provider_id or ""
    later = replace(POST, standing="Resolved by: Ann", deeds=(), remark="Ann noted: <!here>")

    changed = await channel.change_room(later, CHANNEL, reference)

    assert (posted.ok, changed.ok, changed.provider_id) == (True, True, reference)
    shown = slack.posts[CHANNEL, reference.partition(":")[2]]
    assert shown["blocks"][1]["text"]["text"] == "Resolved by: Ann"
    assert [one["action_id"] for one in shown["blocks"][-1]["elements"]] == ["open"]
    remark = slack.of("chat.postMessage")[1]
    assert remark["thread_ts"] == reference.partition(":")[2]
    assert remark["text"] == "Ann noted: &lt;!here&gt;"


async def test_buttons_in_a_room_name_the_incident(channel: Slack, slack: StandIn) -> None:
    await channel.post_room(POST, CHANNEL)

    [posted] = slack.posts.values()
    values = [one.get("value") for one in posted["blocks"][-1]["elements"]]
    assert values == ["#12", "#12", None]


async def test_a_post_that_is_gone_is_made_anew(channel: Slack, slack: StandIn) -> None:
    changed = await channel.change_room(POST, CHANNEL, f"{CHANNEL}:1.000001")

    assert changed.ok
    assert [":".join(place) for place in slack.posts] == [changed.provider_id]


async def test_what_a_room_refuses_is_told(channel: Slack, slack: StandIn) -> None:
    slack.refuse("not_in_channel")

    posted = await channel.post_room(POST, CHANNEL)
    changed = await channel.change_room(POST, CHANNEL, f"{CHANNEL}:1.000001")

    assert posted.detail == "Slack: not_in_channel, invite the app to the channel"
    assert (posted.ok, posted.retry, changed.ok, changed.retry) == (False, False, False, False)


async def test_a_group_holds_whom_it_is_told_to(channel: Slack, slack: StandIn) -> None:
    assert isinstance(channel, GroupKeeper)

    delivery = await channel.set_group(GROUP, ["ann@example.com"])
    unknown = await channel.set_group("S9GONE", ["U1ANN"])

    assert (delivery.ok, slack.groups[GROUP]) == (True, ["U1ANN"])
    assert (unknown.ok, unknown.retry) == (False, False)


async def test_slack_s_own_sdk_accepts_the_stand_in_and_sends_what_we_send(
    channel: Slack, slack: StandIn
) -> None:
    await channel.send(PAGE, "U1ANN")
    [ours] = slack.of("chat.postMessage")

    def by_sdk() -> tuple[Any, ...]:
        client = WebClient(token=TOKEN, base_url=slack.base_url)
        opened = client.conversations_open(users="U1ANN")
        posted = client.chat_postMessage(
            channel=opened["channel"]["id"],
            text=ours["text"],
            blocks=ours["blocks"],
            unfurl_links=False,
        )
        changed = client.chat_update(channel=posted["channel"], ts=posted["ts"], text="Done")
        found = client.users_lookupByEmail(email="bob@example.com")
        group = client.usergroups_users_update(usergroup=GROUP, users=["U1ANN", "U2BOB"])
        return opened["ok"], changed["ok"], found["user"]["id"], group["usergroup"]["users"]

    told = await asyncio.to_thread(by_sdk)

    assert told == (True, True, "U2BOB", ["U1ANN", "U2BOB"])
    [_, theirs] = slack.of("chat.postMessage")
    assert theirs["blocks"] == ours["blocks"]
    assert theirs.keys() == ours.keys()


async def test_slack_s_own_sdk_finds_our_blocks_in_order(channel: Slack, slack: StandIn) -> None:
    await channel.send(PAGE, "U1ANN")
    await channel.post_room(POST, CHANNEL)

    for posted in slack.posts.values():
        read = Block.parse_all(posted["blocks"])
        assert [block.to_dict() for block in read] == posted["blocks"]
