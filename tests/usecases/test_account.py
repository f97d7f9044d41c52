"""The account: decided by administrators, known to all nodes, and given back to the settings."""

import asyncio
from collections.abc import Callable
from contextlib import suppress

import pytest

from tests.night import SETTINGS, Night
from tests.team import NOON, Team
from tocsin.config import read_settings
from tocsin.usecases import account
from tocsin.usecases.account import Origin, Wish
from tocsin.usecases.directory import Directory
from tocsin.usecases.errors import Arguments, Invalid
from tocsin.usecases.house import House


def another_node(night: Night) -> House:
    return House(
        database=night.database,
        settings=read_settings(SETTINGS),
        sealer=night.house.sealer,
        directory=Directory(),
        clock=night.house.clock,
    )


async def catch_all(house: House, team: Team) -> tuple[str, ...]:
    """Return whom a transaction of this node would page as the last resort."""
    async with house.database.hot() as connection:
        view = await house.directory.now(connection)
        await view.know_policies(connection, [team.policy], NOON)
    return view.roster(team.policy, NOON).catch_all


async def until(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not is_so():  # noqa: ASYNC110 - the node tells nobody that it has heard
            await asyncio.sleep(0.01)


async def test_what_nobody_decided_comes_from_the_settings(night: Night) -> None:
    sheet = await account.read(night.house)

    assert sheet.account.time_zone == "Europe/Vienna"
    assert sheet.origins["time_zone"] == Origin(
        source="environment", variable="TOCSIN_TIME_ZONE", first="Europe/Vienna"
    )
    assert sheet.origins["keep_alarms"] == Origin(source="default", variable=None, first=90)
    assert (sheet.catch_all, sheet.owners) == ([], [night.team.ann])


async def test_what_is_decided_wins_until_it_is_taken_back(night: Night) -> None:
    await account.change(night.house, Wish(time_zone="Asia/Tokyo", account_name="Example"))
    sheet = await account.read(night.house)

    assert night.house.account.time_zone == sheet.account.time_zone == "Asia/Tokyo"
    assert sheet.origins["time_zone"] == Origin(
        source="here", variable="TOCSIN_TIME_ZONE", first="Europe/Vienna"
    )
    assert sheet.origins["mail_from"].source == "environment"

    assert (await account.take_back(night.house, ["time_zone"])).time_zone == "Europe/Vienna"
    assert (await account.read(night.house)).account.account_name == "Example"


async def test_what_stays_as_it_is_is_no_decision(night: Night) -> None:
    await account.change(night.house, Wish(time_zone="Europe/Vienna", requests_per_minute=10))

    sheet = await account.read(night.house)
    assert sheet.origins["time_zone"].source == "environment"
    assert sheet.origins["requests_per_minute"].source == "here"


async def test_a_wrong_wish_changes_nothing(night: Night) -> None:
    with pytest.raises(Invalid) as told:
        await account.change(night.house, Wish(time_zone="Vienna", keep_alarms=-1))
    with pytest.raises(Arguments, match="User PNOBODY was not found"):
        await account.change(night.house, Wish(catch_all=("PNOBODY",)))

    assert len(told.value.sentences) == 2
    assert (await account.read(night.house)).account == night.house.account
    assert night.house.decisions.newest == {}


async def test_another_node_hears_of_a_decision_at_once(night: Night) -> None:
    other = another_node(night)
    following = asyncio.create_task(account.follow(other))
    await account.change(night.house, Wish(requests_per_minute=7))
    await until(lambda: other.account.requests_per_minute == 7)
    await account.take_back(night.house, ["requests_per_minute"])
    await until(lambda: other.account.requests_per_minute == 3000)

    following.cancel()
    with suppress(asyncio.CancelledError):
        await following


async def test_the_next_page_of_any_node_knows_a_new_catch_all(night: Night) -> None:
    other = another_node(night)
    assert await catch_all(other, night.team) == (night.team.ann.id,)

    await account.change(night.house, Wish(catch_all=(night.team.ben.id,)))

    assert await catch_all(other, night.team) == (night.team.ben.id,)


async def test_an_emptied_catch_all_means_the_owners_whatever_the_settings_say(
    night: Night,
) -> None:
    house = House(
        database=night.database,
        settings=read_settings({"TOCSIN_CATCH_ALL": "Ben@example.com,gone@example.com"}),
        sealer=night.house.sealer,
        directory=Directory(("ben@example.com",)),
    )
    assert await catch_all(house, night.team) == (night.team.ben.id,)

    sheet = await account.read(house)
    assert (sheet.catch_all, sheet.nobody) == ([night.team.ben], ["gone@example.com"])

    await account.change(house, Wish(catch_all=()))

    assert await catch_all(house, night.team) == (night.team.ann.id,)
