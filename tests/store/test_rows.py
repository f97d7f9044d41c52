"""Whole nouns go into their tables and come back as they were."""

from datetime import UTC, datetime, time, timedelta

import pytest
import sqlalchemy as sa
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.intake.service import (
    MaintenanceWindow,
    ScheduledAction,
    Service,
    SupportHours,
    UrgencyRule,
    WindowTime,
)
from tocsin.domain.people.user import User
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.store.duty.escalation_policies import POLICIES
from tocsin.store.intake import maintenance_windows, services
from tocsin.store.intake.maintenance_windows import MAINTENANCE_WINDOWS
from tocsin.store.intake.services import SERVICES
from tocsin.store.people import users
from tocsin.store.people.users import USERS
from tocsin.store.rows import Taken

NOON = datetime(2026, 5, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
ALICE = User(id="PALICE", name="Alice", email="Alice@example.com", created_at=NOON)
BOB = User(id="PBOB", name="bob", email="bob@example.com", created_at=NOON)
POLICY = EscalationPolicy(id="PPOLICY", name="Everybody", rules=())
PAYMENTS = Service(
    id="PPAY",
    name="Payments",
    escalation_policy_id=POLICY.id,
    auto_resolve_timeout=None,
    urgency_rule=UrgencyRule(kind="use_support_hours", during="high", outside="low"),
    support_hours=SupportHours(
        time_zone="Europe/Vienna",
        days_of_week=(1, 2),
        start_time=time(9),
        end_time=time(17, 30),
    ),
    scheduled_actions=(ScheduledAction(at="support_hours_start", to_urgency="high"),),
    alert_grouping={"type": "time", "config": {"timeout": 5}},
    created_at=NOON,
)


async def test_a_service_comes_back_with_everything_inside_it(database: Database) -> None:
    async with database.begin() as tx:
        await POLICIES.insert(tx, POLICY)
        await SERVICES.insert(tx, PAYMENTS)

        assert await SERVICES.get(tx, PAYMENTS.id) == PAYMENTS
        assert await SERVICES.names(tx, [PAYMENTS.id, "PNOBODY"]) == {PAYMENTS.id: "Payments"}


async def test_what_is_none_is_null_in_a_column_of_json_too(database: Database) -> None:
    async with database.begin() as tx:
        await POLICIES.insert(tx, POLICY)
        await SERVICES.insert(tx, PAYMENTS)
        await SERVICES.update(tx, replace(PAYMENTS, support_hours=None, alert_grouping=None))

        columns = tables.services.c
        empty = sa.and_(columns.support_hours.is_(None), columns.alert_grouping.is_(None))
        assert await SERVICES.count(tx, empty) == 1


async def test_numbers_are_given_by_the_database_and_never_change(database: Database) -> None:
    async with database.begin() as tx:
        first = await MAINTENANCE_WINDOWS.insert(tx, window("PONE", NOON, NOON + HOUR))
        second = await MAINTENANCE_WINDOWS.insert(tx, window("PTWO", NOON, NOON + HOUR))
        await MAINTENANCE_WINDOWS.update(tx, replace(first, sequence_number=77))
        again = await MAINTENANCE_WINDOWS.get(tx, first.id)

    assert (first.sequence_number, second.sequence_number) == (1, 2)
    assert again == first


async def test_a_second_row_with_a_unique_value_is_refused_and_the_rest_is_kept(
    database: Database,
) -> None:
    async with database.begin() as tx:
        await USERS.insert(tx, ALICE)
        await USERS.insert(tx, BOB)
        with pytest.raises(Taken):
            await USERS.insert(tx, replace(ALICE, id="POTHER", email="ALICE@example.com"))
        with pytest.raises(Taken):
            await USERS.update(tx, replace(BOB, email="alice@EXAMPLE.com"))

    async with database.read() as tx:
        assert await USERS.get_many(tx, ["PALICE", "PBOB", "POTHER"]) == {
            "PALICE": ALICE,
            "PBOB": BOB,
        }


async def test_a_row_that_refers_to_nothing_is_no_matter_of_uniqueness(database: Database) -> None:
    with pytest.raises(sa.exc.IntegrityError):
        async with database.begin() as tx:
            await SERVICES.insert(tx, PAYMENTS)


async def test_people_are_found_by_parts_of_their_name_or_address(database: Database) -> None:
    async with database.begin() as tx:
        await USERS.insert(tx, ALICE)
        await USERS.insert(tx, BOB)

        found = [
            await USERS.select(tx, users.named_like(text), order_by=users.BY_NAME)
            for text in ("LIC", "b@example", "example.com", "%", "carol")
        ]
        assert found == [[ALICE], [BOB], [ALICE, BOB], [], []]
        assert await users.by_email(tx, "ALICE@EXAMPLE.COM") == ALICE
        assert await users.by_email(tx, "carol@example.com") is None


@pytest.mark.parametrize(
    ("when", "found"),
    [
        ("past", ["PPAST"]),
        ("ongoing", ["PNOW"]),
        ("future", ["PNEXT"]),
        ("open", ["PNOW", "PNEXT"]),
        ("all", ["PPAST", "PNOW", "PNEXT"]),
    ],
)
async def test_windows_are_found_by_where_they_lie_in_time(
    database: Database, when: WindowTime, found: list[str]
) -> None:
    async with database.begin() as tx:
        await MAINTENANCE_WINDOWS.insert(tx, window("PNEXT", NOON + HOUR, NOON + 2 * HOUR))
        await MAINTENANCE_WINDOWS.insert(tx, window("PPAST", NOON - HOUR, NOON))
        await MAINTENANCE_WINDOWS.insert(tx, window("PNOW", NOON, NOON + HOUR))

        where = maintenance_windows.lying(when, NOON)
        order_by = maintenance_windows.BY_START
        lying = await MAINTENANCE_WINDOWS.select(tx, where, order_by=order_by)

    assert [one.id for one in lying] == found


async def test_one_question_tells_how_all_services_fare(database: Database) -> None:
    async with database.begin() as tx:
        await MAINTENANCE_WINDOWS.insert(tx, window("PNOW", NOON, NOON + HOUR, "PQUIET"))
        await incident(tx, "Q1", "PBUSY", "acknowledged", NOON)
        await incident(tx, "Q2", "PBUSY", "triggered", NOON - HOUR)
        await incident(tx, "Q3", "PQUIET", "resolved", NOON - HOUR)
        await incident(tx, "Q4", "PTAKEN", "acknowledged", NOON)

        standings = await services.standings(tx, ["PBUSY", "PQUIET", "PTAKEN", "PNEW"], NOON)
        busy = await services.open_incidents(tx, "PBUSY")

    standing = services.Standing
    assert standings == {
        "PBUSY": standing(triggered=1, acknowledged=1, last_incident_at=NOON),
        "PQUIET": standing(maintenance_until=NOON + HOUR, last_incident_at=NOON - HOUR),
        "PTAKEN": standing(acknowledged=1, last_incident_at=NOON),
        "PNEW": standing(),
    }
    assert sorted(busy) == ["Q1", "Q2"]


async def test_a_forgotten_service_leaves_its_windows(database: Database) -> None:
    async with database.begin() as tx:
        await MAINTENANCE_WINDOWS.insert(tx, window("PBOTH", NOON, NOON + HOUR, "PONE", "PTWO"))
        await maintenance_windows.forget_service(tx, "PONE")

        about = [
            await MAINTENANCE_WINDOWS.count(tx, maintenance_windows.about([service]))
            for service in ("PONE", "PTWO")
        ]

    assert about == [0, 1]


def window(id_: str, start: datetime, end: datetime, *service_ids: str) -> MaintenanceWindow:
    return MaintenanceWindow(
        id=id_, sequence_number=0, start=start, end=end, service_ids=service_ids
    )


async def incident(
    tx: AsyncConnection, id_: str, service_id: str, status: str, at: datetime
) -> None:
    await tx.execute(
        sa.insert(tables.incidents).values(
            id=id_,
            title=id_,
            service_id=service_id,
            status=status,
            urgency="high",
            created_at=at,
            updated_at=at,
            generation=1,
            assignee_ids=[],
            state={},
        )
    )
