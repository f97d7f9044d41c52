"""A night on call, for tests: a team, a clock moved by hand, alerts that arrive as events."""

from datetime import datetime, timedelta
from typing import Any

import msgspec
import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from tests.team import METHODS, NOON, RULES, Team, integrate, make_team, person
from tocsin.channels import DECLARED
from tocsin.config import read_settings
from tocsin.domain.duty.escalation_policy import EscalationPolicy, Rule, Target
from tocsin.domain.intake.event import Event
from tocsin.domain.intake.service import Service
from tocsin.domain.people.user import ContactMethod, NotificationRule, User
from tocsin.domain.reaching.notification import Notification
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.log_entry import Agent, LogEntry
from tocsin.domain.work import Work
from tocsin.kit.clock import system_clock
from tocsin.kit.ids import new_id
from tocsin.kit.sealing import Sealer, digest
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.store.duty.escalation_policies import POLICIES
from tocsin.store.intake.services import SERVICES
from tocsin.store.reaching.notifications import NOTIFICATIONS
from tocsin.store.response import incidents, log_entries
from tocsin.usecases.directory import Directory
from tocsin.usecases.house import House
from tocsin.usecases.intake.batch import receive
from tocsin.usecases.intake.parcels import Parcel, Stray, Verdict
from tocsin.usecases.response.incidents import By, Change, change

URL = "https://oncall.example.com"
SECRET = "a secret of this installation, long enough"
SETTINGS = {
    "TOCSIN_PUBLIC_URL": URL,
    "TOCSIN_TIME_ZONE": "Europe/Vienna",
    "TOCSIN_MAIL_FROM": "oncall@example.com",
}


class Night:
    """``now`` is what the house's clock says, unless it is a real one."""

    def __init__(self, database: Database, team: Team, *, real_time: bool = False) -> None:
        self.now = system_clock() if real_time else NOON
        self.database = database
        self.team = team
        self.house = House(
            database=database,
            settings=read_settings(SETTINGS),
            sealer=Sealer(SECRET),
            directory=Directory(),
            declared=DECLARED,
            clock=system_clock if real_time else lambda: self.now,
        )

    @classmethod
    async def falls(cls, database: Database, *, real_time: bool = False) -> "Night":
        """Begin with a team, and nothing wrong yet."""
        return cls(database, await make_team(database), real_time=real_time)

    def passes(self, **time: float) -> datetime:
        """Move the clock."""
        self.now += timedelta(**time)
        return self.now

    async def trigger(self, *names: str, key: str | None = None, **given: Any) -> list[Incident]:
        """Let alerts arrive as one batch, and return their incidents."""
        event = {"action": "trigger", "severity": "critical", "source": "db-1"} | given
        parcels = [
            Parcel(
                key=key or self.team.key,
                what=msgspec.convert(event | {"dedup_key": name, "summary": name}, Event),
                path="/v2/enqueue",
                sender="127.0.0.1",
                body=b"{}",
            )
            for name in names
        ]
        digests = [digest(parcel.key) for parcel in parcels]
        async with self.database.hot() as connection:
            now = self.house.clock()
            await receive(connection, self.house.directory, parcels, digests, now)
        return [incident for incident in await self.incidents() if incident.title in names]

    async def take(self, post: Parcel | Stray) -> Verdict:
        """Store what arrived, as a batch of its own."""
        async with self.database.hot() as connection:
            now = self.house.clock()
            digests = [digest(post.key)]
            [verdict] = await receive(connection, self.house.directory, [post], digests, now)
        return verdict

    async def acknowledge(self, *found: Incident) -> None:
        """Let Ann have it."""
        by = By(agent=Agent("user", self.team.ann.id), channel={"type": "website"})
        changes = [Change(incident_id=i.id, status="acknowledged") for i in found]
        await change(self.house, changes, by, self.house.clock())

    async def amend(self, incident: Incident, **wanted: Any) -> None:
        """Let Ann change something about an incident."""
        by = By(agent=Agent("user", self.team.ann.id), channel={"type": "website"})
        await change(
            self.house, [Change(incident_id=incident.id, **wanted)], by, self.house.clock()
        )

    async def give(
        self, user: User, kind: str, address: str, *, minutes: int | None = None
    ) -> ContactMethod:
        """Give somebody one more contact method; ``minutes`` make a rule that uses it."""
        method = ContactMethod(
            id=new_id(),
            user_id=user.id,
            kind=kind,
            label=kind,
            address=address,
            country_code=1 if kind in {"sms", "phone"} else None,
            created_at=NOON,
        )
        async with self.database.begin() as tx:
            await METHODS.insert(tx, method)
            if minutes is not None:
                await _rule(tx, method, minutes)
        return method

    async def crowd(self, size: int) -> dict[str, str]:
        """Make people with a policy and a service of their own: their names, and the keys."""
        keys = {}
        async with self.database.begin() as tx:
            for name in (f"P{n}" for n in range(size)):
                target = Target("user", (await person(tx, name)).id)
                rule = Rule(id=new_id(), delay_minutes=5, targets=(target,))
                policy = EscalationPolicy(id=new_id(), name=name, rules=(rule,))
                await POLICIES.insert(tx, policy)
                service = Service(
                    id=new_id(), name=name, escalation_policy_id=policy.id, created_at=NOON
                )
                keys[name], _ = await integrate(tx, await SERVICES.insert(tx, service))
        return keys

    async def default_email(self, user: User) -> ContactMethod:
        """The e-mail contact method that somebody began with."""
        async with self.database.read() as tx:
            [method] = await METHODS.select(tx, METHODS.c.user_id == user.id)
            return method

    async def take_away(self, method_id: str | None) -> None:
        """Delete a contact method with its rules."""
        await self.sql(sa.delete(tables.contact_methods).where(METHODS.c.id == method_id))

    async def sql(self, statement: Any) -> None:
        """Do to the database what no use case would."""
        async with self.database.begin() as tx:
            await tx.execute(statement)

    async def incidents(self) -> list[Incident]:
        """All incidents, the oldest first."""
        async with self.database.read() as tx:
            return await incidents.select(tx, order_by=(tables.incidents.c.number,), limit=1000)

    async def work(self, lane: str | None = None) -> list[Work]:
        """What is planned, in a lane or in all that page people."""
        where = tables.work.c.lane == lane if lane else tables.work.c.kind == "notify"
        async with self.database.read() as tx:
            query = sa.select(tables.work).where(where).order_by(tables.work.c.id)
            return [Work(**row) for row in (await tx.execute(query)).mappings()]

    async def notifications(self) -> list[Notification]:
        """All attempts, the oldest first."""
        async with self.database.read() as tx:
            return await NOTIFICATIONS.select(tx)

    async def told(self, incident: Incident) -> list[LogEntry]:
        """What the incident's timeline says of notifications."""
        where = (
            tables.log_entries.c.incident_id == incident.id,
            tables.log_entries.c.type == "notify_log_entry",
        )
        async with self.database.read() as tx:
            return await log_entries.select(tx, where=where, order_by=(tables.log_entries.c.id,))

    async def alarms(self) -> list[str]:
        """What administrators were told."""
        async with self.database.read() as tx:
            query = sa.select(tables.alarms.c.sentence).order_by(tables.alarms.c.id)
            return list((await tx.execute(query)).scalars())


async def _rule(tx: AsyncConnection, method: ContactMethod, minutes: int) -> None:
    rule = NotificationRule(
        id=new_id(),
        user_id=method.user_id,
        contact_method_id=method.id,
        urgency="high",
        delay_minutes=minutes,
        created_at=NOON,
    )
    await RULES.insert(tx, rule)


@pytest.fixture
async def night(database: Database) -> Night:
    """Begin a night in an empty database."""
    return await Night.falls(database)
