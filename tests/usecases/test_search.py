"""One question finds everything that has a name or a number."""

import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.rota import make_policy, make_rota
from tests.team import person
from tocsin.kit.ids import new_id
from tocsin.store import search, tables
from tocsin.usecases.search import MOST, Found, search_for


def names(found: Found) -> dict[str, list[str]]:
    return {kind: [thing.name for thing in some] for kind, some in found.things.items()}


def titles(found: Found) -> list[str]:
    return [incident.title for incident in found.incidents]


async def test_things_of_all_kinds_are_found_by_a_part_of_their_names(night: Night) -> None:
    await make_rota(night, "Checkout nights", night.team.ann)
    await make_policy(night, "The checkout", (night.team.ann,))
    await night.sql(sa.insert(tables.teams).values(id=new_id(), name="Checkout people"))

    assert names(await search_for(night.house, " CHECK ")) == {
        "service": ["Checkout"],
        "team": ["Checkout people"],
        "escalation_policy": ["The checkout"],
        "schedule": ["Checkout nights"],
    }


async def test_people_are_found_by_name_or_address(night: Night) -> None:
    assert names(await search_for(night.house, "ben@")) == {"user": ["Ben"]}
    assert names(await search_for(night.house, night.team.ann.id)) == {"user": ["Ann"]}


async def test_names_that_begin_with_the_text_come_first_and_few_are_listed(night: Night) -> None:
    async with night.database.begin() as tx:
        for name in ("Mary Zoe", *(f"Zoe{number}" for number in range(9))):
            await person(tx, name)

    found = names(await search_for(night.house, "zoe"))["user"]

    assert found == ["Zoe0", "Zoe1", "Zoe2", "Zoe3", "Zoe4", "Zoe5"]
    assert len(found) == MOST


async def test_signs_that_mean_something_to_databases_mean_themselves(night: Night) -> None:
    for text in ("%", "_", "\\", "'"):
        assert (await search_for(night.house, text)).is_empty


async def test_nothing_is_found_without_a_text(night: Night) -> None:
    assert (await search_for(night.house, "  ")).is_empty


async def test_incidents_are_found_by_number_title_and_key_the_number_first(night: Night) -> None:
    await night.trigger("Disk 3 full", "Memory", "Queue of 3", "Network")

    assert titles(await search_for(night.house, "#3")) == ["Queue of 3"]
    assert titles(await search_for(night.house, "3")) == ["Queue of 3", "Disk 3 full"]
    assert titles(await search_for(night.house, "fULL")) == ["Disk 3 full"]
    assert titles(await search_for(night.house, "Network")) == ["Network"]
    [memory] = [i for i in await night.incidents() if i.title == "Memory"]
    assert titles(await search_for(night.house, memory.id)) == ["Memory"]


async def test_the_number_is_found_among_many_titles_that_hold_it(night: Night) -> None:
    await night.trigger(*(f"Host 1{letter}" for letter in "abcdefghi"))

    found = (await search_for(night.house, "1")).incidents

    assert [incident.number for incident in found] == [1, 9, 8, 7, 6, 5]


async def test_old_incidents_are_found_by_their_key_and_not_by_their_title(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search, "NEWEST", 1)
    await night.trigger("disk-db-1", "disk-db-2")

    assert titles(await search_for(night.house, "disk")) == ["disk-db-2"]
    assert titles(await search_for(night.house, "disk-db-1")) == ["disk-db-1"]


async def test_services_of_incidents_are_named(night: Night) -> None:
    await night.trigger("Disk full")

    assert (await search_for(night.house, "disk")).names == {night.team.service.id: "Checkout"}
