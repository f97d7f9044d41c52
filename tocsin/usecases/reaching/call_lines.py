"""Call lines: listed, added, changed and taken away, with the calls that came in on them."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final, cast

import msgspec
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.faults import faults_of_choice, faults_of_line, faults_of_number
from tocsin.domain.reaching.address import faults_of_value
from tocsin.domain.reaching.call_line import RING_SECONDS, Call, CallLine
from tocsin.domain.reaching.contact_kind import Field
from tocsin.domain.reaching.phrases import LANGUAGES, Language
from tocsin.domain.reaching.provider import Provider
from tocsin.kit.ids import new_id
from tocsin.store.intake.services import SERVICES
from tocsin.store.machines import deliveries
from tocsin.store.reaching import call_lines as store
from tocsin.store.reaching.call_lines import BY_NAME, CALLS, LINES, NEWEST_FIRST
from tocsin.store.reaching.providers import PROVIDERS
from tocsin.store.rows import Taken
from tocsin.usecases.errors import Invalid, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.parts import Part, read_part
from tocsin.usecases.reaching.providers import providers_that
from tocsin.usecases.wishes import grant, refuse

LONGEST_NAME: Final = 100
NUMBER: Final = Field(
    name="number",
    label="Number",
    kind="tel",
    example="+15550199",
    help="a number with a plus sign and its country code",
    pattern=r"\+[0-9]{6,15}",
)

NO_PROVIDER: Final = "Provider must be one whose numbers can be called."
NO_SERVICE: Final = "Service was not found."
TAKEN: Final = "Number is that of another line."


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What a line shall be; UNSET leaves it as it is."""

    provider_id: str | UnsetType = UNSET
    number: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    language: str | UnsetType = UNSET
    service_id: str | UnsetType = UNSET
    ring_seconds: int | UnsetType = UNSET


class Known(msgspec.Struct, frozen=True, kw_only=True):
    """A line, and what its provider and its service are called."""

    line: CallLine
    provider_name: str
    service_name: str


async def find(house: House) -> list[Known]:
    """List the lines."""
    async with house.database.read() as tx:
        return await _know(tx, await LINES.select(tx, order_by=BY_NAME))


async def get(house: House, line_id: str) -> Known:
    """Read one. Raises NotFound."""
    async with house.database.read() as tx:
        [known] = await _know(tx, [_found(await LINES.get(tx, line_id), line_id)])
    return known


async def create(house: House, wish: Wish, now: datetime) -> CallLine:
    """Add a line."""
    blank = CallLine(
        id=new_id(),
        provider_id="",
        number="",
        name="",
        service_id="",
        language=cast("Language", house.account.language),
        created_at=now,
    )
    line = _granted(wish, blank)
    async with house.database.begin() as tx:
        await _check(tx, house, line)
        try:
            return await LINES.insert(tx, line)
        except Taken:
            raise Invalid(TAKEN) from None


async def change(house: House, line_id: str, wish: Wish) -> CallLine:
    """Change a line."""
    async with house.database.begin() as tx:
        line = _granted(wish, _found(await LINES.get(tx, line_id, hold=True), line_id))
        await _check(tx, house, line)
        try:
            return await LINES.update(tx, line)
        except Taken:
            raise Invalid(TAKEN) from None


async def remove(house: House, line_id: str) -> None:
    """Take a line away, with the calls that came in on it."""
    async with house.database.begin() as tx:
        _found(await LINES.get(tx, line_id, hold=True), line_id)
        await deliveries.forget_destination(tx, line_id)
        await LINES.delete(tx, line_id)


async def calls_of(house: House, line_id: str, part: Part) -> tuple[list[Call], int | None]:
    """List the calls that came in on a line, the newest first."""
    async with house.database.read() as tx:
        where = CALLS.c.line_id == line_id
        return await read_part(tx, CALLS, part, where, order_by=NEWEST_FIRST)


async def call_of(house: House, line_id: str, call_id: str) -> tuple[Call, bool]:
    """Read a call, and say whether its message can be heard. Raises NotFound."""
    async with house.database.read() as tx:
        call = await CALLS.get(tx, call_id)
        if call is None or call.line_id != line_id:
            raise NotFound("Call", call_id)
        return call, await store.sound_of(tx, line_id, call_id) is not None


async def sound_of(house: House, line_id: str, call_id: str) -> bytes:
    """Read the message that was left in a call. Raises NotFound."""
    async with house.database.read() as tx:
        sound = await store.sound_of(tx, line_id, call_id)
    if sound is None:
        raise NotFound("Recording", call_id)
    return sound


def carriers(house: House) -> list[Provider]:
    """List the providers whose numbers can be called."""
    return providers_that(house, lambda one: one.takes_calls)


def _granted(wish: Wish, before: CallLine) -> CallLine:
    line = grant(wish, before)
    return replace(line, name=line.name.strip(), number=line.number.replace(" ", ""))


async def _check(tx: AsyncConnection, house: House, line: CallLine) -> None:
    refuse(_faults(line))
    if line.provider_id not in {one.id for one in carriers(house)}:
        raise Invalid(NO_PROVIDER)
    if not await SERVICES.get_many(tx, [line.service_id], keep=True):
        raise Invalid(NO_SERVICE)


def _faults(line: CallLine) -> Iterator[str]:
    yield from faults_of_line("Name", line.name, LONGEST_NAME)
    yield from faults_of_value("Number", NUMBER, line.number)
    yield from faults_of_choice("Language", line.language, LANGUAGES)
    yield from faults_of_number("Ring seconds", line.ring_seconds, RING_SECONDS)


async def _know(tx: AsyncConnection, found: Sequence[CallLine]) -> list[Known]:
    providers = await PROVIDERS.names(tx, [one.provider_id for one in found])
    named = await SERVICES.names(tx, [one.service_id for one in found])
    return [
        Known(
            line=one,
            provider_name=providers[one.provider_id],
            service_name=named[one.service_id],
        )
        for one in found
    ]


def _found(line: CallLine | None, line_id: str) -> CallLine:
    if line is None:
        raise NotFound("Call line", line_id)
    return line
