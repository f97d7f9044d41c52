"""The first page of all: a stranger cannot claim the house, its owner can, once."""

import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.web.conftest import Visitor, text_of
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.usecases.first_start import code_of

FIELDS = {
    "name": "Ann Owner",
    "email": "owner@example.com",
    "time_zone": "Europe/Vienna",
    "password": "four words nobody joins",
}


@pytest.fixture
async def night(database: Database) -> Night:
    """Begin with nobody."""
    night = await Night.falls(database)
    async with database.begin() as tx:
        for table in (tables.services, tables.escalation_policies, tables.users):
            await tx.execute(sa.delete(table))
    return night


async def test_the_door_leads_there_while_there_is_nobody(visitor: Visitor) -> None:
    assert (await (await visitor()).open("/login")).headers["location"] == "/setup"
    assert (await (await visitor()).open("/setup")).status_code == 200


async def test_whoever_has_the_code_owns_the_house(visitor: Visitor, night: Night) -> None:
    browser = await visitor()
    page = await browser.open("/setup")
    answer = await browser.send(page, "/setup", **FIELDS, code=code_of(night.house.sealer))

    assert answer.headers["location"] == "/"
    home = await browser.open("/incidents")
    assert "Ann Owner" in text_of(home)
    assert "This installation is yours." in text_of(home)
    assert "There is no service yet." in text_of(home)
    assert 'href="/service-directory/new"' in home.text
    assert "There is no service yet." in text_of(await browser.open("/incidents/new"))
    stranger = await visitor()
    assert (await stranger.open("/setup")).headers["location"] == "/login"
    assert (await stranger.open("/login")).status_code == 200
    late = await stranger.send(page, "/setup", **FIELDS, code="x")
    assert late.status_code == 403


async def test_a_wrong_code_is_told_beside_its_field_and_keeps_what_was_typed(
    visitor: Visitor,
) -> None:
    browser = await visitor()
    page = await browser.open("/setup")
    answer = await browser.send(page, "/setup", **FIELDS, code="AAAA-BBBB-CCCC")

    assert answer.status_code == 400
    assert 'id="code-fault">Set-up code is not the one' in answer.text
    assert 'value="owner@example.com"' in answer.text
    assert FIELDS["password"] not in answer.text


async def test_whoever_guesses_the_code_waits(visitor: Visitor) -> None:
    browser = await visitor()
    page = await browser.open("/setup")
    statuses = [
        (await browser.send(page, "/setup", **FIELDS, code="x")).status_code for _ in range(6)
    ]

    assert statuses == [400] * 5 + [429]


async def test_two_who_have_the_code_do_not_both_own_it(visitor: Visitor, night: Night) -> None:
    first, second = await visitor(), await visitor()
    code = code_of(night.house.sealer)
    pages = [await first.open("/setup"), await second.open("/setup")]
    await first.send(pages[0], "/setup", **FIELDS, code=code)

    answer = await second.send(
        pages[1], "/setup", **(FIELDS | {"email": "b@example.com"}), code=code
    )

    assert answer.headers["location"] == "/login"
    door = text_of(await second.open("/login"))
    assert "Somebody owns this installation already." in door
