"""The Bot Connector of Microsoft Teams: a token for the app, and activities with it."""

import asyncio
from datetime import datetime, timedelta
from typing import Any, Final

import httpx

from tocsin.channels.asking import Answer, Undelivered
from tocsin.channels.chats.api import call, refusal
from tocsin.kit.clock import Clock

SCOPE: Final = "https://api.botframework.com/.default"
MARGIN: Final = timedelta(minutes=5)  # a token is renewed before it ends
SHORTEST: Final = 600  # seconds


class TeamsApi:
    """Speaks for one app, with a token that it keeps as long as it lasts."""

    def __init__(
        self, http: httpx.AsyncClient, clock: Clock, token_url: str, *, app_id: str, secret: str
    ) -> None:
        self._http = http
        self._clock = clock
        self._token_url = token_url
        self._form = {
            "grant_type": "client_credentials",
            "client_id": app_id,
            "client_secret": secret,
            "scope": SCOPE,
        }
        self._token = ""
        self._lasts_until: datetime | None = None
        self._lock = asyncio.Lock()

    async def post(self, conversation: str, activity: dict[str, Any]) -> str:
        """Post in a conversation, known by its address, and return the activity's id."""
        url = f"{conversation}/activities"
        answer = await self._ask(url, activity)
        if answer.status == 401:
            self._lasts_until = None  # the token was withdrawn before its time
            answer = await self._ask(url, activity)
        if not answer.is_success:
            raise _refusal(answer)
        return str(answer.json.get("id", ""))

    async def _ask(self, url: str, activity: dict[str, Any]) -> Answer:
        headers = {"Authorization": f"Bearer {await self._valid_token()}"}
        return await call(self._http, "POST", url, headers=headers, json=activity)

    async def _valid_token(self) -> str:
        async with self._lock:
            now = self._clock()
            if self._lasts_until is None or now >= self._lasts_until:
                answer = await call(self._http, "POST", self._token_url, form=self._form)
                token = answer.json.get("access_token")
                if not answer.is_success or not token:
                    raise _no_token(answer)
                self._token = str(token)
                self._lasts_until = now + _lifetime(answer.json.get("expires_in"))
            return self._token


def _lifetime(seconds: Any) -> timedelta:
    lasts = seconds if isinstance(seconds, int) else SHORTEST
    return timedelta(seconds=lasts) - MARGIN


def _no_token(answer: Answer) -> Undelivered:
    """Say why Microsoft does not know the app: its first line says it, more is for machines."""
    told = str(answer.json.get("error_description", "")).partition("\n")[0]
    return refusal(answer, told, is_our_fault=answer.status < 429)


def _refusal(answer: Answer) -> Undelivered:
    error = answer.json.get("error")
    told = error if isinstance(error, dict) else {}
    return refusal(
        answer,
        f"{told.get('code', '')} {told.get('message', '')}".strip(),
        for_good=answer.status in {403, 404},  # the person has blocked or removed the bot
        is_our_fault=answer.status == 401,
    )
