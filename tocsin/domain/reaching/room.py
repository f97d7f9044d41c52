"""Rooms: where everybody in a chat sees the incidents of a service, or of all."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final, Protocol, runtime_checkable

import msgspec

from tocsin.domain.machines.webhook import Occurrence
from tocsin.domain.people.user import Urgency
from tocsin.domain.reaching.answer import Deed
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.phrases import phrase
from tocsin.domain.response.incident import Incident, Status

TRIAL: Final = "trial"  # kinds of dispatches of a room that tell of no incident
GROUP: Final = "group"

# What an event says beneath the post; what others change is to be seen in the post itself.
_REMARKS: Final[Mapping[str, str]] = {
    "incident.annotated": "room_note",
    "incident.status_update_published": "room_update",
    "incident.escalated": "room_escalated",
    "incident.delegated": "room_escalated",
    "incident.reassigned": "room_reassigned",
    "incident.reopened": "room_reopened",
    "incident.unacknowledged": "room_unacknowledged",
}
_DEEDS: Final[Mapping[Status, tuple[Deed, ...]]] = {
    "triggered": ("acknowledge", "resolve"),
    "acknowledged": ("resolve",),
    "resolved": (),
}


class Room(msgspec.Struct, frozen=True, kw_only=True):
    """A room of a provider's chat; ``service_id`` None stands for all services."""

    id: str
    provider_id: str
    service_id: str | None = None
    address: str
    name: str
    language: str = "en"
    created_at: datetime


class UserGroup(msgspec.Struct, frozen=True, kw_only=True):
    """A group of a provider's chat that shall hold whoever holds a schedule.

    ``members`` are those that it was last told to hold, ``detail`` what came of that.
    """

    id: str
    provider_id: str
    schedule_id: str
    address: str
    members: str = ""
    detail: str = ""
    created_at: datetime


class Post(msgspec.Struct, frozen=True, kw_only=True):
    """An incident as a room shows it; ``number`` is 0 for what is only a trial.

    ``standing`` says in words how it stands, ``deeds`` are offered to everybody in the room.
    ``remark`` is what has just happened: it is said beneath the post, where there is a thread.
    """

    number: int = 0
    title: str
    url: str
    status: Status = "resolved"
    urgency: Urgency = "low"
    language: str
    standing: str
    facts: tuple[tuple[str, str], ...] = ()
    deeds: tuple[Deed, ...] = ()
    remark: str = ""


@runtime_checkable
class RoomKeeper(Protocol):
    """A channel that posts in rooms."""

    async def post_room(self, post: Post, address: str) -> Delivery:
        """Post in a room, once; ``provider_id`` is how the post is found again."""

    async def change_room(self, post: Post, address: str, reference: str) -> Delivery:
        """Change a post, and say the remark beneath it. Where it is gone, post anew."""


@runtime_checkable
class GroupKeeper(Protocol):
    """A channel that keeps groups of people."""

    async def set_group(self, address: str, members: Sequence[str]) -> Delivery:
        """Let a group hold these, known by their addresses, and nobody else."""


def trial_of(room: Room, url: str) -> Post:
    """Return what shows that a room is reached."""
    return Post(
        title=phrase("room_trial", room.language),
        url=url,
        language=room.language,
        standing=phrase("room_trial_standing", room.language, name=room.name),
    )


def post_of(
    incident: Incident, told: Occurrence, names: Mapping[str, str], url: str, language: str
) -> Post:
    """Return how a room shows an incident as it stands, and what it says of an event."""
    facts = {
        "room_service": names.get(incident.service_id, ""),
        "room_urgency": phrase(f"room_urgency_{incident.urgency}", language),
        "room_policy": incident.policy.name,
    }
    return Post(
        number=incident.number,
        title=incident.title,
        url=url,
        status=incident.status,
        urgency=incident.urgency,
        language=language,
        standing=_standing(incident, names, language),
        facts=tuple((phrase(key, language), value) for key, value in facts.items() if value),
        deeds=_DEEDS[incident.status],
        remark=_remark(told, names, language),
    )


def ids_of(incident: Incident, told: Occurrence) -> set[str]:
    """Return the ids of all whose names a post needs."""
    then = told.incident.assignee_ids if told.incident else ()
    agents = [incident.last_status_change_by, *(ack.by for ack in incident.acknowledgements)]
    if told.agent:
        agents.append(told.agent)
    now = [assignment.user_id for assignment in incident.assignments]
    return {incident.service_id, *then, *now, *(agent.id for agent in agents)}


def _standing(incident: Incident, names: Mapping[str, str], language: str) -> str:
    who = {
        "triggered": [assignment.user_id for assignment in incident.assignments],
        "acknowledged": [ack.by.id for ack in incident.acknowledgements],
        "resolved": [incident.last_status_change_by.id],
    }[incident.status]
    return phrase(f"room_{incident.status}", language, names=_listed(who, names, language))


def _remark(told: Occurrence, names: Mapping[str, str], language: str) -> str:
    key = _REMARKS.get(told.event)
    if key is None or told.incident is None:
        return ""
    by = [told.agent.id] if told.agent else []
    return phrase(
        key,
        language,
        by=_listed(by, names, language),
        names=_listed(told.incident.assignee_ids, names, language),
        note=told.note or "",
    )


def _listed(ids: Sequence[str], names: Mapping[str, str], language: str) -> str:
    known = [names[id_] for id_ in dict.fromkeys(ids) if id_ in names]
    return ", ".join(known) or phrase("room_nobody", language)
