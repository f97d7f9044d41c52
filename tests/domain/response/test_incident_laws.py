"""What must hold for an incident whatever is asked of it, in whatever order."""

from datetime import timedelta

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from msgspec.structs import replace

from tests.domain.scene import ALICE, API, BOB, CAROL, DAVE, NEW, NOON, level, person, policy, timer
from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.intake.service import ScheduledAction, SupportHours
from tocsin.domain.people.user import Urgency
from tocsin.domain.response.command import (
    Acknowledge,
    Alarm,
    Annotate,
    ChangePriority,
    ChangeUrgency,
    Command,
    Decision,
    Delegate,
    Escalate,
    Link,
    Open,
    Page,
    Reassign,
    Refused,
    Reopen,
    Resolve,
    Retitle,
    Retrigger,
    Roster,
    Snooze,
    Timed,
    Unacknowledge,
    Wake,
)
from tocsin.domain.response.course import wakes
from tocsin.domain.response.decide import decide
from tocsin.domain.response.escalation import climb
from tocsin.domain.response.incident import Incident, ServiceRules
from tocsin.domain.response.log_entry import Agent

PEOPLE = (ALICE, BOB, CAROL, DAVE)
SCHEDULES = ("primary", "secondary")
SOMEBODY = st.sampled_from(PEOPLE)
URGENCIES: st.SearchStrategy[Urgency] = st.sampled_from(["high", "low"])
TEXTS = st.sampled_from(["Disk full", "Disk fuller"])
LEVELS = st.builds(
    lambda targets, delay, strategy: level(*targets, delay=delay, strategy=strategy),
    st.lists(st.sampled_from(PEOPLE + SCHEDULES), max_size=3),
    st.integers(1, 60),
    st.sampled_from(["assign_to_everyone", "round_robin"]),
)
POLICIES = st.builds(
    lambda rules, loops: policy(*rules, loops=loops),
    st.lists(LEVELS, max_size=3),
    st.integers(0, 2),
)
ROSTERS = st.builds(
    Roster,
    holders=st.dictionaries(st.sampled_from(SCHEDULES), SOMEBODY),
    users=st.frozensets(SOMEBODY, min_size=1),
    catch_all=st.sampled_from([(), (DAVE,), (DAVE, ALICE)]),
)
RULES = st.builds(
    ServiceRules,
    acknowledgement_timeout=st.sampled_from([None, 0, 600, 1800]),
    auto_resolve_timeout=st.sampled_from([None, 0, 3600, 14400]),
    support_hours=st.just(
        SupportHours(
            time_zone="Europe/Vienna",
            days_of_week=(1, 2, 3, 4, 5),
            start_time=(NOON - timedelta(hours=3)).time(),
            end_time=(NOON + timedelta(hours=3)).time(),
        )
    ),
    scheduled_actions=st.sets(
        st.sampled_from(
            [
                ScheduledAction(at="support_hours_start", to_urgency="high"),
                ScheduledAction(at="support_hours_end", to_urgency="low"),
            ]
        )
    ).map(tuple),
)


class Course(RuleBasedStateMachine):
    """One incident from its beginning; the clock never passes a timer that has not rung."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOON
        self.incident: Incident
        self.roster: Roster
        self.past: list[Incident] = []

    @initialize(
        climbed=POLICIES,
        roster=ROSTERS,
        rules=RULES,
        urgency=URGENCIES,
        assignees=st.lists(SOMEBODY, max_size=2),
    )
    def begin(
        self,
        climbed: EscalationPolicy,
        roster: Roster,
        rules: ServiceRules,
        urgency: Urgency,
        assignees: list[str],
    ) -> None:
        self.incident = replace(NEW, policy=climbed, rules=rules, urgency=urgency)
        self.roster = roster
        known = tuple(id_ for id_ in assignees if id_ in roster.users)
        self.ask(Open(roster=roster, assignees=known, agent=person(ALICE), trigger_channel=API))

    @rule(roster=ROSTERS)
    def people_come_and_go(self, roster: Roster) -> None:
        self.roster = roster

    @rule(minutes=st.integers(1, 600))
    def time_passes(self, minutes: int) -> None:
        later = self.now + timedelta(minutes=minutes)
        self.now = min([later, *(wake.at for wake in wakes(self.incident))])

    @precondition(lambda self: wakes(self.incident) != ())
    @rule()
    def the_next_timer_rings(self) -> None:
        wake = min(wakes(self.incident), key=lambda wake: wake.at)
        self.now = wake.at
        self.ask(timer(wake.kind, self.incident, self.roster))

    @rule(by=st.none() | SOMEBODY.map(person))
    def somebody_acknowledges(self, by: Agent | None) -> None:
        self.ask(Acknowledge(agent=by))

    @rule(seconds=st.integers(0, 700_000))
    def somebody_snoozes(self, seconds: int) -> None:
        self.ask(Snooze(seconds=seconds))

    @rule()
    def somebody_gives_it_back(self) -> None:
        self.ask(Unacknowledge(roster=self.roster))

    @rule(merged_into=st.sampled_from([None, None, "TARGET", NEW.id]))
    def somebody_resolves(self, merged_into: str | None) -> None:
        self.ask(Resolve(merged_into=merged_into))

    @rule(acknowledged=st.booleans(), assignees=st.lists(SOMEBODY, max_size=1), by=SOMEBODY)
    def somebody_reopens(self, acknowledged: bool, assignees: list[str], by: str) -> None:
        self.ask(
            Reopen(
                roster=self.roster,
                acknowledged=acknowledged,
                assignees=tuple(assignees),
                agent=person(by),
            )
        )

    @rule(assignees=st.lists(SOMEBODY, max_size=2))
    def somebody_reassigns(self, assignees: list[str]) -> None:
        self.ask(Reassign(roster=self.roster, assignees=tuple(assignees)))

    @rule(to=POLICIES)
    def somebody_delegates(self, to: EscalationPolicy) -> None:
        self.ask(Delegate(roster=self.roster, policy=to))

    @rule(to=st.none() | st.integers(0, 3))
    def somebody_escalates(self, to: int | None) -> None:
        self.ask(Escalate(roster=self.roster, level=to))

    @rule(urgency=URGENCIES)
    def somebody_changes_the_urgency(self, urgency: Urgency) -> None:
        self.ask(ChangeUrgency(urgency=urgency, roster=self.roster))

    @rule(urgency=URGENCIES)
    def the_alert_repeats(self, urgency: Urgency) -> None:
        self.ask(Retrigger(urgency=urgency, roster=self.roster))

    @rule(text=TEXTS)
    def somebody_writes(self, text: str) -> None:
        self.ask(Retitle(title=text))
        self.ask(ChangePriority(priority_id=text))
        self.ask(Annotate(content=text))
        self.ask(Link(incident_id=text))

    def ask(self, command: Command) -> None:
        before = self.incident
        try:
            decision = decide(before, command, self.now)
        except Refused:
            assert not (isinstance(command, Timed) and command.is_timer)
            return
        self.past.append(before)
        self.incident = decision.incident
        self.check_decision(before, decision)

    def check_decision(self, before: Incident, decision: Decision) -> None:
        after = decision.incident
        assert after.generation >= before.generation
        assert decision.log or (after, decision.effects) == (before, ())
        assert all(entry.at == self.now for entry in decision.log)
        assert self.paged(decision) <= self.roster.users
        if after.generation > before.generation:
            self.check_course(decision)
        else:
            assert self.set_by(decision) == ()

    def check_course(self, decision: Decision) -> None:
        after = decision.incident
        assert self.set_by(decision) == wakes(after)
        assert all(wake.at >= self.now for wake in wakes(after))
        if after.status == "triggered":
            has = {assignment.user_id for assignment in after.assignments}
            assert self.paged(decision) == has
            assert has or any(isinstance(effect, Alarm) for effect in decision.effects)
            if climb(after.policy, 0, 0, self.roster):
                assert has
        else:
            assert not self.paged(decision)

    @invariant()
    def an_urgent_incident_climbs_until_its_policy_is_exhausted(self) -> None:
        incident = self.incident
        climbs = (
            incident.status == "triggered"
            and incident.urgency == "high"
            and incident.assigned_via == "escalation_policy"
            and not incident.exhausted
            and incident.policy.rules != ()
        )
        assert (incident.escalate_at is not None) == climbs

    @invariant()
    def only_an_acknowledged_incident_has_acknowledgements(self) -> None:
        incident = self.incident
        assert bool(incident.acknowledgements) == (incident.status == "acknowledged")
        assert incident.unacknowledge_at is None or incident.status == "acknowledged"
        assert incident.snoozed_until in {None, incident.unacknowledge_at}

    @invariant()
    def a_resolved_incident_waits_for_nothing(self) -> None:
        if self.incident.status == "resolved":
            assert wakes(self.incident) == ()
            assert self.incident.assignments == ()
        assert (self.incident.resolved_at is None) == self.incident.is_open

    @invariant()
    def a_timer_of_an_earlier_course_changes_nothing(self) -> None:
        for before in self.past[-5:]:
            if before.generation < self.incident.generation:
                for wake in wakes(before):
                    old = timer(wake.kind, before, self.roster)
                    unchanged = Decision(incident=self.incident)
                    assert decide(self.incident, old, self.now) == unchanged

    @staticmethod
    def paged(decision: Decision) -> set[str]:
        pages = [effect for effect in decision.effects if isinstance(effect, Page)]
        return {user_id for page in pages for user_id in page.user_ids}

    @staticmethod
    def set_by(decision: Decision) -> tuple[Wake, ...]:
        return tuple(effect for effect in decision.effects if isinstance(effect, Wake))


Course.TestCase.settings = settings(max_examples=60, stateful_step_count=30, deadline=None)
TestCourse = Course.TestCase
