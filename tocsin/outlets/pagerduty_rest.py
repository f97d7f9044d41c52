"""The REST API of PagerDuty, or of whoever has the same: asked in the name of a channel."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import msgspec

from tocsin.domain.channel_config import FarSide
from tocsin.domain.envoy import FarFault, FarIncident, FarKey, Subscription, Tokens
from tocsin.domain.following import EVENTS
from tocsin.domain.notification_channel import RemoteStatus
from tocsin.kit.clock import Clock
from tocsin.kit.http import ForbiddenAddress
from tocsin.kit.retry_after import may_succeed_later
from tocsin.kit.text import one_line, printable

TIMEOUT: Final = 10.0  # seconds for everything
MOST_READ: Final = 4 * 1024 * 1024
MOST_SAID: Final = 200
PAGE: Final = 100
MOST_PAGES: Final = 20
FEW: Final = 4  # keys that are sooner asked for one by one
VERSION: Final = "application/vnd.pagerduty+json;version=2"

Params = list[tuple[str, str | int | float | bool | None]]


class _Agent(msgspec.Struct):
    summary: str | None = None


class _Acknowledgement(msgspec.Struct):
    acknowledger: _Agent = msgspec.field(default_factory=_Agent)


class _Target(msgspec.Struct):
    id: str = ""


class _Reason(msgspec.Struct):
    incident: _Target | None = None


class _Incident(msgspec.Struct):
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


class _Service(msgspec.Struct):
    id: str
    name: str = ""
    integrations: list[_Integration] = msgspec.field(default_factory=list)


class _Tokens(msgspec.Struct):
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


class _Whole(msgspec.Struct):
    """Everything that an answer may be about."""

    incident: _Incident | None = None
    incidents: list[_Incident] = msgspec.field(default_factory=list)
    service: _Service | None = None
    services: list[_Service] = msgspec.field(default_factory=list)
    user: _User | None = None
    webhook_subscription: _Subscription | None = None
    more: bool = False


class PagerDutyRest:
    """An envoy: each answer is read within bounds of size and time."""

    def __init__(self, http: httpx.AsyncClient, clock: Clock) -> None:
        self._http = http
        self._clock = clock

    async def swap(self, far: FarSide, code: str, verifier: str, back: str) -> Tokens:
        """Swap the code that a browser brought for tokens."""
        grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": back}
        return await self._tokens(far, grant | {"code_verifier": verifier})

    async def refresh(self, far: FarSide) -> Tokens:
        """Swap the refresh token for new tokens; it may be the same again."""
        grant = {"grant_type": "refresh_token", "refresh_token": far.refresh_token}
        tokens = await self._tokens(far, grant)
        return msgspec.structs.replace(
            tokens, refresh_token=tokens.refresh_token or far.refresh_token
        )

    async def revoke(self, far: FarSide) -> None:
        """Let the tokens open nothing any more; a key of people's own is theirs to delete."""
        if far.oauth_url:
            for token in filter(None, (far.refresh_token, far.token)):
                await self._post_form(far, "/oauth/revoke", {"token": token})

    async def who(self, far: FarSide) -> str:
        """Return the address of whoever the token acts for; of a whole account, nothing."""
        try:
            user = (await self._ask(far, "GET", "/users/me")).user
        except FarFault as fault:
            if fault.kind != "refused":
                raise
            await self._ask(far, "GET", "/abilities")
            return ""
        return user.email if user else ""

    async def find_key(self, far: FarSide, key: str) -> FarKey | None:
        """Find where an integration key leads, at the service that is known or at any."""
        wanted: Params = [("include[]", "integrations")]
        if far.service_id:
            whole = await self._ask(far, "GET", f"/services/{far.service_id}", wanted)
            return _found([whole.service] if whole.service else [], key)
        for page in range(MOST_PAGES):
            asked = [*wanted, ("limit", str(PAGE)), ("offset", str(page * PAGE))]
            whole = await self._ask(far, "GET", "/services", asked)
            found = _found(whole.services, key)
            if found or not whole.more:
                return found
        return None

    async def incidents(self, far: FarSide, keys: Sequence[str]) -> dict[str, FarIncident]:
        """Return the newest incident of each key that has one; of a merged one, its target."""
        found = await self._open_ones(far) if far.service_id and len(keys) > FEW else {}
        for key in keys:
            if key not in found and (incident := await self._newest(far, key)):
                found[key] = incident
        return {key: found[key] for key in keys if key in found}

    async def subscribe(self, far: FarSide, url: str, description: str) -> Subscription:
        """Let the server tell of what happens to the service's incidents."""
        scope = {"type": "account_reference"}
        if far.service_id:
            scope = {"type": "service_reference", "id": far.service_id}
        wish = {
            "type": "webhook_subscription",
            "description": description,
            "events": EVENTS,
            "filter": scope,
            "delivery_method": {"type": "http_delivery_method", "url": url},
        }
        whole = await self._ask(
            far, "POST", "/webhook_subscriptions", body={"webhook_subscription": wish}
        )
        made = whole.webhook_subscription
        if made is None:
            raise FarFault(
                "The other side did not say what its webhooks are signed with.", "refused"
            )
        return Subscription(id=made.id, secret=made.delivery_method.secret)

    async def greet(self, far: FarSide) -> None:
        """Let the server send a webhook that says nothing else, if it wants to."""
        with suppress(FarFault):
            await self._ask(far, "POST", f"/webhook_subscriptions/{far.subscription_id}/ping")

    async def unsubscribe(self, far: FarSide) -> None:
        """Let the server tell nothing any more."""
        await self._delete(far, f"/webhook_subscriptions/{far.subscription_id}")

    async def delete_integration(self, far: FarSide) -> None:
        """Take the integration away."""
        await self._delete(far, f"/services/{far.service_id}/integrations/{far.integration_id}")

    async def _open_ones(self, far: FarSide) -> dict[str, FarIncident]:
        """Return what is open at the service, by its key."""
        wanted: Params = [
            ("service_ids[]", far.service_id),
            ("statuses[]", "triggered"),
            ("statuses[]", "acknowledged"),
            ("date_range", "all"),
            ("limit", str(PAGE)),
        ]
        found: dict[str, FarIncident] = {}
        for page in range(MOST_PAGES):
            asked = [*wanted, ("offset", str(page * PAGE))]
            whole = await self._ask(far, "GET", "/incidents", asked)
            found |= {one.incident_key: _told(one) for one in whole.incidents if one.incident_key}
            if not whole.more:
                break
        return found

    async def _newest(self, far: FarSide, key: str) -> FarIncident | None:
        asked: Params = [("incident_key", key), ("date_range", "all"), ("limit", str(PAGE))]
        found = (await self._ask(far, "GET", "/incidents", asked)).incidents
        if not found:
            return None
        newest = max(found, key=lambda one: one.created_at)
        target = newest.resolve_reason and newest.resolve_reason.incident
        if target:
            return await self._read(far, target.id)
        return _told(newest)

    async def _read(self, far: FarSide, incident_id: str) -> FarIncident | None:
        found = (await self._ask(far, "GET", f"/incidents/{incident_id}")).incident
        return _told(found) if found else None

    async def _delete(self, far: FarSide, path: str) -> None:
        """Take something away; that it is gone already is as good."""
        await self._ask(far, "DELETE", path, may_be_gone=True)

    async def _tokens(self, far: FarSide, grant: Mapping[str, str]) -> Tokens:
        answer = await self._post_form(far, "/oauth/token", grant)
        given = _decode(answer, _Tokens)
        ends = given.expires_in and self._clock() + timedelta(seconds=given.expires_in)
        return Tokens(
            token=given.access_token,
            refresh_token=given.refresh_token,
            expires_at=ends or None,
        )

    async def _post_form(
        self, far: FarSide, path: str, fields: Mapping[str, str]
    ) -> httpx.Response:
        known = {"client_id": far.client_id}
        if far.client_secret:
            known["client_secret"] = far.client_secret
        request = self._http.build_request("POST", far.oauth_url + path, data={**fields, **known})
        answer = await self._send(request)
        if answer.status_code in {httpx.codes.BAD_REQUEST, httpx.codes.UNAUTHORIZED}:
            raise FarFault(_refusal(answer), "over")
        return _good(answer)

    async def _ask(
        self,
        far: FarSide,
        method: str,
        path: str,
        params: Params | None = None,
        *,
        body: Any = None,
        may_be_gone: bool = False,
    ) -> _Whole:
        kind = "Bearer " if far.oauth_url else "Token token="
        headers = {"Accept": VERSION, "Authorization": f"{kind}{far.token}"}
        if far.user_email:
            headers["From"] = far.user_email
        request = self._http.build_request(
            method, far.rest_base_url + path, params=params, headers=headers, json=body
        )
        answer = await self._send(request)
        if may_be_gone and answer.status_code == httpx.codes.NOT_FOUND:
            return _Whole()
        _good(answer)
        return _decode(answer, _Whole) if answer.content else _Whole()

    async def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            async with asyncio.timeout(TIMEOUT):
                return await _read(await self._http.send(request, stream=True))
        except (ForbiddenAddress, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise FarFault(str(error), "refused") from None
        except (TimeoutError, httpx.TimeoutException):
            told = f"{request.url.host} did not answer within {TIMEOUT:g} seconds."
            raise FarFault(told, "passing") from None
        except httpx.RequestError:
            raise FarFault(f"{request.url.host} cannot be reached now.", "passing") from None


async def _read(response: httpx.Response) -> httpx.Response:
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


def _good(answer: httpx.Response) -> httpx.Response:
    """Go on only with a good answer. Raises FarFault."""
    if answer.is_success:
        return answer
    if answer.status_code == httpx.codes.UNAUTHORIZED:
        raise FarFault(_refusal(answer), "over")
    may_pass = may_succeed_later(answer.status_code)
    raise FarFault(_refusal(answer), "passing" if may_pass else "refused")


def _refusal(answer: httpx.Response) -> str:
    said = one_line(printable(answer.text), MOST_SAID)
    reason = httpx.codes.get_reason_phrase(answer.status_code)
    return f"{answer.url.host} answered HTTP {answer.status_code} {reason}: {said}"


def _decode(answer: httpx.Response, kind: type[Any]) -> Any:
    try:
        return msgspec.json.decode(answer.content, type=kind)
    except msgspec.MsgspecError:
        told = f"{answer.url.host} answered something that is not of its API: is this its address?"
        raise FarFault(told, "refused") from None


def _found(services: Sequence[_Service], key: str) -> FarKey | None:
    for service in services:
        for one in service.integrations:
            if one.integration_key == key:
                return FarKey(
                    service_id=service.id, service_name=service.name, integration_id=one.id
                )
    return None


def _told(incident: _Incident) -> FarIncident:
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
