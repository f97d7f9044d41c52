"""Calendars: addresses given, renewed and revoked, and what is found at them."""

from datetime import timedelta

import pytest
import sqlalchemy as sa

from tests.night import URL, Night
from tests.rota import WEEK, make_policy, make_rota, stand_in
from tests.team import NOON
from tocsin.kit.ids import new_id
from tocsin.store import tables
from tocsin.usecases.duty import calendars
from tocsin.usecases.duty.calendars import Address, Feed, Level
from tocsin.usecases.errors import NotFound


async def fetch(night: Night, address: Address) -> Feed:
    prefix, suffix = f"{URL}/calendars/", ".ics"
    assert address.url.startswith(prefix)
    assert address.url.endswith(suffix)
    token = address.url.removeprefix(prefix).removesuffix(suffix)
    assert len(token) == 2 * calendars.TOKEN_BYTES
    return await calendars.read(night.house, token, night.now)


async def own(night: Night) -> Address:
    return await calendars.give(night.house, night.team.ann.id, None, night.now)


async def test_somebody_finds_their_own_shifts_of_all_schedules(night: Night) -> None:
    ann, ben = night.team.ann, night.team.ben
    primary = await make_rota(night, "Primary", ann, ben, turn=WEEK)
    backup = await make_rota(night, "Backup", ben)
    await stand_in(night, backup, ann, NOON + timedelta(days=1), NOON + timedelta(days=2))
    await make_policy(night, "Payments", (primary,), (backup, ann))

    feed = await fetch(night, await own(night))

    assert feed.schedules == {primary.id: "Primary", backup.id: "Backup"}
    assert len([e for e in feed.entries if e.schedule_id == primary.id]) == 7
    [covering] = [e for e in feed.entries if e.schedule_id == backup.id]
    assert (covering.start, covering.end) == (NOON + timedelta(days=1), NOON + timedelta(days=2))
    assert {e.user_id for e in feed.entries} == {ann.id}
    assert feed.levels == {
        primary.id: [Level("Payments", 1)],
        backup.id: [Level("Payments", 2)],
        "": [],
    }
    assert feed.named == [Level("Payments", 2), Level("Web", 1)]


async def test_a_schedule_is_found_with_everybody_on_it(night: Night) -> None:
    ann, ben = night.team.ann, night.team.ben
    rota = await make_rota(night, "Primary", ann, ben, turn=WEEK)
    await make_rota(night, "Other", ann)
    address = await calendars.give(night.house, ann.id, rota.id, night.now)

    feed = await fetch(night, address)

    assert feed.schedules == {rota.id: "Primary"}
    assert feed.people == {ann.id: "Ann", ben.id: "Ben"}
    assert feed.named == []


async def test_a_renewed_address_takes_the_place_of_the_old_one(night: Night) -> None:
    first = await own(night)
    night.passes(hours=1)
    second = await own(night)

    assert await calendars.find(night.house, night.team.ann.id) == {None: second}
    assert second.created_at == night.now
    assert (await fetch(night, second)).owner == night.team.ann
    with pytest.raises(NotFound):
        await fetch(night, first)


async def test_nothing_is_found_at_a_revoked_address(night: Night) -> None:
    rota = await make_rota(night, "Primary", night.team.ann)
    kept = await calendars.give(night.house, night.team.ann.id, rota.id, night.now)
    address = await own(night)
    await calendars.revoke(night.house, night.team.ann.id, None)

    assert await calendars.find(night.house, night.team.ann.id) == {rota.id: kept}
    with pytest.raises(NotFound):
        await fetch(night, address)


async def test_only_a_digest_and_a_sealed_copy_of_an_address_are_kept(night: Night) -> None:
    address = await own(night)

    async with night.database.read() as tx:
        [row] = (await tx.execute(sa.select(tables.calendars))).all()
    token = address.url.rpartition("/")[2].removesuffix(".ics")
    assert token.encode() not in row.token_hash + row.token_encrypted
    assert night.house.sealer.open(row.token_encrypted) == token


async def test_an_address_goes_with_its_schedule_and_with_its_owner(night: Night) -> None:
    rota = await make_rota(night, "Primary", night.team.ben)
    await calendars.give(night.house, night.team.ann.id, rota.id, night.now)
    await own(night)
    await night.sql(sa.delete(tables.schedules))
    assert list(await calendars.find(night.house, night.team.ann.id)) == [None]

    await night.sql(sa.delete(tables.users).where(tables.users.c.id == night.team.ann.id))
    assert await calendars.find(night.house, night.team.ann.id) == {}


async def test_a_schedule_that_does_not_exist_has_no_address(night: Night) -> None:
    with pytest.raises(NotFound):
        await calendars.give(night.house, night.team.ann.id, new_id(), night.now)
