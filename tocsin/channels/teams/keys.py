"""Who calls a bot of Microsoft Teams: tokens signed with keys that Microsoft publishes."""

from datetime import datetime, timedelta
from typing import Final

import httpx
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from tocsin.channels.asking import Undelivered
from tocsin.channels.chats.api import call
from tocsin.domain.reaching.hearing import Callback, Forged

ISSUER: Final = "https://api.botframework.com"
ALGORITHMS: Final = ["RS256"]
LEEWAY: Final = 300  # seconds that clocks may differ
FRESH: Final = timedelta(days=1)
PAUSE: Final = timedelta(minutes=1)  # before strangers can make us ask again


class Keys:
    """The keys of Microsoft, and a judgement of what is said to be signed with them."""

    def __init__(self, http: httpx.AsyncClient, url: str, app_id: str) -> None:
        self._http = http
        self._url = url
        self._audiences = [app_id, f"api://{app_id}", f"api://botid-{app_id}"]
        self._keys = KeySet([])
        self._endorsed: dict[str, list[str]] = {}
        self._fetched_at: datetime | None = None
        self._asked_at: datetime | None = None

    async def fetch(self, callback: Callback, now: datetime) -> None:
        """Fetch them if they are old, or do not suffice for this call."""
        is_fresh = self._fetched_at is not None and now < self._fetched_at + FRESH
        if is_fresh and self._knows(callback):
            return
        if self._asked_at is None or now >= self._asked_at + PAUSE:
            self._asked_at = now
            await self._ask(now)

    def check(self, callback: Callback, channel: str, service_url: str, now: datetime) -> None:
        """Let only pass what Microsoft has signed for us. Raises Forged."""
        try:
            token = jwt.decode(_bearer(callback), self._keys, algorithms=ALGORITHMS)
            self._registry(now).validate(token.claims)
        except JoseError as error:
            raise Forged(f"The token is not one of Microsoft for this bot: {error}") from None
        if token.claims.get("serviceurl") != service_url:
            raise Forged("The token is for another service URL.")
        if channel not in self._endorsed.get(token.header.get("kid", ""), []):
            raise Forged("The key of the token does not speak for this channel.")

    def _registry(self, now: datetime) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY,
            iss={"essential": True, "value": ISSUER},
            aud={"essential": True, "values": self._audiences},
            exp={"essential": True},
        )

    def _knows(self, callback: Callback) -> bool:
        try:
            jwt.decode(_bearer(callback), self._keys, algorithms=ALGORITHMS)
        except JoseError:
            return False
        return True

    async def _ask(self, now: datetime) -> None:
        """Keep what is there where nothing better comes."""
        try:
            published = (await call(self._http, "GET", self._url)).json["keys"]
            keys = KeySet.import_key_set({"keys": published})
            endorsed = {key["kid"]: key.get("endorsements", []) for key in published}
        except (Undelivered, JoseError, LookupError, TypeError, ValueError):
            return
        self._keys, self._endorsed, self._fetched_at = keys, endorsed, now


def _bearer(callback: Callback) -> str:
    scheme, _, token = callback.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""
