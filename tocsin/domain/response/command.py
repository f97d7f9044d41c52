"""Commands: what can be asked of an incident, and what comes of it.

Commands that put the incident before people carry a ``Roster``: who holds each schedule at that
instant, looked up by the caller, so that the rules need no database.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Literal

import msgspec

from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.people.user import Urgency
from tocsin.domain.response.incident import ConferenceBridge, Incident
from tocsin.domain.response.log_entry import Agent, LogEntry
from tocsin.domain.response.responder_request import Reply, RequestTarget

WakeKind = Literal["escalate", "unacknowledge", "auto_resolve", "urgency_change"]


class Roster(msgspec.Struct, frozen=True, kw_only=True):
    """Who can be paged now.

    ``holders``: schedule id -> user id, absent where nobody is on call. ``users``: every user id
    that exists. ``catch_all``: the last resort. ``ring``: rule id -> how many incidents a round
    robin rule has dealt out so far.
    """

    holders: Mapping[str, str] = {}
    users: frozenset[str] = frozenset()
    catch_all: tuple[str, ...] = ()
    ring: Mapping[str, int] = {}


class Command(msgspec.Struct, frozen=True, kw_only=True):
    """By whom, and through what: copied onto the log entries."""

    agent: Agent | None = None
    channel: dict[str, Any] = msgspec.field(default_factory=lambda: {"type": "website"})


class Timed(Command, frozen=True, kw_only=True):
    """What a timer asks too: it gives the ``generation`` it was set in, a person gives None."""

    generation: int | None = None

    @property
    def is_timer(self) -> bool:
        """Whether a timer asks."""
        return self.generation is not None


class Open(Command, frozen=True, kw_only=True):
    """A new incident begins (its id, title, urgency, policy and rules are already on it).

    ``assignees``: direct assignment instead of the policy. ``trigger_channel`` holds the event.
    An incident that its creator assigns to themselves starts acknowledged.
    """

    roster: Roster
    assignees: tuple[str, ...] = ()
    trigger_channel: dict[str, Any]
    details: dict[str, Any] = {}


class Retrigger(Command, frozen=True, kw_only=True):
    """A further trigger of an open alert: appended; a higher urgency is taken over, never a lower.

    ``roster`` is looked at only when the urgency rises.
    """

    urgency: Urgency
    roster: Roster
    details: dict[str, Any] = {}


class Acknowledge(Command, frozen=True, kw_only=True):
    """Somebody has it: pages stop, the acknowledgement timeout starts (again)."""


class Unacknowledge(Timed, frozen=True, kw_only=True):
    """The acknowledgement or snooze ran out (a timer's), or a person gives it back."""

    roster: Roster


class Resolve(Timed, frozen=True, kw_only=True):
    """It is over, or goes on in the incident ``merged_into``."""

    note: str | None = None
    merged_into: str | None = None


class Link(Command, frozen=True, kw_only=True):
    """Another incident, or one alert of it, goes on in this one: the target's side of it."""

    incident_id: str
    alert_id: str | None = None


class Unlink(Command, frozen=True, kw_only=True):
    """An alert of this incident goes on in another one."""

    incident_id: str
    alert_id: str


class Reopen(Command, frozen=True, kw_only=True):
    """A resolved incident is triggered again, before the policy or the given people.

    With ``acknowledged`` it comes back acknowledged by the agent and assigned to them.
    """

    roster: Roster
    assignees: tuple[str, ...] = ()
    policy: EscalationPolicy | None = None
    acknowledged: bool = False


class Snooze(Command, frozen=True, kw_only=True):
    """Stay acknowledged for ``seconds`` from now, then page again."""

    seconds: int


class Reassign(Command, frozen=True, kw_only=True):
    """Give it to these people; it stops climbing. Unacknowledges."""

    roster: Roster
    assignees: tuple[str, ...]


class Delegate(Command, frozen=True, kw_only=True):
    """Give it to another policy, from its first level."""

    roster: Roster
    policy: EscalationPolicy


class Escalate(Timed, frozen=True, kw_only=True):
    """The next level, by timeout or by hand; by hand also any ``level`` (counted from 0).

    A timer that rings early tells the ``reason``.
    """

    roster: Roster
    level: int | None = None
    reason: str | None = None


class ChangeUrgency(Timed, frozen=True, kw_only=True):
    """By hand, or because support hours start or end."""

    urgency: Urgency
    roster: Roster


class ChangePriority(Command, frozen=True, kw_only=True):
    """``priority_id`` None takes the priority away; ``name`` is for the log."""

    priority_id: str | None
    name: str | None = None


class Retitle(Command, frozen=True, kw_only=True):
    """Another title."""

    title: str


class ChangeService(Command, frozen=True, kw_only=True):
    """Another service is what is broken. Policy and timers stay as they are."""

    service_id: str


class ChangeBridge(Command, frozen=True, kw_only=True):
    """Talk about it elsewhere; None takes the bridge away."""

    bridge: ConferenceBridge | None


class Annotate(Command, frozen=True, kw_only=True):
    """A note."""

    content: str


class Publish(Command, frozen=True, kw_only=True):
    """A status update for those who have subscribed to it."""

    message: str


class AskForHelp(Command, frozen=True, kw_only=True):
    """Somebody, or whoever is on call for a policy, is asked to help."""

    target: RequestTarget
    message: str


class ReplyToRequest(Command, frozen=True, kw_only=True):
    """Somebody who was asked with this message will help, or will not."""

    user_id: str
    reply: Reply
    message: str


class CancelRequest(Command, frozen=True, kw_only=True):
    """Somebody who has not answered need not help any more."""

    user_id: str


class Page(msgspec.Struct, frozen=True, kw_only=True):
    """Effect: start these people's notification rules for the incident's urgency, from now."""

    user_ids: tuple[str, ...]


class Wake(msgspec.Struct, frozen=True, kw_only=True):
    """Effect: ring at this instant, in the incident's present generation."""

    kind: WakeKind
    at: datetime


class Deal(msgspec.Struct, frozen=True, kw_only=True):
    """Effect: a round robin rule dealt one more incident."""

    rule_id: str


class Alarm(msgspec.Struct, frozen=True, kw_only=True):
    """Effect: tell the administrators, in one sentence (nobody was on call, for example)."""

    sentence: str


Effect = Page | Wake | Deal | Alarm


class Decision(msgspec.Struct, frozen=True, kw_only=True):
    """The incident as it now stands, what to write into its log, and what to do."""

    incident: Incident
    log: tuple[LogEntry, ...] = ()
    effects: tuple[Effect, ...] = ()


class Refused(Exception):  # noqa: N818 - a refusal is an answer, not a fault
    """The command makes no sense now: one sentence for the caller, and the API's code for it."""

    def __init__(self, sentence: str, code: int) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.code = code
