"""Candidates of a call: who would be rung on a line now, level by level, and who has no number."""

from datetime import datetime

import msgspec

from tocsin.domain.people.user import ContactMethod, User
from tocsin.domain.reaching.call_line import CallLine, Candidate
from tocsin.domain.reaching.contact_kind import PHONE
from tocsin.store.intake.services import SERVICES
from tocsin.store.people import contact_methods
from tocsin.usecases.duty import ladders
from tocsin.usecases.duty.ladders import Rung
from tocsin.usecases.house import House


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """A level of the policy behind a line, with whoever no level before it has named."""

    number: int
    candidates: tuple[Candidate, ...]


async def find(house: House, line: CallLine, now: datetime) -> list[Level] | None:
    """List who is on call, each person once. None: the service is disabled, and the line shut."""
    async with house.database.read() as tx:
        service = await SERVICES.get(tx, line.service_id)
    if service is None or service.disabled:
        return None
    ladder, _ = await ladders.foretell(house, service.escalation_policy_id, now)
    firsts = _firsts(ladder.rungs)
    async with house.database.read() as tx:
        methods = await contact_methods.of_users(tx, firsts)
    numbers = {one.user_id: _number(one) for one in reversed(methods) if one.kind == PHONE.name}
    return [
        Level(
            number=rung.level,
            candidates=tuple(
                Candidate(
                    user_id=user.id,
                    name=user.name,
                    level=level,
                    number=numbers.get(user.id, ""),
                )
                for user, level in firsts.values()
                if level == rung.level
            ),
        )
        for rung in ladder.rungs
    ]


def _firsts(rungs: tuple[Rung, ...]) -> dict[str, tuple[User, int]]:
    """Return everybody who is called, with the first level on which they stand."""
    found: dict[str, tuple[User, int]] = {}
    for rung in rungs:
        for face in rung.faces:
            if face.user is not None and face.is_called:
                found.setdefault(face.user.id, (face.user, rung.level))
    return found


def _number(method: ContactMethod) -> str:
    """Return what is dialled; extensions are for calls in which keys can be pressed first."""
    return f"+{method.country_code}{method.address}".partition(",")[0]
