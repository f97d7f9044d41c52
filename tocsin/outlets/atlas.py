"""MongoDB Atlas: it is told that somebody has one of its alerts, through its Admin API."""

from collections.abc import Generator
from typing import Final

import httpx
import msgspec

from tocsin.domain.intake.integration_settings import AtlasAccess
from tocsin.domain.machines.write_back import AtlasRequest
from tocsin.domain.monitoring.notification_channel import Outcome
from tocsin.outlets.asking import Ask, ask, judged_by_words

VERSION: Final = "application/vnd.atlas.2024-05-30+json"
TOKENS: Final = "/api/oauth/token"
NO_TOKEN: Final = "Atlas gave the service account no token."  # noqa: S105 - a sentence


async def send(http: httpx.AsyncClient, request: AtlasRequest) -> Outcome:
    """Tell it once."""
    access = request.access
    what = Ask(
        method="PATCH",
        url=f"{access.url}{request.path}",
        headers=(("Accept", VERSION), ("Content-Type", VERSION)),
        body=request.body.encode(),
        secrets=(access.secret,),
        auth=_auth(access),
    )
    return await ask(http, what, judged_by_words)


def _auth(access: AtlasAccess) -> httpx.Auth:
    if access.kind == "api_key":
        return httpx.DigestAuth(access.client, access.secret)
    return ServiceAccount(access)


class ServiceAccount(httpx.Auth):
    """Asks for a token first; a refusal of it stands for the answer."""

    requires_response_body = True

    def __init__(self, access: AtlasAccess) -> None:
        self._access = access

    def auth_flow(self, request: httpx.Request) -> Generator[httpx.Request, httpx.Response, None]:
        """Send the request with a token of its own."""
        access = self._access
        wanted = httpx.Request(
            "POST",
            f"{access.url}{TOKENS}",
            headers={"Accept": "application/json"},
            data={"grant_type": "client_credentials"},
        )
        granted = yield next(httpx.BasicAuth(access.client, access.secret).auth_flow(wanted))
        if not granted.is_success:
            return
        try:
            token = msgspec.json.decode(granted.content, type=_Token).access_token
        except msgspec.MsgspecError:
            raise httpx.DecodingError(NO_TOKEN, request=request) from None
        request.headers["Authorization"] = f"Bearer {token}"
        yield request


class _Token(msgspec.Struct):
    access_token: str
