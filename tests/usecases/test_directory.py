"""What is known of the configuration: whole or not at all, whatever interrupts the reading."""

import pytest

from tests.team import NOON, make_team
from tocsin.store import directory as store
from tocsin.store.database import Database
from tocsin.usecases.directory import Directory


async def test_a_reading_that_breaks_off_leaves_no_service_half_known(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    team = await make_team(database)
    directory = Directory()
    async with database.hot() as connection:
        view = await directory.now(connection)
        with monkeypatch.context() as broken, pytest.raises(ConnectionError):
            broken.setattr(store, "policies", _break_off)
            await view.know_services(connection, [team.service.id], NOON)

        await view.know_services(connection, [team.service.id], NOON)

    assert view.service(team.service.id) is not None
    assert view.policy(team.policy.id) is not None
    assert view.person(team.ann.id) is not None


async def _break_off(*_: object) -> None:
    raise ConnectionError
