"""Proofs: codes and tests that show whether a contact method reaches its owner."""

import random
from datetime import timedelta

import msgspec
import pytest
from prometheus_client import CollectorRegistry

from tests.night import Night
from tests.telephone import Telephone
from tocsin.domain.people.user import ContactMethod
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.message import Message
from tocsin.engine.engine import Engine
from tocsin.store.database import Database
from tocsin.usecases.errors import Conflict, Invalid, NotFound, TooMany
from tocsin.usecases.people import contact_methods
from tocsin.usecases.people.contact_methods import Wish
from tocsin.usecases.reaching import proofs
from tocsin.web.hub import Live


class Hand:
    """Somebody with a telephone that is to be proven."""

    def __init__(self, night: Night, method: ContactMethod) -> None:
        self.night = night
        self.method = method
        self.telephone = Telephone()
        self.engine = Engine(night.house, [self.telephone], CollectorRegistry())

    async def messages(self) -> list[Message]:
        """Let what is due go out, and return all that came until now."""
        await self.engine.run_due(self.night.now)
        return [message for _, message in self.telephone.received]

    async def type(self, code: str) -> None:
        """Type a code in."""
        night, method = self.night, self.method
        await proofs.prove(night.house, method.user_id, method.id, code, night.now)

    async def ask(self, *, code: bool = False) -> None:
        """Ask for a test message, or for a code."""
        send = proofs.send_code if code else proofs.send_trial
        await send(self.night.house, self.method.user_id, self.method.id, self.night.now)

    async def look(self) -> ContactMethod:
        """Return the contact method as it stands now."""
        return await contact_methods.get(self.night.house, self.method.user_id, self.method.id)


@pytest.fixture
async def hand(database: Database) -> Hand:
    night = await Night.falls(database)
    night.house = msgspec.structs.replace(night.house, channels=frozenset({"sms"}))
    method = await night.give(night.team.ann, "sms", "5550100")
    return Hand(night, method)


async def test_a_code_that_is_typed_in_proves_a_contact_method(hand: Hand) -> None:
    await hand.ask(code=True)
    [message] = await hand.messages()
    assert (message.kind, message.deeds, len(message.notice.code)) == ("code", (), 6)
    assert message.notice.code in message.text

    await hand.type(f" {message.notice.code[:3]} {message.notice.code[3:]} ")

    assert (await hand.look()).proven_at == hand.night.now


async def test_the_page_of_a_contact_method_hears_of_what_was_sent_and_of_its_proof(
    hand: Hand,
) -> None:
    async with Live(hand.night.house).follow(f"method:{hand.method.id}") as follower:
        assert not await follower.rings(within=1)
        await hand.ask(code=True)
        [message] = await hand.messages()
        assert await follower.rings(within=5)
        hand.night.passes(seconds=1)
        await hand.type(message.notice.code)
        assert await follower.rings(within=5)


async def test_a_code_is_good_once(hand: Hand) -> None:
    await hand.ask(code=True)
    [message] = await hand.messages()
    await hand.type(message.notice.code)

    with pytest.raises(Invalid, match="ask for a new one"):
        await hand.type(message.notice.code)


async def test_a_code_is_good_for_a_quarter_of_an_hour(hand: Hand) -> None:
    await hand.ask(code=True)
    [message] = await hand.messages()
    hand.night.passes(minutes=15, seconds=1)

    with pytest.raises(Invalid, match="ask for a new one"):
        await hand.type(message.notice.code)


async def test_nobody_guesses_a_code(hand: Hand) -> None:
    await hand.ask(code=True)
    [message] = await hand.messages()
    wrong = "000000" if message.notice.code != "000000" else "000001"

    for _ in range(proofs.MOST_GUESSES):
        with pytest.raises(Invalid, match="not the code"):
            await hand.type(wrong)
    with pytest.raises(Invalid, match="ask for a new one"):
        await hand.type(message.notice.code)

    assert (await hand.look()).proven_at is None


async def test_only_the_newest_code_counts(hand: Hand) -> None:
    await hand.ask(code=True)
    hand.night.passes(seconds=30)
    await hand.messages()
    hand.night.passes(seconds=30)
    await hand.ask(code=True)
    first, second = await hand.messages()

    if first.notice.code != second.notice.code:
        with pytest.raises(Invalid, match="not the code"):
            await hand.type(first.notice.code)
    await hand.type(second.notice.code)


async def test_messages_are_asked_for_with_pauses(hand: Hand) -> None:
    await hand.ask()
    await hand.messages()

    with pytest.raises(TooMany, match="in 20 seconds"):
        await hand.ask()
    hand.night.passes(seconds=20)
    await hand.ask()


async def test_what_is_asked_for_at_once_leaves_once(hand: Hand) -> None:
    await hand.ask(code=True)

    with pytest.raises(TooMany, match="in 20 seconds"):
        await hand.ask(code=True)


async def test_nobody_is_rung_all_night_by_who_enters_their_number(hand: Hand) -> None:
    for _ in range(proofs.MOST_AN_HOUR):
        await hand.ask(code=True)
        await hand.messages()
        hand.night.passes(seconds=30)

    with pytest.raises(TooMany, match="within an hour"):
        await hand.ask()
    hand.night.passes(minutes=56)
    await hand.ask()


async def test_a_test_that_failed_says_why(hand: Hand) -> None:
    hand.telephone.answer = lambda _: Delivery(ok=False, detail="No such number.")
    await hand.ask()
    await hand.messages()

    night, method = hand.night, hand.method
    trials = await proofs.look(night.house, method.user_id, method.id, night.now)

    assert [(one.kind, one.receipt, one.receipt_detail) for one in trials.sent] == [
        ("trial", "failed", "No such number.")
    ]


async def test_whatever_the_other_side_calls_a_message_it_leaves_once(hand: Hand) -> None:
    name = "".join(random.choices("äöü\0", k=60_000))
    hand.telephone.answer = lambda _: Delivery(ok=True, detail="Taken\0", provider_id=name)
    await hand.ask()
    assert len(await hand.messages()) == 1

    hand.night.passes(minutes=2)

    assert len(await hand.messages()) == 1
    assert await hand.night.work() == []


async def test_a_channel_that_breaks_tells_no_secret(hand: Hand) -> None:
    def breaks(_address: str) -> Delivery:
        raise ValueError("https://example.com/bot123:secret")

    hand.telephone.answer = breaks
    await hand.ask()
    await hand.messages()

    night, method = hand.night, hand.method
    trials = await proofs.look(night.house, method.user_id, method.id, night.now)
    assert [one.receipt_detail for one in trials.sent] == ["The channel broke: ValueError"]


async def test_a_test_that_may_do_better_is_tried_again_for_a_while(hand: Hand) -> None:
    hand.telephone.answer = lambda _: Delivery(ok=False, detail="Busy.", retry=True)
    await hand.ask()
    await hand.messages()
    hand.telephone.answer = lambda _: Delivery(ok=True, detail="Taken.")

    hand.night.passes(seconds=4)
    assert await hand.messages() == []
    hand.night.passes(seconds=1)
    assert len(await hand.messages()) == 1


async def test_a_test_that_comes_too_late_is_not_sent(hand: Hand) -> None:
    await hand.ask()
    hand.night.now += timedelta(minutes=11)

    assert await hand.messages() == []


async def test_a_new_address_must_be_proven_anew(hand: Hand) -> None:
    await hand.ask(code=True)
    [message] = await hand.messages()
    await hand.type(message.notice.code)

    house, method = hand.night.house, hand.method
    await contact_methods.change(house, method.user_id, method.id, Wish(label="Other"))
    assert (await hand.look()).proven_at is not None
    await contact_methods.change(house, method.user_id, method.id, Wish(address="5550101"))
    assert (await hand.look()).proven_at is None


async def test_where_nothing_can_be_sent_nothing_is_tried(hand: Hand) -> None:
    other = await hand.night.give(hand.night.team.ann, "phone", "5550100")

    with pytest.raises(Conflict, match="no provider"):
        await proofs.send_trial(hand.night.house, other.user_id, other.id, hand.night.now)


async def test_nobody_tries_the_contact_method_of_somebody_else(hand: Hand) -> None:
    with pytest.raises(NotFound):
        await proofs.send_trial(
            hand.night.house, hand.night.team.ben.id, hand.method.id, hand.night.now
        )
