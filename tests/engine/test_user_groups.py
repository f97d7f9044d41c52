"""User groups of a chat: each holds whoever holds a schedule, and is never left empty."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from tests.rota import make_rota, stand_in
from tests.standins.slack import GROUP
from tests.standins.slack_chat import Chat, chatting
from tocsin.domain.duty.schedule import Schedule
from tocsin.domain.machines.delivery import LANES
from tocsin.engine.clockworks import CLOCKWORKS
from tocsin.engine.meters import Meters
from tocsin.store.database import Database
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.reaching import providers, user_groups
from tocsin.usecases.reaching.user_groups import Wish


@pytest.fixture
async def chat(database: Database) -> AsyncIterator[Chat]:
    async with chatting(database) as one:
        yield one


@pytest.fixture
async def rota(chat: Chat) -> Schedule:
    """Ann, then Ben, a day each; both are known in the chat."""
    night = chat.night
    await night.give(night.team.ann, "slack", "U1ANN")
    await night.give(night.team.ben, "slack", "bob@example.com")
    return await make_rota(night, "Web rota", night.team.ann, night.team.ben)


async def follow(chat: Chat, schedule: Schedule) -> str:
    wish = Wish(provider_id=chat.provider.id, schedule_id=schedule.id, address=f" {GROUP} ")
    return (await user_groups.create(chat.night.house, wish, chat.night.now)).id


async def turn(chat: Chat, **time: float) -> None:
    """Move the clock, take a turn of the clockwork, and carry what it planned."""
    chat.night.passes(**time)
    [clockwork] = [one for one in CLOCKWORKS if one.name == "keep groups"]
    await clockwork.turn(chat.night.house, Meters(CollectorRegistry(), LANES), chat.night.now)
    await chat.passes()


async def detail(chat: Chat, group_id: str) -> str:
    return (await user_groups.get(chat.night.house, group_id)).group.detail


async def test_a_group_follows_the_hand_offs(chat: Chat, rota: Schedule) -> None:
    group = await follow(chat, rota)

    await turn(chat)
    assert chat.slack.groups[GROUP] == ["U1ANN"]
    await turn(chat, days=1)
    assert chat.slack.groups[GROUP] == ["U2BOB"]
    assert await detail(chat, group) == "Slack changed the group."


async def test_an_override_counts_and_nothing_is_told_twice(chat: Chat, rota: Schedule) -> None:
    await follow(chat, rota)
    night = chat.night
    await turn(chat)
    await turn(chat, minutes=1)
    assert len(chat.slack.of("usergroups.users.update")) == 1

    await stand_in(night, rota, night.team.ben, night.now, night.now.replace(hour=20))
    await turn(chat, minutes=1)

    assert chat.slack.groups[GROUP] == ["U2BOB"]


async def test_a_group_is_never_left_empty(chat: Chat, rota: Schedule) -> None:
    empty = await make_rota(chat.night, "Nobody")
    group = await follow(chat, empty)
    await turn(chat)

    assert chat.slack.groups[GROUP] == ["U2BOB"]
    assert await detail(chat, group) == user_groups.NOBODY


async def test_who_has_no_address_there_leaves_the_group_as_it_is(chat: Chat) -> None:
    group = await follow(chat, await make_rota(chat.night, "Ann", chat.night.team.ann))
    await turn(chat)

    assert chat.slack.calls == []
    assert await detail(chat, group) == user_groups.UNLINKED


async def test_what_slack_refuses_is_shown_and_tried_again_when_somebody_wants_it(
    chat: Chat, rota: Schedule
) -> None:
    group = await follow(chat, rota)
    chat.slack.refuse("subteam_not_found")
    await turn(chat)
    assert await detail(chat, group) == "Slack: subteam_not_found"
    assert await chat.night.alarms() == [
        f"User group {GROUP} was not changed: Slack: subteam_not_found"
    ]

    chat.slack.says.clear()
    await user_groups.set_anew(chat.night.house, group, chat.night.now)
    assert await detail(chat, group) == user_groups.UNDER_WAY
    await chat.passes()
    assert chat.slack.groups[GROUP] == ["U1ANN"]


async def test_a_plan_without_groups_is_put_right_later(chat: Chat, rota: Schedule) -> None:
    group = await follow(chat, rota)
    chat.slack.refuse("paid_teams_only")
    await turn(chat)
    assert await detail(chat, group) == "Slack: paid_teams_only"

    chat.slack.says.clear()
    await chat.passes(minutes=1)

    assert chat.slack.groups[GROUP] == ["U1ANN"]


async def test_a_group_that_was_taken_away_and_a_provider_that_rests_are_left_alone(
    chat: Chat, rota: Schedule
) -> None:
    house = chat.night.house
    group = await follow(chat, rota)
    await user_groups.keep_in_step(house, chat.night.now)
    await providers.change(
        house, chat.provider.id, providers.Wish(is_disabled=True), chat.night.now
    )
    await chat.passes()
    assert await detail(chat, group) == "The provider is switched off."

    await user_groups.set_anew(house, group, chat.night.now)
    [*_, waiting] = await chat.log(group)
    assert waiting.status == "waiting"
    await user_groups.remove(house, group)
    await turn(chat)

    assert chat.slack.calls == []
    assert await user_groups.find(house) == []


async def test_a_provider_that_was_taken_away_is_not_asked(chat: Chat, rota: Schedule) -> None:
    await follow(chat, rota)
    await user_groups.keep_in_step(chat.night.house, chat.night.now)
    await providers.remove(chat.night.house, chat.provider.id)
    await chat.passes()

    assert chat.slack.calls == []
    assert await chat.night.alarms() == []


async def test_what_is_no_group_is_refused_in_words(chat: Chat, rota: Schedule) -> None:
    house, now = chat.night.house, chat.night.now
    good = Wish(provider_id=chat.provider.id, schedule_id=rota.id, address=GROUP)

    for wrong, sentence in [
        (replace(good, address="@oncall"), "Address must be the ID of a user group such as"),
        (replace(good, provider_id="PX"), user_groups.NO_PROVIDER),
        (replace(good, schedule_id="PX"), user_groups.NO_SCHEDULE),
    ]:
        with pytest.raises(Invalid) as refused:
            await user_groups.create(house, wrong, now)
        assert refused.value.sentences[0].startswith(sentence)
    await user_groups.create(house, good, now)
    with pytest.raises(Invalid):
        await user_groups.create(house, good, now)
    with pytest.raises(NotFound):
        await user_groups.get(house, "PX")


async def test_groups_are_found_by_their_provider(chat: Chat, rota: Schedule) -> None:
    await follow(chat, rota)

    [known] = await user_groups.find(chat.night.house, provider_id=chat.provider.id)

    assert (known.provider_name, known.schedule_name) == ("Slack", "Web rota")
    assert await user_groups.find(chat.night.house, provider_id="PX") == []
    assert await user_groups.schedule_choices(chat.night.house) == [(rota.id, "Web rota")]
