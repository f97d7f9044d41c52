"""Channels of a node: made once, made anew when a provider changes, let go when it leaves."""

from msgspec.structs import replace

from tests.notebook import Notebook
from tests.talkers import Talker
from tests.team import NOON
from tocsin.domain.reaching.channel import Checked
from tocsin.domain.reaching.provider import Provider
from tocsin.engine.carrying import Carrying, make_none

ONE = Provider(id="ONE", type="fast", kind="sms", name="One", created_at=NOON, updated_at=NOON)
CHANGED = replace(ONE, settings={"secret": "another"})


def talker(carrying: Carrying, provider: Provider) -> Talker:
    channel = carrying.of("sms", provider)
    assert isinstance(channel, Talker)
    return channel


def test_a_channel_is_made_once_and_anew_when_its_provider_has_changed() -> None:
    carrying = Carrying((), Talker)

    first = talker(carrying, ONE)

    assert talker(carrying, replace(ONE)) is first
    assert talker(carrying, CHANGED) is not first


def test_without_a_provider_there_is_what_is_always_there() -> None:
    notebook = Notebook()
    carrying = Carrying([notebook], make_none)

    assert carrying.of("email", None) is notebook
    assert carrying.of("sms", None) is None
    assert carrying.of("sms", ONE) is None
    assert carrying.given == {"email"}


async def test_what_was_replaced_may_finish_before_it_is_closed() -> None:
    carrying = Carrying((), Talker)
    first = talker(carrying, ONE)
    second = talker(carrying, CHANGED)

    await carrying.tidy({"ONE"})

    assert (first.is_closed, second.is_closed) == (True, False)


async def test_what_was_removed_is_closed_the_time_after() -> None:
    carrying = Carrying([Notebook()], Talker)
    gone = talker(carrying, ONE)

    await carrying.tidy(())
    assert not gone.is_closed
    await carrying.tidy(())

    assert gone.is_closed
    assert talker(carrying, ONE) is not gone


async def test_in_the_end_everything_is_closed() -> None:
    carrying = Carrying([Notebook()], Talker)
    first, second = talker(carrying, ONE), talker(carrying, CHANGED)

    await carrying.close()

    assert first.is_closed
    assert second.is_closed


async def test_a_channel_that_can_ask_is_asked() -> None:
    carrying = Carrying((), Asking)

    assert await carrying.check(ONE) == Checked(ok=True, sentence="They know One.")
    assert await Carrying((), Talker).check(ONE) is None
    assert await Carrying((), make_none).check(ONE) is None


class Asking(Talker):
    """A talker whose other side knows it."""

    async def check(self) -> Checked:
        """Say by which name."""
        return Checked(ok=True, sentence=f"They know {self.provider.name}.")
