"""Hot questions read few rows among a hundred thousand: an index that is missing shows here."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import asyncpg
import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.plans import explain, rows_read
from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.intake.grouping import Grouping
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.log_entry import Agent
from tocsin.store import analytics, names, work
from tocsin.store.database import Database
from tocsin.store.intake import change_events, groups
from tocsin.store.migrate import upgrade
from tocsin.store.people import teams
from tocsin.store.postgres import Postgres
from tocsin.store.reaching import limits, messages
from tocsin.store.response import alerts, incident_lists, incidents, log_entries
from tocsin.store.response.incident_lists import Asked

NOON: Final = datetime(2026, 11, 21, 12, tzinfo=UTC)
MONTH: Final = NOON - timedelta(days=31)
EVERY: Final = timedelta(minutes=5)
COUNT: Final = 100_000
PAGE: Final = 101
FEW: Final = 2 * PAGE
OF_A_MONTH: Final = (NOON - MONTH) // EVERY
LAST_MONTH: Final = analytics.Asked(since=MONTH, until=NOON)
SEARCHED: Final = 5000
WHILE_OPEN: Final = {"PSERVICE33": Grouping(by="time", window=None)}
OF_HOURS: Final = {"PSERVICE33": Grouping(by="time", window=36 * EVERY)}
BY_LIKENESS: Final = {"PSERVICE33": Grouping(by="likeness", window=36 * EVERY)}
SOME_SERVICES: Final = [f"PSERVICE{number}7" for number in range(1, 10)]

# Every 33rd incident is open; the newest is number one. All have one alert and one log entry.
_FILL: Final = (
    """
    create temporary table past as
    select n, 'Q' || lpad(n::text, 13, '0') as id, $1::timestamptz - n * $2::interval as at,
      n % 33 = 0 as open from generate_series(1, $3::int) n
    """,
    """
    insert into incidents (id, title, service_id, status, urgency, incident_key, created_at,
      updated_at, resolved_at, generation, assignee_ids, state)
    select id, 'Down', 'PSERVICE' || n % 100,
      case when not open then 'resolved' when n % 2 = 0 then 'triggered' else 'acknowledged' end,
      case when n % 50 = 0 then 'low' else 'high' end, 'key-' || n, at, at,
      case when not open then at + interval '1 hour' end, 1,
      case when open then array['PUSER' || n % 20]::varchar[] else '{}' end, $1::text::json
    from past order by at
    """,
    """
    insert into alerts (id, service_id, integration_id, incident_id, dedup_key, status, suppressed,
      summary, created_at, updated_at, body)
    select id, 'PSERVICE' || n % 100, 'PWAYIN', id, 'key-' || n,
      case when open then 'triggered' else 'resolved' end, false, 'Down', at, at,
      '{"summary": "Down"}' from past
    """,
    """
    insert into log_entries (id, incident_id, type, at, body)
    select id, id, 'trigger_log_entry', at, '{"agent": null, "channel": {}, "details": {}}'
    from past
    """,
    """
    insert into change_events (id, service_id, integration_id, at, summary, body)
    select id, 'PSERVICE' || n % 100, 'PWAYIN', at, 'Deployed', '{"summary": "Deployed"}' from past
    """,
    """
    insert into work (lane, kind, due, planned_for, incident_id, user_id)
    select case when n % 2 = 0 then 'email' else 'timer' end, 'notify', at, at, id, 'PUSER1'
    from past
    """,
    """
    insert into messages (id, at, kind, channel, user_id, contact_method_id, address, incident_ids,
      body, pages, classes, provider_id, provider_ref, receipt)
    select id, at, 'page', 'sms', 'PUSER' || n % 1000, 'PMETHOD' || n % 1000, '+4366' || n % 1000,
      array[id], '{"id": "Q", "kind": "page", "at": "2026-11-21T12:00:00Z", "sender": "",
      "recipient": "", "time_zone": "UTC", "incidents": []}',
      jsonb_build_array(jsonb_build_object('incident_id', id, 'generation', 1)),
      array['PSERVICE' || n % 100 || ' high'], 'PTWILIO', 'SM' || n, 'delivered' from past
    """,
    """
    insert into escalation_policies (id, name, team_ids)
    select 'PPOLICY' || n, 'Policy ' || n, array['PTEAM' || n] from generate_series(0, 9) n
    """,
    """
    insert into services (id, name, escalation_policy_id, urgency_rule)
    select 'PSERVICE' || n, 'Service ' || n, 'PPOLICY' || n % 10, '{}' from generate_series(0, 99) n
    """,
    "analyze",
)


@pytest.fixture(scope="module")
async def full(postgres: Postgres) -> AsyncIterator[Database]:
    """Give a database with a long past, which nobody else has."""
    admin = await asyncpg.connect(postgres.url)
    await admin.execute("create database plans")
    url = urlsplit(postgres.url)._replace(path="/plans").geturl()
    await upgrade(url)
    await _fill(url)
    database = await Database.open(url)
    yield database
    await database.close()
    await admin.execute("drop database plans with (force)")
    await admin.close()


async def _fill(url: str) -> None:
    blank = Incident(
        id="Q",
        title="Down",
        service_id="PSERVICE0",
        created_at=NOON,
        updated_at=NOON,
        last_status_change_at=NOON,
        last_status_change_by=Agent("service", "PSERVICE0"),
        policy=EscalationPolicy(id="P", name="Night watch", rules=()),
    )
    connection = await asyncpg.connect(url)
    past, events, *rest = _FILL
    await connection.execute(past, NOON, EVERY, COUNT)
    await connection.execute(events, msgspec.json.encode(blank).decode())
    for statement in rest:
        await connection.execute(statement)
    await connection.close()


LISTS: Final[dict[str, tuple[Asked, int]]] = {
    "the last month": (Asked(since=MONTH), FEW),
    "all": (Asked(), FEW),
    "the newest": (Asked(sorting=(("created_at", True),)), FEW),
    "open": (Asked(statuses=("triggered", "acknowledged")), FEW),
    "open, of a month": (Asked(since=MONTH, statuses=("triggered", "acknowledged")), FEW),
    "triggered": (Asked(statuses=("triggered",)), FEW),
    "of a service": (Asked(service_ids=("PSERVICE7",)), FEW),
    "of a service, of a month": (Asked(since=MONTH, service_ids=("PSERVICE7",)), FEW),
    "open, of a service": (Asked(service_ids=("PSERVICE7",), statuses=("triggered",)), 5000),
    "of a team": (Asked(team_ids=("PTEAM7",)), 2500),
    "of a team, of a month": (Asked(since=MONTH, team_ids=("PTEAM7",)), 2500),
    # Two indexes are laid over each other: mostly their entries are read, and few rows.
    "open, of a team": (Asked(team_ids=("PTEAM6",), statuses=("triggered",)), 14_000),
    "of a team, the newest": (Asked(team_ids=("PTEAM7",), sorting=(("created_at", True),)), 2500),
    "of no team": (Asked(team_ids=("PNOTEAM",)), 200),
    "of a person": (Asked(user_ids=("PUSER7",)), 500),
    "of a person, of a month": (Asked(since=MONTH, user_ids=("PUSER7",)), 500),
    "of nobody": (Asked(user_ids=("PNOBODY",)), 0),
    "with a key": (Asked(incident_key="key-77"), 4),
    "low": (Asked(urgencies=("low",)), FEW),
    "by urgency": (Asked(since=MONTH, sorting=(("urgency", True),)), FEW),
    "the newest by urgency": (Asked(sorting=(("urgency", False), ("created_at", True))), FEW),
    "resolved last": (Asked(since=MONTH, sorting=(("resolved_at", True),)), FEW),
    "resolved first": (Asked(since=MONTH, sorting=(("resolved_at", False),)), FEW),
    "by number": (Asked(sorting=(("incident_number", False),)), FEW),
    "by number, backwards": (Asked(since=MONTH, sorting=(("incident_number", True),)), FEW),
    # The bound costs a look at each number of the month in an index, and spares all others.
    "by number, of a month": (Asked(since=MONTH, sorting=(("incident_number", False),)), 9100),
}


@pytest.mark.parametrize("name", LISTS)
async def test_a_list_of_incidents_reads_little_more_than_it_shows(
    full: Database, name: str
) -> None:
    asked, most = LISTS[name]

    async def ask(tx: AsyncConnection) -> object:
        return await incident_lists.find(tx, asked, limit=PAGE, offset=0)

    assert await rows_read(full, ask) <= most


QUESTIONS: Final[dict[str, tuple[Callable[[AsyncConnection], Awaitable[object]], int]]] = {
    "counts": (lambda tx: alerts.counts(tx, _ids(100)), 200),
    "first triggers": (lambda tx: log_entries.first_triggers(tx, _ids(100)), 300),
    "names": (lambda tx: names.names(tx, _ids(100)), 1000),
    "one by its number": (lambda tx: incidents.get(tx, "77"), 1),
    "a held incident": (lambda tx: incidents.lock(tx, _ids(2)), 2),
    "a log": (lambda tx: _log(tx, incident_id=_ids(1)[0]), 1),
    "the whole log": (lambda tx: log_entries.select(tx, limit=PAGE), PAGE),
    "the log of services": (lambda tx: _log(tx, since=MONTH, service_ids=SOME_SERVICES), 5000),
    "the services of a team": (lambda tx: teams.service_ids(tx, ["PTEAM7"]), 200),
    "an overview": (lambda tx: _log(tx, since=MONTH, without=("notify_log_entry",)), PAGE),
    "a key that is taken": (lambda tx: incidents.open_with_key(tx, "PSERVICE77", "key-77"), 1),
    "changes": (lambda tx: _changes(tx, since=MONTH), PAGE),
    "changes of a service": (lambda tx: _changes(tx, service_id="PSERVICE7"), PAGE),
    "how far back a search reads": (
        lambda tx: incident_lists.horizon(tx, Asked(), most=SEARCHED),
        SEARCHED,
    ),
    "a rare word": (lambda tx: _search(tx, "nothing"), 2 * SEARCHED),
    "a common word": (lambda tx: _search(tx, "down"), SEARCHED + FEW),
    "how many are open": (lambda tx: incident_lists.count_open(tx, Asked()), 3100),
    "a month in figures": (lambda tx: analytics.measure(tx, LAST_MONTH, [MONTH]), 3 * OF_A_MONTH),
    "a month in bars": (lambda tx: analytics.count_begun(tx, LAST_MONTH, [MONTH]), OF_A_MONTH + 1),
    "earlier pages": (
        lambda tx: messages.earlier_to(tx, "sms", "PUSER7", "PMETHOD7", MONTH),
        2 * (OF_A_MONTH // 1000 + 1),  # each in the index and in the table
    ),
    "the newest messages": (
        lambda tx: messages.newest_to(tx, "sms", "+43667", NOON - timedelta(days=1)),
        50,
    ),
    "what a provider was given": (lambda tx: limits.carried(tx, ["PTWILIO"], NOON), 2),
    "whom others let go first": (
        lambda tx: limits.told(tx, ["PUSER7"], MONTH),
        2 * (OF_A_MONTH // 1000 + 1),
    ),
    "who waits": (lambda tx: limits.line(tx, "sms", MONTH), 0),
    "a message by its receipt": (lambda tx: messages.of_reference(tx, "PTWILIO", "SM77"), 1),
    "whom pages reached": (
        lambda tx: messages.reached(tx, _ids(2), NOON - timedelta(days=1)),
        timedelta(days=1) // EVERY,
    ),
    "due work": (lambda tx: work.lease(tx, "email", NOON, limit=50), 3 * work.MOST_TOGETHER + 150),
}


@pytest.mark.parametrize("name", QUESTIONS)
async def test_a_question_reads_no_more_than_it_needs(full: Database, name: str) -> None:
    ask, most = QUESTIONS[name]

    assert await rows_read(full, ask) <= most


HOT: Final[dict[str, tuple[Callable[[asyncpg.Connection], Awaitable[object]], int]]] = {
    "open alerts of keys": (lambda hot: alerts.hold_open(hot, [("PWAYIN", "key-33")]), 4),
    "held incidents": (lambda hot: incidents.hold(hot, _ids(2)), 2),
    "open alerts of incidents": (lambda hot: alerts.open_by_incident(hot, _ids(33)), 33),
    "groups while they are open": (lambda hot: groups.find(hot, WHILE_OPEN, NOON), 2 * groups.FEW),
    "groups of some hours": (lambda hot: groups.find(hot, OF_HOURS, NOON), 2),
    "groups by likeness": (lambda hot: groups.find(hot, BY_LIKENESS, NOON), 3),
}


@pytest.mark.parametrize("name", HOT)
async def test_what_every_event_asks_reads_no_more_than_it_needs(full: Database, name: str) -> None:
    ask, most = HOT[name]
    asked: list[Any] = []
    async with full.hot() as connection:
        with connection.query_logger(asked.append):
            await ask(connection)
            await asyncio.sleep(0)  # what was asked is told on the loop's next round
        *_, query = asked  # before a connection's first question, asyncpg asks what types are
        rows = await explain(connection, query.query, query.args)

    assert rows <= most


def _ids(count: int) -> list[str]:
    return [f"Q{number:013}" for number in range(1, count + 1)]


async def _log(tx: AsyncConnection, **fitting: Any) -> object:
    return await log_entries.select(tx, where=tuple(log_entries.fitting(**fitting)), limit=PAGE)


async def _search(tx: AsyncConnection, word: str) -> object:
    since = await incident_lists.horizon(tx, Asked(), most=SEARCHED)
    asked = Asked(since=since, words=(word,), sorting=(("created_at", True),))
    return await incident_lists.find(tx, asked, limit=PAGE, offset=0)


async def _changes(tx: AsyncConnection, **fitting: Any) -> object:
    where = tuple(change_events.fitting(**fitting))
    return await change_events.select(tx, where, limit=PAGE)
