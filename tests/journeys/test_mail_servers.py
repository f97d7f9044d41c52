"""Several mail servers in the whole product: in their order, and heard of by their services."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from typing import Any

import httpx
import pytest

from tests.inbox import Inbox
from tests.journeys.story import Story
from tests.standins.mail_services import (
    MAILGUN_KEY,
    POSTMARK_KEY,
    mailgun,
    mailgun_event,
    mailgun_failure,
    postmark,
    postmark_bounce,
    postmark_record,
)
from tests.team import METHODS
from tocsin.auth.principal import Principal
from tocsin.channels.mail_back import COMPLAINT
from tocsin.domain.reaching.hearing import Callback
from tocsin.domain.reaching.provider import Provider
from tocsin.domain.reaching.sent import Sent
from tocsin.domain.response.sentences import sentence
from tocsin.store.intake.quarantine import QUARANTINE
from tocsin.store.reaching.messages import MESSAGES
from tocsin.usecases.people import passwords
from tocsin.usecases.reaching import providers
from tocsin.usecases.reaching.providers import Wish

MAILGUN = {"bounces": "mailgun", "bounces_key": MAILGUN_KEY}
POSTMARK = {"bounces": "postmark", "bounces_key": POSTMARK_KEY}


class Room:
    """A story with mail servers of its own beside that of the settings."""

    def __init__(self, story: Story, spare: Inbox, one: Inbox, two: Inbox) -> None:
        self.story, self.spare, self.one, self.two = story, spare, one, two

    async def set_up(self, name: str, inbox: Inbox, **settings: str) -> Provider:
        place = {"host": "127.0.0.1", "port": str(inbox.port), "encryption": "none"}
        given = place | {"bounces": "none"} | settings
        wish = Wish(type="smtp", name=name, settings=given)
        provider = await providers.create(self.story.house, wish, self.story.now)
        await providers.recall(self.story.house)
        return provider

    async def alert(self) -> None:
        await self.story.alert("Disk full")
        await self.story.wait(seconds=1)

    async def said(self) -> list[str]:
        """What the timeline says of pages."""
        [incident] = await self.story.incidents()
        names = {self.story.team.ann.id: "Ann"}
        told = [sentence(entry, names) for entry in await self.story.told(incident)]
        return [one for one in told if "otif" in one]

    async def sent(self) -> Sent:
        """What was kept of the first message."""
        async with self.story.database.read() as tx:
            return (await MESSAGES.select(tx, order_by=(MESSAGES.c.at, MESSAGES.c.id)))[0]

    async def fault(self, sent: Sent) -> str | None:
        """What is known to be wrong with the address that it went to."""
        async with self.story.database.read() as tx:
            method = await METHODS.get(tx, sent.contact_method_id or "")
        return method.fault if method else None

    async def tell(self, provider: Provider, call: Callback) -> httpx.Response:
        """Let a service call, over the network."""
        async with self.story.serve() as url, httpx.AsyncClient(timeout=15) as http:
            path = f"{url}/callbacks/{provider.id}"
            answer = await http.post(path, content=call.body, headers=dict(call.headers))
        await self.story.wait(seconds=1)
        return answer


@pytest.fixture
async def room(story: Story, smtp_inbox: Inbox) -> AsyncIterator[Room]:
    async with AsyncExitStack() as stack:
        inboxes = [Inbox(), Inbox()]
        for inbox in inboxes:
            await inbox.start()
            stack.push_async_callback(inbox.stop)
            stack.callback(inbox.open.set)
        yield Room(story, smtp_inbox, *inboxes)


async def test_the_first_server_carries_pages_and_that_of_the_settings_none(room: Room) -> None:
    await room.set_up("One", room.one)
    await room.set_up("Two", room.two)

    await room.alert()

    assert [len(inbox.mails) for inbox in (room.one, room.two, room.spare)] == [1, 0, 0]
    assert await room.said() == ["Notified Ann by e-mail through One"]


async def test_what_the_first_refuses_goes_by_the_second_at_once(room: Room) -> None:
    room.one.at_data = "451 4.3.0 Try again later"
    await room.set_up("One", room.one)
    await room.set_up("Two", room.two)

    await room.alert()

    assert [len(inbox.mails) for inbox in (room.two, room.spare)] == [1, 0]
    assert await room.said() == [
        "Could not notify Ann by e-mail through One; another provider is asked",
        "Notified Ann by e-mail through Two",
    ]


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
async def test_the_server_of_the_settings_is_the_last_resort(room: Room) -> None:
    room.one.login = ("oncall", "another")
    await room.set_up("One", room.one, user="oncall", password="wrong")
    await room.two.stop()
    await room.set_up("Two", room.two)

    await room.alert()

    assert len(room.spare.mails) == 1
    assert await room.said() == [
        "Could not notify Ann by e-mail through One; another provider is asked",
        "Could not notify Ann by e-mail through Two; another provider is asked",
        "Notified Ann by e-mail through the mail server of the settings",
    ]
    assert await room.fault(await room.sent()) is None


async def test_servers_that_are_switched_off_leave_that_of_the_settings(room: Room) -> None:
    one = await room.set_up("One", room.one)
    await providers.change(room.story.house, one.id, Wish(is_disabled=True), room.story.now)

    await room.alert()

    assert [len(inbox.mails) for inbox in (room.one, room.spare)] == [0, 1]
    assert await room.said() == ["Notified Ann by e-mail"]


async def test_once_all_have_failed_the_first_is_asked_again(room: Room) -> None:
    room.one.at_data = room.spare.at_data = "451 4.3.0 Try again later"
    await room.set_up("One", room.one)
    await room.alert()
    room.one.at_data = "250 OK: kept"

    await room.story.wait(seconds=10)

    assert (len(room.one.mails), len(room.spare.mails)) == (1, 0)


async def test_letters_go_by_the_same_servers(room: Room) -> None:
    room.one.at_data = "451 4.3.0 Try again later"
    one = await room.set_up("One", room.one)
    await room.set_up("Two", room.two, sender="Night <night@example.org>")
    by = Principal(key_id="", user=room.story.team.ann)

    await passwords.offer(room.story.house, room.story.team.ben.id, by, room.story.now)
    await room.story.wait(seconds=1)

    (mail,) = room.two.mails
    assert mail["From"] == "Night <night@example.org>"
    assert room.spare.mails == []
    assert (await providers.get(room.story.house, one.id)).health.failures == 1


@pytest.mark.parametrize(
    ("settings", "bounce", "fault"),
    [
        (MAILGUN, lambda id_, now: mailgun(mailgun_failure(id_), now), "Mailgun: 550 5.1.1"),
        (MAILGUN, lambda id_, now: mailgun(mailgun_event("complained", id_), now), COMPLAINT),
        (POSTMARK, lambda id_, _: postmark(postmark_bounce(id_)), "Postmark: HardBounce"),
        (POSTMARK, lambda id_, _: postmark(postmark_record("SpamComplaint", id_)), COMPLAINT),
    ],
    ids=["mailgun bounce", "mailgun complaint", "postmark bounce", "postmark complaint"],
)
async def test_a_bounce_for_good_marks_the_address_and_pages_another_way(
    room: Room, settings: dict[str, str], bounce: Any, fault: str
) -> None:
    await room.story.give(room.story.team.ann, "email", "ann@example.org", minutes=60)
    one = await room.set_up("One", room.one, **settings)
    await room.alert()
    sent = await room.sent()

    answer = await room.tell(one, bounce(sent.id, room.story.now))

    assert answer.status_code == 200
    assert (await room.sent()).receipt == "failed"
    assert (await room.fault(sent) or "").startswith(fault)
    assert await room.said() == [
        "Notified Ann by e-mail through One",
        "Could not notify Ann by e-mail through One; another way is tried",
        "Notified Ann by e-mail through One",
    ]
    assert [mail.envelope_to for mail in room.one.mails] == ["ann@example.com", "ann@example.org"]
    assert room.spare.mails == []


async def test_what_may_do_better_is_mailed_by_the_next_server(room: Room) -> None:
    one = await room.set_up("One", room.one, **POSTMARK)
    await room.alert()
    sent = await room.sent()

    await room.tell(one, postmark(postmark_bounce(sent.id, "SoftBounce")))

    assert await room.said() == [
        "Notified Ann by e-mail through One",
        "Could not notify Ann by e-mail through One; another provider is asked",
        "Notified Ann by e-mail through the mail server of the settings",
    ]
    assert await room.fault(sent) is None
    assert len(room.spare.mails) == 1


async def test_a_delivery_is_a_receipt_that_a_complaint_may_follow(room: Room) -> None:
    one = await room.set_up("One", room.one, **MAILGUN)
    await room.alert()
    sent, now = await room.sent(), room.story.now
    delivered = mailgun(mailgun_event("delivered", sent.id), now, token="first")

    assert (await room.tell(one, delivered)).status_code == 200
    assert (await room.sent()).receipt == "sent"
    assert await room.fault(sent) is None
    complained = mailgun(mailgun_event("complained", sent.id), now, token="second")
    assert (await room.tell(one, complained)).status_code == 200
    assert (await room.sent()).receipt == "failed"


async def test_what_is_forged_replayed_or_nonsense_changes_nothing(room: Room) -> None:
    one = await room.set_up("One", room.one, **MAILGUN)
    await room.alert()
    sent, now = await room.sent(), room.story.now
    failure = mailgun_failure(sent.id)

    assert (await room.tell(one, mailgun(failure, now, key="guessed"))).status_code == 401
    delivered = mailgun(mailgun_event("delivered", sent.id), now)
    assert (await room.tell(one, delivered)).status_code == 200
    assert (await room.tell(one, mailgun(failure, now))).status_code == 401
    assert (await room.tell(one, mailgun("nonsense", now, token="other"))).status_code == 400

    assert (await room.sent()).receipt == "sent"
    assert room.spare.mails == []
    async with room.story.database.read() as tx:
        strays = await QUARANTINE.select(tx)
    assert "This is no event of Mailgun" in strays[-1].reason


async def test_a_service_that_does_not_call_is_not_believed(room: Room) -> None:
    one = await room.set_up("One", room.one)

    answer = await room.tell(one, postmark(postmark_bounce("Q1")))

    assert answer.status_code == 401
    assert answer.text == "No service that tells of bounces is set up for this mail server."
