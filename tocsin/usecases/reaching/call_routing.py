"""Calls on lines, as their provider tells of them: who is rung, and what becomes of a message."""

from datetime import datetime
from typing import Final

import structlog
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.machines.delivery import Dispatch
from tocsin.domain.reaching.call_line import (
    Call,
    CallLine,
    CallState,
    Closed,
    Connect,
    Direction,
    Drop,
    Instruction,
    LineEvent,
)
from tocsin.domain.reaching.call_routing import begin, go_on, wants_incident
from tocsin.domain.reaching.call_words import title_of, told
from tocsin.domain.reaching.contact_kind import PHONE
from tocsin.domain.reaching.provider import Provider
from tocsin.domain.response.log_entry import Agent
from tocsin.domain.response.urgency import urgency_of
from tocsin.kit.ids import new_id
from tocsin.store.intake.services import SERVICES
from tocsin.store.machines import deliveries
from tocsin.store.people import contact_methods
from tocsin.store.reaching import call_lines as store
from tocsin.store.reaching.call_lines import CALLS, LINES
from tocsin.store.rows import Taken
from tocsin.usecases.desk import Desk
from tocsin.usecases.house import House
from tocsin.usecases.reaching import call_candidates
from tocsin.usecases.response.incidents import know, policy_of
from tocsin.usecases.response.opening import open_incident

log = structlog.get_logger(__name__)

FETCH: Final = "fetch"
LONGEST_CALLER: Final = 40


async def follow(house: House, provider: Provider, event: LineEvent, now: datetime) -> Direction:
    """Write down what happened in a call, and return what is to be done next."""
    if event.kind == "began":
        return await _begin(house, provider, event, now)
    async with house.database.begin() as tx:
        return await _go_on(tx, house, provider, event, now)


async def _begin(house: House, provider: Provider, event: LineEvent, now: datetime) -> Direction:
    async with house.database.read() as tx:
        line = await store.line_of(tx, provider.id, event.number)
    levels = await call_candidates.find(house, line, now) if line else None
    if line is None or levels is None:
        log.warning("call.refused", provider=provider.id, number=event.number)
        return Direction(instruction=Closed(), line=line, call=event.call)
    candidates = [one for level in levels for one in level.candidates]
    async with house.database.begin() as tx:
        call = Call(
            id=new_id("Q"),
            line_id=line.id,
            provider_ref=event.call,
            caller=event.caller[:LONGEST_CALLER],
            at=now,
            state=CallState(),
        )
        call, instruction = begin(call, candidates, now)
        try:
            await CALLS.insert(tx, call)
        except Taken:  # it is told once more
            return await _go_on(tx, house, provider, event, now)
        instruction = await _named(tx, call, instruction)
    return Direction(instruction=instruction, line=line, call=event.call)


async def _go_on(
    tx: AsyncConnection, house: House, provider: Provider, event: LineEvent, now: datetime
) -> Direction:
    call = await store.hold_call(tx, provider.id, event.call)
    line = await LINES.get(tx, call.line_id) if call else None
    if call is None or line is None:
        return Direction(instruction=Drop(), call=event.call)
    after, instruction = go_on(call, event, now)
    if after.state.recording and not call.state.recording:
        await deliveries.plan(tx, [_fetching(after, now)])
    if wants_incident(after):
        after = await _open_incident(tx, house, line, after, now)
    if after != call:
        await CALLS.update(tx, after)
    instruction = await _named(tx, after, instruction)
    return Direction(instruction=instruction, line=line, call=event.call)


async def _named(tx: AsyncConnection, call: Call, instruction: Instruction) -> Instruction:
    """Let those whom we know by their number hear who is rung; it is nobody else's business."""
    if not isinstance(instruction, Connect):
        return instruction
    if not await contact_methods.owners_of(tx, PHONE.name, call.caller):
        return instruction
    return replace(instruction, name=call.state.candidates[instruction.place].name)


def _fetching(call: Call, now: datetime) -> Dispatch:
    return Dispatch(
        id=new_id("Q"),
        lane="recording",
        destination_id=call.line_id,
        thread_id=call.id,
        kind=FETCH,
        subject={},
        due=now,
        created_at=now,
    )


async def _open_incident(
    tx: AsyncConnection, house: House, line: CallLine, call: Call, now: datetime
) -> Call:
    service = await SERVICES.get(tx, line.service_id, hold=True)
    if service is None or service.disabled:
        return call
    desk = await Desk.at(tx, house.directory, now)
    await know(desk, policies={service.escalation_policy_id})
    title, details = title_of(line, call), _details(house, line, call)
    incident = open_incident(
        desk,
        service,
        policy_of(desk, service.escalation_policy_id),
        title=title,
        urgency=urgency_of(service.urgency_rule, service.support_hours, None, now),
        agent=Agent("service", service.id, service.name),
        channel={"type": "phone"},
        trigger_channel={"type": "phone", "summary": title, "subject": title, "details": details},
        body=details,
    )
    await desk.write()
    return replace(call, incident_id=incident.id)


def _details(house: House, line: CallLine, call: Call) -> str:
    href = f"{house.settings.public_url}/call-lines/{line.id}/calls/{call.id}"
    return "\n".join((*told(line, call), "", href))
