"""The REST API of PagerDuty, or of whoever has the same: asked in the name of a channel."""

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import timedelta
from typing import Any, Final

import httpx
import msgspec

from tocsin.domain.monitoring.channel_config import FarSide
from tocsin.domain.monitoring.envoy import FarFault, FarIncident, FarKey, Subscription, Tokens
from tocsin.domain.monitoring.following import EVENTS
from tocsin.kit.clock import Clock
from tocsin.kit.http import ForbiddenAddress
from tocsin.outlets.pagerduty_answers import (
    GivenTokens,
    Whole,
    decode,
    good,
    key_in,
    read,
    refusal,
    told,
)

TIMEOUT: Final = 10.0  # seconds for everything
PAGE: Final = 100
MOST_PAGES: Final = 20
FEW: Final = 4  # keys that are sooner asked for one by one
VERSION: Final = "application/vnd.pagerduty+json;version=2"

Params = list[tuple[str, str | int | float | bool | None]]


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
            return key_in([whole.service] if whole.service else [], key)
        for page in range(MOST_PAGES):
            asked = [*wanted, ("limit", str(PAGE)), ("offset", str(page * PAGE))]
            whole = await self._ask(far, "GET", "/services", asked)
            found = key_in(whole.services, key)
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
            found |= {one.incident_key: told(one) for one in whole.incidents if one.incident_key}
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
        return told(newest)

    async def _read(self, far: FarSide, incident_id: str) -> FarIncident | None:
        found = (await self._ask(far, "GET", f"/incidents/{incident_id}")).incident
        return told(found) if found else None

    async def _delete(self, far: FarSide, path: str) -> None:
        """Take something away; that it is gone already is as good."""
        await self._ask(far, "DELETE", path, may_be_gone=True)

    async def _tokens(self, far: FarSide, grant: Mapping[str, str]) -> Tokens:
        answer = await self._post_form(far, "/oauth/token", grant)
        given = decode(answer, GivenTokens)
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
            raise FarFault(refusal(answer), "over")
        return good(answer)

    async def _ask(
        self,
        far: FarSide,
        method: str,
        path: str,
        params: Params | None = None,
        *,
        body: Any = None,
        may_be_gone: bool = False,
    ) -> Whole:
        kind = "Bearer " if far.oauth_url else "Token token="
        headers = {"Accept": VERSION, "Authorization": f"{kind}{far.token}"}
        if far.user_email:
            headers["From"] = far.user_email
        request = self._http.build_request(
            method, far.rest_base_url + path, params=params, headers=headers, json=body
        )
        answer = await self._send(request)
        if may_be_gone and answer.status_code == httpx.codes.NOT_FOUND:
            return Whole()
        good(answer)
        return decode(answer, Whole) if answer.content else Whole()

    async def _send(self, request: httpx.Request) -> httpx.Response:
        try:
            async with asyncio.timeout(TIMEOUT):
                return await read(await self._http.send(request, stream=True))
        except (ForbiddenAddress, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise FarFault(str(error), "refused") from None
        except (TimeoutError, httpx.TimeoutException):
            why = f"{request.url.host} did not answer within {TIMEOUT:g} seconds."
            raise FarFault(why, "passing") from None
        except httpx.RequestError:
            raise FarFault(f"{request.url.host} cannot be reached now.", "passing") from None
