"""What each round asks is found by key among a long past: an index that is missing shows here."""

from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Final

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.conftest import another_database
from tests.plans import rows_read
from tocsin.store import retention
from tocsin.store.database import Database
from tocsin.store.monitoring import alert_rules, measurements, violations
from tocsin.store.monitoring.violations import NEWEST_FIRST, VIOLATIONS
from tocsin.store.postgres import Postgres

NOON: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
YEAR: Final = timedelta(days=365)
SHOPS: Final = [f"PSHOP{number:03}" for number in range(20)]
PAIRS: Final = [(f"PRULE{number % 50:02}", shop) for number, shop in enumerate(SHOPS)]

# Fifty rules in five environments of twenty monitors; one in a hundred violations is open.
_FILL: Final = (
    """
    insert into environments (id, name) select 'PENV' || n, 'Environment ' || n
    from generate_series(0, 4) n
    """,
    """
    insert into monitors (id, environment_id, name, kind, shown, target_encrypted, interval,
      timeout, retries)
    select 'PSHOP' || lpad(n::text, 3, '0'), 'PENV' || n / 20, 'Shop ' || n, 'http', '', '', 60,
      10, 1 from generate_series(0, 99) n
    """,
    """
    insert into alert_rules (id, environment_id, name, notes, alarm, warning, alarm_severity,
      warning_severity, rounds_violating, rounds_out_of, agents_violating, agents_mode, clear_after,
      notify_on_clear)
    select 'PRULE' || lpad(n::text, 2, '0'), 'PENV' || n / 10, 'Rule ' || n, '', '!ok', '',
      'critical', 'warning', 1, 1, 1, 'any', 1, true from generate_series(0, 49) n
    """,
    """
    insert into measurements (monitor_id, round, agent_id, at, ok, fault_kind, fault, values)
    select m.id, timestamptz '2026-11-21 12:00Z' - n * interval '1 minute', 'PBUILTINAGENT',
      now(), true, '', '', '{}' from monitors m, generate_series(1, 1000) n
    """,
    """
    insert into violations (id, rule_id, monitor_id, environment_id, rule_name, monitor_name,
      state, level, severity, summary, values, began_at, cleared_at)
    select 'Q' || lpad(n::text, 13, '0'), 'PRULE' || lpad((n % 50)::text, 2, '0'),
      'PSHOP' || lpad((n % 100)::text, 3, '0'), 'PENV0', '', '',
      case when n > 49900 then 'active' else 'cleared' end, 'alarm', 'critical', '', '{}', at,
      case when n > 49900 then null else at + interval '1 minute' end
    from generate_series(1, 50000) n,
      lateral (select timestamptz '2026-11-21 12:00Z' - (50000 - n) * interval '1 minute' as at) t
    """,
    "analyze",
)

Question = Callable[[AsyncConnection], Awaitable[object]]


@pytest.fixture(scope="module")
async def full(postgres: Postgres) -> AsyncIterator[Database]:
    """Give a database in which much was measured and found, which nobody else has."""
    async with another_database(postgres, "monitoring_plans") as database:
        async with database.begin() as tx:
            for statement in _FILL:
                await tx.execute(sa.text(statement))
        yield database


QUESTIONS: Final[dict[str, tuple[Question, int]]] = {
    "monitors": (lambda tx: measurements.hold_monitors(tx, SHOPS), 120),
    "rules": (lambda tx: alert_rules.watching(tx, ["PENV0"]), 60),
    "last rounds": (lambda tx: measurements.newest(tx, dict.fromkeys(SHOPS, 4)), 100),
    "newest violations": (lambda tx: violations.newest(tx, PAIRS), 150),
    "open violations of a rule": (lambda tx: violations.hold_open(tx, rule_ids=["PRULE33"]), 10),
    "what may be over": (violations.find_waiting, 400),
    "old measurements": (
        lambda tx: retention.forget_measurements(tx, before=NOON - YEAR),
        0,
    ),
    "old violations": (lambda tx: retention.forget_violations(tx, cleared_before=NOON - YEAR), 0),
    "violations of a monitor": (
        lambda tx: VIOLATIONS.select(
            tx, VIOLATIONS.c.monitor_id == "PSHOP007", order_by=NEWEST_FIRST, limit=25
        ),
        3000,  # of all monitors, from the newest on, until there are 25 of this one
    ),
    "all violations": (lambda tx: VIOLATIONS.select(tx, order_by=NEWEST_FIRST, limit=25), 25),
}


@pytest.mark.parametrize("name", QUESTIONS)
async def test_a_question_reads_no_more_than_it_needs(full: Database, name: str) -> None:
    ask, most = QUESTIONS[name]

    assert await rows_read(full, ask) <= most
