"""What the REST API of the other side answers, as far as it concerns us."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import httpx
import msgspec

from tocsin.domain.monitoring.envoy import FarFault, FarIncident, FarKey
from tocsin.domain.monitoring.notification_channel import RemoteStatus
from tocsin.kit.retry_after import may_succeed_later
from tocsin.kit.text import one_line, printable

MOST_READ: Final = 4 * 1024 * 1024
MOST_SAID: Final = 200


class _Agent(msgspec.Struct):
    summary: str | None = None


class _Acknowledgement(msgspec.Struct):
    acknowledger: _Agent = msgspec.field(default_factory=_Agent)


class _Target(msgspec.Struct):
    id: str = ""


class _Reason(msgspec.Struct):
    incident: _Target | None = None


class Incident(msgspec.Struct):
    """An incident; of what was merged, ``resolve_reason`` names the one that goes on."""

    id: str
    status: RemoteStatus
    created_at: datetime
    incident_key: str | None = None
    last_status_change_at: datetime | None = None
    last_status_change_by: _Agent | None = None
    acknowledgements: list[_Acknowledgement] | None = None
    resolve_reason: _Reason | None = None


class _Integration(msgspec.Struct):
    id: str
    integration_key: str | None = None


class Service(msgspec.Struct):
    """A service, with its integrations where they were asked for."""

    id: str
    name: str = ""
    integrations: list[_Integration] = msgspec.field(default_factory=list)


class GivenTokens(msgspec.Struct):
    """What an app is given."""

    access_token: str
    refresh_token: str = ""
    expires_in: int | None = None


class _Method(msgspec.Struct):
    secret: str


class _Subscription(msgspec.Struct):
    id: str
    delivery_method: _Method


class _User(msgspec.Struct):
    email: str = ""


class Whole(msgspec.Struct):
    """Everything that an answer may be about."""

    incident: Incident | None = None
    incidents: list[Incident] = msgspec.field(default_factory=list)
    service: Service | None = None
    services: list[Service] = msgspec.field(default_factory=list)
    user: _User | None = None
    webhook_subscription: _Subscription | None = None
    more: bool = False


class _Message(msgspec.Struct):
    message: str = ""


class _Error(msgspec.Struct):
    error: _Message | str = ""
    error_description: str = ""


async def read(response: httpx.Response) -> httpx.Response:
    """Return an answer with as much of its body as anybody may send."""
    body = b""
    try:
        async for chunk in response.aiter_bytes():
            body += chunk
            if len(body) > MOST_READ:
                raise FarFault(f"{response.url.host} answers without an end.", "refused")
    finally:
        await response.aclose()
    return httpx.Response(response.status_code, content=body, request=response.request)


def good(answer: httpx.Response) -> httpx.Response:
    """Go on only with a good answer. Raises FarFault."""
    if answer.is_success:
        return answer
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise FarFault(refusal(answer), "over")
    may_pass = may_succeed_later(answer.status_code)
    raise FarFault(refusal(answer), "passing" if may_pass else "refused")


def refusal(answer: httpx.Response) -> str:
    """Say in a sentence what was answered instead."""
    said = one_line(printable(_said(answer)), MOST_SAID).rstrip(". ")
    reason = httpx.codes.get_reason_phrase(answer.status_code)
    told = f"{answer.url.host} answered HTTP {answer.status_code} {reason}"
    return f"{told}: {said}." if said else f"{told}."


def _said(answer: httpx.Response) -> str:
    """Return the words of an error, of REST or of OAuth, or else all that was said."""
    try:
        said = msgspec.json.decode(answer.content, type=_Error)
    except msgspec.MsgspecError:
        return answer.text
    message = said.error.message if isinstance(said.error, _Message) else said.error
    return said.error_description or message


def decode(answer: httpx.Response, kind: type[Any]) -> Any:
    """Read an answer as what it must be. Raises FarFault."""
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except msgspec.MsgspecError:
        why = f"{answer.url.host} answered something that is not of its API: is this its address?"
        raise FarFault(why, "refused") from None


def key_in(services: Sequence[Service], key: str) -> FarKey | None:
    """Find where an integration key leads, among these services."""
    for service in services:
        for one in service.integrations:
            if one.integration_key == key:
                return FarKey(
                    service_id=service.id, service_name=service.name, integration_id=one.id
                )
    return None


def told(incident: Incident) -> FarIncident:
    """Return an incident as it stands, because of whoever did that last."""
    taken = incident.acknowledgements or []
    by = taken[-1].acknowledger if taken and incident.status == "acknowledged" else None
    by = by or incident.last_status_change_by
    return FarIncident(
        id=incident.id,
        key=incident.incident_key or "",
        status=incident.status,
        at=incident.last_status_change_at or incident.created_at,
        by=(by and by.summary) or "",
    )
