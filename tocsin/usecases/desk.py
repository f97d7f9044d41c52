"""One transaction's decisions about incidents: asked of the rules, gathered, written at once."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Self

import asyncpg
import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.reaching.paging import plan
from tocsin.domain.response.command import (
    Alarm,
    Command,
    Deal,
    Decision,
    Effect,
    Page,
    Roster,
    Wake,
)
from tocsin.domain.response.decide import decide
from tocsin.domain.response.incident import Incident
from tocsin.domain.response.log_entry import LogEntry
from tocsin.domain.work import TIMER, Work
from tocsin.kit.ids import new_id
from tocsin.store import directory as store
from tocsin.store.driver import driver
from tocsin.store.writes import AlarmRow, Writes, flush
from tocsin.usecases.directory import Directory, View
from tocsin.usecases.machines import write_backs
from tocsin.usecases.machines.announcing import announcements


class Desk:
    """Turns decisions into rows. Nothing is written before ``write``."""

    def __init__(self, connection: asyncpg.Connection, view: View, now: datetime) -> None:
        self.connection = connection
        self.view = view
        self.now = now
        self.writes = Writes()
        self._dealt_before: dict[str, int] = {}
        self._rosters: dict[EscalationPolicy, Roster] = {}

    @classmethod
    async def at(cls, tx: AsyncConnection, directory: Directory, now: datetime) -> Self:
        """Sit down at a transaction, with the configuration as it is now."""
        connection = await driver(tx)
        view = await directory.now(connection)
        await view.know_listeners(connection)
        return cls(connection, view, now)

    async def prepare(
        self,
        *,
        incidents: Iterable[Incident] = (),
        policies: Iterable[EscalationPolicy] = (),
        people: Iterable[str] = (),
    ) -> None:
        """Read what deciding about these may need: their policies' people, and whoever has them."""
        open_ones = list(incidents)
        climbed = [*policies, *(incident.policy for incident in open_ones)]
        await self.view.know_listeners(self.connection)
        await self.view.know_policies(self.connection, climbed, self.now)
        holders = {a.user_id for incident in open_ones for a in incident.assignments}
        await self.view.know_people(self.connection, holders | set(people))
        await self._hold_rings(climbed)

    def roster(self, policy: EscalationPolicy) -> Roster:
        """Say who can be paged under a prepared policy, the deals of this transaction included."""
        if any(rule.strategy == "round_robin" for rule in policy.rules):
            return self.view.roster(policy, self.now, self._ring())
        if policy not in self._rosters:
            self._rosters[policy] = self.view.roster(policy, self.now)
        return self._rosters[policy]

    def begin(self, incident: Incident, command: Command) -> Incident:
        """Let a new incident begin."""
        self.writes.new_incidents[incident.id] = incident
        return self.act(incident, command)

    def act(self, incident: Incident, command: Command) -> Incident:
        """Decide, and keep what comes of it for ``write``. Raises ``Refused``."""
        decision = decide(incident, command, self.now)
        if decision.incident is not incident:
            self.writes.put_incident(decision.incident)
        log = self._keep_log(decision)
        self._check_later(decision.incident, log)
        if self.view.listeners:
            told = announcements(self.view.listeners, decision.incident, log, self.now)
            self.writes.dispatches.extend(told)
        for effect in decision.effects:
            self._carry_out(decision.incident, effect)
        return decision.incident

    def note(self, incident: Incident, command: Command) -> None:
        """Keep only what the log says of it: the incident, which may not be locked, stays."""
        self._keep_log(decide(incident, command, self.now))

    async def write(self) -> None:
        """Write what was decided so far. The caller commits."""
        if self.view.hearing_back:
            told = await write_backs.plan(self.connection, self.view.hearing_back, self.writes.log)
            self.writes.dispatches.extend(told)
        await flush(self.connection, self.writes)
        for rule_id, dealt in self.writes.dealt.items():
            self._dealt_before[rule_id] += dealt
        self.writes = Writes()

    def _keep_log(self, decision: Decision) -> list[LogEntry]:
        log = [
            msgspec.structs.replace(entry, id=new_id("Q"), incident_id=decision.incident.id)
            for entry in decision.log
        ]
        self.writes.log.extend(log)
        return log

    def _carry_out(self, incident: Incident, effect: Effect) -> None:
        match effect:
            case Page(user_ids=user_ids):
                for user_id in user_ids:
                    self._plan_pages(incident, user_id)
            case Wake(kind=kind, at=at):
                self.writes.work.append(
                    Work(
                        lane=TIMER,
                        kind=kind,
                        due=at,
                        incident_id=incident.id,
                        generation=incident.generation,
                    )
                )
            case Deal(rule_id=rule_id):
                self.writes.dealt[rule_id] = self.writes.dealt.get(rule_id, 0) + 1
            case Alarm(sentence=sentence):
                self.writes.alarms.append(
                    AlarmRow(
                        id=new_id("Q"), at=self.now, incident_id=incident.id, sentence=sentence
                    )
                )

    def _check_later(self, incident: Incident, log: Iterable[LogEntry]) -> None:
        """Ask whoever wants that, some time after they acknowledged, whether they are awake."""
        for entry in log:
            is_theirs = entry.type == "acknowledge_log_entry" and entry.agent is not None
            person = self.view.person(entry.agent.id) if is_theirs and entry.agent else None
            if person and person.user.awake_check_minutes:
                self.writes.work.append(
                    Work(
                        lane=TIMER,
                        kind="awake",
                        due=self.now + timedelta(minutes=person.user.awake_check_minutes),
                        incident_id=incident.id,
                        generation=incident.generation,
                        user_id=person.user.id,
                    )
                )

    def _plan_pages(self, incident: Incident, user_id: str) -> None:
        person = self.view.person(user_id)
        if person is None:
            return
        for page in plan(person.rules, person.methods, person.user, incident.urgency, self.now):
            self.writes.work.append(
                Work(
                    lane=page.kind,
                    kind="notify",
                    due=page.at,
                    incident_id=incident.id,
                    generation=incident.generation,
                    user_id=user_id,
                    contact_method_id=page.contact_method_id,
                )
            )

    async def _hold_rings(self, policies: Iterable[EscalationPolicy]) -> None:
        rules = {
            rule.id for p in policies for rule in p.rules if rule.strategy == "round_robin"
        } - self._dealt_before.keys()
        if rules:
            found = await store.hold_rings(self.connection, rules)
            self._dealt_before.update(dict.fromkeys(rules, 0) | found)

    def _ring(self) -> dict[str, int]:
        dealt = self.writes.dealt
        return {rule: before + dealt.get(rule, 0) for rule, before in self._dealt_before.items()}
