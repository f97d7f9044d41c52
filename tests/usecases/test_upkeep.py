"""Upkeep: what is old goes, what is young stays, and two nodes do not get into each other's way."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.team import NOON
from tocsin.domain.machines.oauth import App, Code, Token
from tocsin.kit.ids import new_id
from tocsin.store import retention, tables
from tocsin.store.machines.oauth import APPS, CODES, TOKENS
from tocsin.store.reaching.reach_tables import messages
from tocsin.usecases import account, upkeep
from tocsin.usecases.account import Wish

DAY = timedelta(days=1)


async def put(night: Night, table: sa.Table, days_ago: float, **given: Any) -> None:
    texts = {
        column.name: "x"
        for column in table.c
        if isinstance(column.type, sa.Text) and not column.nullable
    }
    values = texts | {"id": new_id("Q"), "at": NOON - days_ago * DAY} | given
    await night.sql(sa.insert(table).values(values))


async def ages(night: Night, table: sa.Table) -> list[float]:
    async with night.database.read() as tx:
        instants = (await tx.execute(sa.select(table.c.at).order_by(table.c.at))).scalars()
        return [(NOON - at) / DAY for at in instants]


async def test_only_what_is_old_is_forgotten(night: Night) -> None:
    for days in (29, 31):
        await put(night, tables.quarantine, days, body=b"{}", body_bytes=2)
    for days in (89, 91):
        await put(night, tables.alarms, days)
    for days in (29, 31):
        await put(night, messages, days, user_id=night.team.ann.id, body={})
    for days in (399, 401):
        await put(night, tables.notifications, days, user_id=night.team.ann.id)

    await upkeep.clean_up(night.house, NOON)

    assert await ages(night, tables.quarantine) == [29]
    assert await ages(night, tables.alarms) == [89]
    assert await ages(night, messages) == [29]
    assert await ages(night, tables.notifications) == [399]


async def test_sessions_that_are_over_are_forgotten(night: Night) -> None:
    owned = {"user_id": night.team.ann.id}
    for begun, seen in ((13, 13), (30, 1), (14, 14), (90, 1)):
        days = {"created_at": NOON - begun * DAY, "seen_at": NOON - seen * DAY}
        hashed = {"token_hash": bytes([begun])}
        await night.sql(sa.insert(tables.sessions).values(owned | days | hashed | {"id": new_id()}))

    await upkeep.clean_up(night.house, NOON)

    async with night.database.read() as tx:
        left = (await tx.execute(sa.select(tables.sessions.c.token_hash))).scalars()
        assert {begun[0] for begun in left} == {13, 30}


async def test_codes_and_tokens_go_when_they_are_of_no_use_not_even_to_a_thief(
    night: Night,
) -> None:
    app = App(id="PAPP", name="App", created_at=NOON)
    holder: Any = {"client_id": app.id, "user_id": night.team.ann.id, "created_at": NOON - 40 * DAY}
    async with night.database.begin() as tx:
        await APPS.insert(tx, app)
        for days in (-29, -31):
            code: Any = {"code_hash": bytes([-days]), "redirect_uri": "https://example.org/"}
            over: Any = {"expires_at": NOON + days * DAY}
            await CODES.insert(tx, Code(id=f"P{-days}", scopes=(), **holder, **code, **over))
        for until, refresh in ((-1, None), (1, None), (-1, 1), (-2, -1)):
            ends: Any = {"expires_at": NOON + until * DAY}
            if refresh is not None:
                ends["refresh_expires_at"] = NOON + refresh * DAY
            name = f"P{until}{refresh}"
            token = Token(
                id=name,
                family_id=name,
                access_hash=name.encode(),
                scopes=(),
                granted=(),
                **holder,
                **ends,
            )
            await TOKENS.insert(tx, token)

    await upkeep.clean_up(night.house, NOON)

    async with night.database.read() as tx:
        assert {code.id for code in await CODES.select(tx)} == {"P29"}
        assert {token.id for token in await TOKENS.select(tx)} == {"P1None", "P-11"}


async def test_links_that_nobody_can_follow_any_more_are_forgotten(night: Night) -> None:
    for days in (-1, 0):
        given = {"kind": "reset", "token_hash": bytes([days + 9]), "user_id": night.team.ann.id}
        expires = {"id": new_id(), "expires_at": NOON - days * DAY}
        await night.sql(sa.insert(tables.tickets).values(given | expires))

    await upkeep.clean_up(night.house, NOON)

    async with night.database.read() as tx:
        left = (await tx.execute(sa.select(tables.tickets.c.expires_at))).scalars()
        assert list(left) == [NOON + DAY]


async def test_a_full_quarantine_keeps_the_newest(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(upkeep, "MOST_STRAYS", 3)
    for days in range(5):
        await put(night, tables.quarantine, days, body=b"{}", body_bytes=2)

    await upkeep.clean_up(night.house, NOON)

    assert await ages(night, tables.quarantine) == [2, 1, 0]


async def test_only_one_node_cleans_up_at_a_time(night: Night) -> None:
    await put(night, tables.alarms, 100)

    async with night.database.begin() as another_node:
        assert await retention.take_turn(another_node)
        await upkeep.clean_up(night.house, NOON)
        assert await ages(night, tables.alarms) == [100]
    await upkeep.clean_up(night.house, NOON)

    assert await ages(night, tables.alarms) == []


async def test_administrators_decide_for_how_long_things_are_kept(night: Night) -> None:
    await account.change(night.house, Wish(keep_alarms=7, keep_notifications=0))
    for days in (6, 8):
        await put(night, tables.alarms, days)
        await put(night, tables.notifications, days * 1000, user_id=night.team.ann.id)
    for days in (399, 401):
        await put(night, tables.change_events, days, service_id="P", integration_id="P", body={})

    await upkeep.clean_up(night.house, NOON)

    assert await ages(night, tables.alarms) == [6]
    assert await ages(night, tables.notifications) == [8000, 6000]
    assert await ages(night, tables.change_events) == [399]


async def test_closed_incidents_stay_for_ever_unless_administrators_decide_otherwise(
    night: Night,
) -> None:
    _, young, open_ = await night.trigger("old", "young", "open")
    await night.trigger("old", action="resolve")
    night.passes(days=5)
    await night.trigger("young", action="resolve")
    night.passes(days=6)

    await upkeep.clean_up(night.house, night.now)
    assert len(await night.incidents()) == 3

    await account.change(night.house, Wish(keep_incidents=10))
    await upkeep.clean_up(night.house, night.now)

    assert {incident.id for incident in await night.incidents()} == {young.id, open_.id}
    async with night.database.read() as tx:
        for table in (tables.alerts, tables.log_entries):
            left = (await tx.execute(sa.select(table.c.incident_id).distinct())).scalars()
            assert set(left) == {young.id, open_.id}
