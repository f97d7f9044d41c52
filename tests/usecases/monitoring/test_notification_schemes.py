"""Notification schemes: who hears first, and who later."""

import pytest

from tests.night import Night
from tests.telling import Town
from tocsin.domain.monitoring.notification_channel import SchemeStep
from tocsin.store.database import Database
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.monitoring import alert_rules, notification_schemes
from tocsin.usecases.monitoring.notification_schemes import Wish


@pytest.fixture
async def town(database: Database) -> Town:
    return await Town.stands(await Night.falls(database))


async def test_a_scheme_is_made_changed_and_taken_away(town: Town) -> None:
    first, backup = await town.channel("First"), await town.channel("Backup")
    steps = (
        SchemeStep(after=300, channel_ids=(backup.id,)),
        SchemeStep(after=0, channel_ids=(first.id,)),
    )
    made = await notification_schemes.create(
        town.house, town.env.id, Wish(name=" On  call ", steps=steps), town.night.now
    )
    assert (made.name, [step.after for step in made.steps]) == ("On call", [0, 300])

    wish = Wish(name="Nights", description="Who is awake")
    changed = await notification_schemes.change(town.house, made.id, wish)

    assert (changed.name, changed.description) == ("Nights", "Who is awake")
    assert changed.steps == made.steps
    assert await notification_schemes.find(town.house, town.env.id) == [changed]
    await notification_schemes.remove(town.house, made.id)
    with pytest.raises(NotFound, match="Notification scheme"):
        await notification_schemes.get(town.house, made.id)
    with pytest.raises(NotFound):
        await notification_schemes.change(town.house, made.id, wish)


async def test_rules_forget_a_scheme_that_is_gone(town: Town) -> None:
    scheme_id = await town.scheme((0, await town.channel()))

    await notification_schemes.remove(town.house, scheme_id)

    assert (await alert_rules.get(town.house, town.rule.id)).scheme_ids == ()


@pytest.mark.parametrize(
    ("wish", "fault"),
    [
        (Wish(name=""), "Name cannot be blank."),
        (Wish(description="x" * 1025), "Description must have at most 1024 characters."),
        (Wish(steps=()), "Steps must be 1 to 10."),
        (Wish(steps=(SchemeStep(after=-1, channel_ids=()),)), "Step 1 must be due after 0 to"),
        (Wish(steps=(SchemeStep(after=0, channel_ids=()),)), "Step 1 must have at least one"),
        (
            Wish(steps=(SchemeStep(after=0, channel_ids=("PNONE",)),)),
            "Step 1: notification channel PNONE was not found in this environment.",
        ),
        (Wish(name="OTHER"), "Name has already been taken in this environment."),
    ],
)
async def test_what_cannot_be_is_refused_in_a_sentence(town: Town, wish: Wish, fault: str) -> None:
    channel = await town.channel()
    step = SchemeStep(after=0, channel_ids=(channel.id,))
    whole = Wish(name="Other", steps=(step,))
    await notification_schemes.create(town.house, town.env.id, whole, town.night.now)
    scheme_id = await town.scheme((0, channel))

    with pytest.raises(Invalid, match=fault):
        await notification_schemes.change(town.house, scheme_id, wish)


async def test_two_schemes_cannot_have_one_name(town: Town) -> None:
    await town.scheme((0, await town.channel()))

    with pytest.raises(Invalid, match="already been taken"):
        await town.scheme((0, await town.channel("Mail")))
