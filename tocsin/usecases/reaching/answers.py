"""Answers: what people do about a page where it has arrived is done, as on the website."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

import msgspec
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.auth.principal import Principal
from tocsin.domain.people.user import User
from tocsin.domain.reaching.answer import Answer, Deed, Upshot
from tocsin.domain.reaching.contact_kind import OPEN_TO_ALL
from tocsin.domain.reaching.hearing import Heard
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.provider import Provider
from tocsin.domain.reaching.sent import Sent
from tocsin.domain.reaching.upshots import Outcome, refuse, tell, tell_open
from tocsin.domain.response.command import Refused
from tocsin.domain.response.incident import Incident, Status
from tocsin.domain.response.log_entry import Agent
from tocsin.domain.response.responder_request import Reply
from tocsin.store.people import contact_methods
from tocsin.store.people.users import USERS
from tocsin.store.reaching import messages
from tocsin.store.reaching.messages import MESSAGES
from tocsin.store.response import incident_lists, incidents
from tocsin.usecases.house import House
from tocsin.usecases.reaching import chat_commands
from tocsin.usecases.reaching.answer_tokens import message_of
from tocsin.usecases.response import responder_requests
from tocsin.usecases.response.incidents import By, Change, change

log = structlog.get_logger(__name__)

TOKEN_LASTS: Final = timedelta(days=7)  # an incident may be looked after for as long
SENDER_LASTS: Final = timedelta(hours=24)
MOST_OPEN: Final = 100
UNSAID: Final = ""

_REPLY_OF: Final[Mapping[str, Reply]] = {"join": "joined", "decline": "declined"}
_STATUS_OF: Final[Mapping[str, Status]] = {"acknowledge": "acknowledged", "resolve": "resolved"}


class Asker(msgspec.Struct, frozen=True, kw_only=True):
    """Who answers, by which kind of contact method, and the message that is answered, if any.

    ``language`` is what they are told in.
    """

    user: User
    kind: str
    language: str
    sent: Sent | None = None

    @property
    def by(self) -> By:
        """What the log says of them."""
        agent = Agent("user", self.user.id, self.user.name)
        return By(agent=agent, channel={"type": self.kind})


class Denied(Exception):  # noqa: N818 - an answer, not a fault
    """Nothing is done. ``upshot`` says why, in a language, or else in that of the account."""

    def __init__(self, key: str, language: str | None = None, **values: object) -> None:
        super().__init__(key)
        self._language = language
        self._values = values

    def upshot(self, house: House) -> Upshot:
        """Say why; those who are not to be answered have no sentence."""
        language = self._language or house.language_of(None)
        key = str(self)
        if key == UNSAID:
            return Upshot(ok=False, sentence="", language=language)
        return refuse(key, language, **self._values)


async def take(
    house: House, provider: Provider | None, heard: Heard, now: datetime
) -> tuple[list[Upshot], Message | None]:
    """Do what was answered; return what came of it, and the message that was asked for.

    Upshots are those of the answers, then those of the commands.

    Without a ``provider``, answers are for what their token says, whatever carried it.
    """
    upshots = [await _take(house, provider, answer, now) for answer in heard.answers]
    if provider is not None:
        upshots += [await chat_commands.obey(house, provider, one, now) for one in heard.commands]
    message = await _asked_for(house, heard.token, now) if heard.token else None
    return upshots, message


async def _take(house: House, provider: Provider | None, answer: Answer, now: datetime) -> Upshot:
    try:
        upshot = await _answer(house, provider, answer, now)
    except Denied as denied:
        upshot = denied.upshot(house)
    if not upshot.ok:
        log.info("answer.refused", deed=answer.deed, provider=provider.id if provider else None)
    return upshot


async def _answer(house: House, provider: Provider | None, answer: Answer, now: datetime) -> Upshot:
    async with house.database.read() as tx:
        asker = await _asker(tx, house, provider, answer, now)
        if answer.deed == "list":
            return tell_open(await _open_of(tx, asker.user), asker.language)
        if answer.deed == "confirm":
            concerned: Sequence[Incident] = ()
        else:
            concerned = await _concerned(tx, asker, answer.number)
    if answer.deed == "confirm":
        upshot = _confirm(asker)
    else:
        outcome = await _do(house, asker, answer.deed, concerned, now)
        upshot = tell(answer.deed, outcome, asker.language)
    if asker.sent and upshot.ok:
        async with house.database.begin() as tx:
            await messages.answer(tx, asker.sent.id, answer.deed, now)
    return upshot


def _confirm(asker: Asker) -> Upshot:
    if asker.sent is None:
        raise Denied("upshot_unknown", asker.language)
    return msgspec.structs.replace(refuse("upshot_confirm", asker.language), ok=True)


async def _asker(
    tx: AsyncConnection, house: House, provider: Provider | None, answer: Answer, now: datetime
) -> Asker:
    """Find who answers what. A message that does not offer the deed is no leave to do it."""
    if answer.token is None:
        sent = await _of_sender(tx, provider, answer, now)
    else:
        sent = await _of_token(tx, house, answer.token, now)
    if sent is None:
        return await _stranger(tx, house, provider, answer)
    user = await USERS.get(tx, sent.user_id)
    if user is None:
        raise Denied("upshot_unknown", sent.body.language)
    if not _is_offered(sent, answer.deed):
        raise Denied("upshot_not_offered", sent.body.language)
    kind = provider.kind if provider else sent.channel
    return Asker(user=user, kind=kind, language=sent.body.language, sent=sent)


def _is_offered(sent: Sent, deed: Deed) -> bool:
    return deed == "list" or deed in sent.body.deeds


async def _of_token(tx: AsyncConnection, house: House, token: str, now: datetime) -> Sent:
    message_id = message_of(house, token)
    sent = await MESSAGES.get(tx, message_id) if message_id else None
    if sent is None or sent.at < now - TOKEN_LASTS:
        raise Denied("upshot_unknown")
    return sent


async def _of_sender(
    tx: AsyncConnection, provider: Provider | None, answer: Answer, now: datetime
) -> Sent | None:
    """Find the newest message to an address that can be meant: several people may share it."""
    if provider is None or answer.sender is None:
        raise Denied("upshot_unknown")
    since = now - SENDER_LASTS
    found = await messages.newest_to(tx, provider.kind, answer.sender, since)
    if answer.number is not None:
        incident = await incidents.get(tx, str(answer.number))
        return next((one for one in found if incident and incident.id in one.incident_ids), None)
    offering = (one for one in found if _is_offered(one, answer.deed))
    return next(offering, found[0] if found else None)


async def _stranger(
    tx: AsyncConnection, house: House, provider: Provider | None, answer: Answer
) -> Asker:
    """Find whose address it is, although no message went there lately."""
    kind = provider.kind if provider else ""
    owners = await contact_methods.owners_of(tx, kind, answer.sender or "")
    if not owners:
        raise Denied(UNSAID if answer.deed == "list" and kind in OPEN_TO_ALL else "upshot_stranger")
    if answer.deed in _REPLY_OF:
        raise Denied("upshot_not_offered")
    users = await USERS.get_many(tx, owners)
    found = (users[id_] for id_ in owners)
    askers = [Asker(user=one, kind=kind, language=house.language_of(one)) for one in found]
    for asker in askers:
        if await _open_of(tx, asker.user):
            return asker
    return askers[0]


async def _concerned(tx: AsyncConnection, asker: Asker, number: int | None) -> list[Incident]:
    """Return what is to be done something about, in the order of the numbers."""
    if number is not None:
        return [await _named(tx, asker, number)]
    if asker.sent is None:
        return await _open_of(tx, asker.user)
    found = await incidents.get_many(tx, asker.sent.incident_ids)
    return sorted(found.values(), key=lambda incident: incident.number)


async def _named(tx: AsyncConnection, asker: Asker, number: int) -> Incident:
    """Return an incident that was told to them, or is theirs, or that they may respond to."""
    incident = await incidents.get(tx, str(number))
    if incident is not None:
        told: Collection[str] = asker.sent.incident_ids if asker.sent else ()
        holders = {assignment.user_id for assignment in incident.assignments}
        is_responder = Principal(key_id="", user=asker.user).may("respond")
        if incident.id in told or asker.user.id in holders or is_responder:
            return incident
    raise Denied("upshot_no_incident", asker.language, number=number)


async def _open_of(tx: AsyncConnection, user: User) -> list[Incident]:
    asked = incident_lists.Asked(statuses=("triggered", "acknowledged"), user_ids=(user.id,))
    return await incident_lists.find(tx, asked, limit=MOST_OPEN, offset=0)


async def _do(
    house: House, asker: Asker, deed: Deed, concerned: Sequence[Incident], now: datetime
) -> Outcome:
    """Do it to those incidents to which it is still to be done."""
    over = [incident for incident in concerned if not incident.is_open]
    already = [one for one in concerned if one.is_open and _is_done(asker, deed, one)]
    left = [one for one in concerned if one not in over and one not in already]
    if deed in _REPLY_OF:
        return msgspec.structs.replace(await _reply(house, asker, deed, left, now), over=over)
    done, refused = await _carry_out(house, asker, deed, left, now) if left else ([], [])
    return Outcome(done=done, already=already, over=over, refused=refused)


async def _reply(
    house: House, asker: Asker, deed: Deed, left: Sequence[Incident], now: datetime
) -> Outcome:
    """Answer each call for help."""
    done: list[Incident] = []
    already: list[Incident] = []
    refused: list[tuple[Incident, str]] = []
    for incident in left:
        try:
            after, is_news = await responder_requests.reply(
                house, incident.id, _REPLY_OF[deed], asker.by, now
            )
        except Refused as refusal:
            refused.append((incident, refusal.sentence))
        else:
            (done if is_news else already).append(after)
    return Outcome(done=done, already=already, refused=refused)


def _is_done(asker: Asker, deed: Deed, incident: Incident) -> bool:
    """Say whether they did it before: a provider that is not sure repeats what it told us."""
    if deed == "acknowledge":
        return any(one.by.id == asker.user.id for one in incident.acknowledgements)
    was_escalated = asker.sent is not None and asker.sent.answer == "escalate"
    holders = {assignment.user_id for assignment in incident.assignments}
    return deed == "escalate" and was_escalated and asker.user.id not in holders


async def _carry_out(
    house: House, asker: Asker, deed: Deed, left: Sequence[Incident], now: datetime
) -> tuple[list[Incident], list[tuple[Incident, str]]]:
    """Do it to all together; where one of them is refused, to each alone."""
    try:
        return await change(house, [_change(deed, one) for one in left], asker.by, now), []
    except Refused as refused:
        if len(left) == 1:
            return [], [(left[0], refused.sentence)]
    parts = [await _carry_out(house, asker, deed, [one], now) for one in left]
    return [one for done, _ in parts for one in done], [one for _, no in parts for one in no]


def _change(deed: Deed, incident: Incident) -> Change:
    if deed == "escalate":
        return Change(incident_id=incident.id, level=incident.level + 2)  # counts from 1
    return Change(incident_id=incident.id, status=_STATUS_OF[deed], reopens=False)


async def _asked_for(house: House, token: str, now: datetime) -> Message | None:
    """Return the message of a token, None if it is not ours or too old."""
    async with house.database.read() as tx:
        try:
            return (await _of_token(tx, house, token, now)).body
        except Denied:
            return None
