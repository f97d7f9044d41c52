"""Reach: how somebody is told of incidents, in words, and what keeps pages from them."""

from collections.abc import Collection, Iterable, Sequence
from typing import Final

import msgspec

from tocsin.domain.people.user import ContactMethod, NotificationRule, Urgency
from tocsin.domain.reaching.contact_kind import Kind
from tocsin.domain.reaching.waking import Hindrance, hindrance
from tocsin.usecases.duty.ladders import Ladder
from tocsin.usecases.house import House
from tocsin.usecases.people import users
from tocsin.usecases.people.users import Known
from tocsin.web.words import channel, join

URGENCIES: Final[tuple[Urgency, ...]] = ("high", "low")
_MINUTE: Final = 60  # seconds
_HOUR: Final = 60  # minutes


class Step(msgspec.Struct, frozen=True):
    """A rule, and the way that it uses."""

    rule: NotificationRule
    method: ContactMethod

    @property
    def when(self) -> str:
        """How long after an incident is assigned it is used."""
        return after(self.rule.delay_minutes)


class Plan(msgspec.Struct, frozen=True, kw_only=True):
    """How somebody is told of incidents of one urgency, the first step first."""

    urgency: Urgency
    steps: Sequence[Step]

    @property
    def sentence(self) -> str:
        """The plan in one sentence."""
        moments: dict[str, dict[str, None]] = {}
        for step in self.steps:
            moments.setdefault(step.when, {})[channel(step.method.kind)] = None
        told = ", ".join(f"{when} by {join(list(kinds))}" for when, kinds in moments.items())
        return f"{told}." if told else "at once by e-mail, until a step says otherwise."


def plans(known: Known) -> list[Plan]:
    """Return how somebody is told of incidents, urgency by urgency."""
    methods = {method.id: method for method in known.methods}
    return [
        Plan(
            urgency=urgency,
            steps=[
                Step(rule, methods[rule.contact_method_id])
                for rule in known.rules
                if rule.urgency == urgency
            ],
        )
        for urgency in URGENCIES
    ]


def ways(known: Known) -> str:
    """Name the ways to reach somebody."""
    return join(list(dict.fromkeys(channel(method.kind) for method in known.methods)))


def offered(kinds: Iterable[Kind], ways: Collection[str]) -> list[str]:
    """Return the kinds of contact methods that one can type, and that pages reach today."""
    return [kind.name for kind in kinds if kind.name in ways and not kind.adds_itself]


async def lacking(house: House, ladders: Iterable[Ladder]) -> dict[str, Hindrance]:
    """Say, by their ids, from whom of those on call now and next something keeps pages."""
    faces = [face for ladder in ladders for rung in ladder.rungs for face in rung.faces]
    on_call = {one.id for face in faces for one in (face.user, face.next) if one}
    found = await users.get_many(house, on_call)
    said = {id_: trouble(known, house.ways) for id_, known in found.items()}
    return {id_: told for id_, told in said.items() if told}


def trouble(known: Known, channels: Collection[str]) -> Hindrance | None:
    """Say what keeps a page of high urgency from somebody, None if nothing does."""
    return hindrance(known.methods, known.rules, channels)


def in_a_storm(seconds: int) -> str:
    """Say what comes of many pages at once, where messages gather for so long."""
    if not seconds:
        return "In a storm, each page comes by itself."
    every = "a minute" if seconds == _MINUTE else f"every {seconds} seconds"
    return f"In a storm, each telephone and chat gets one message {every}, which counts the rest."


def after(minutes: int) -> str:
    """Say how long after an incident is assigned."""
    if not minutes:
        return "at once"
    hours, rest = divmod(minutes, _HOUR)
    spent = [f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest)
    return f"after {' '.join(spent)}"
