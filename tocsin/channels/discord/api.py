"""The API of Discord: messages of a bot, and what its refusals mean."""

from typing import Any, Final

import httpx

from tocsin.channels.asking import Answer, Undelivered
from tocsin.channels.chats.api import call, refusal
from tocsin.channels.checking import name_in

LONGEST_WAIT: Final = 3600

# Codes of Discord: no message will ever reach this address.
_FOR_GOOD: Final = frozenset({
    10003,  # unknown channel
    10013,  # unknown user
    50001,  # no access to the channel
    50007,  # the person takes no messages from the bot, or shares no server with it
    50013,  # may not write there
    50033,  # nobody can be written to by this id
    50278,  # no server in common
})  # fmt: skip
GONE: Final = 10008  # the message was deleted


class Gone(Undelivered):
    """The message that should be changed is not there any more."""


class DiscordApi:
    """Speaks for one bot."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, token: str) -> None:
        self._http = http
        self._base = base_url.rstrip("/")
        self._headers = {"Authorization": f"Bot {token}"}

    async def introduce(self) -> str:
        """Ask who we are there. Raises Undelivered."""
        return f"knows the bot as {name_in(await self._ask('GET', '/users/@me'), 'username')}"

    async def conversation(self, user: str) -> str:
        """Return the channel in which the bot writes to a person. Raises Undelivered."""
        return str((await self._ask("POST", "/users/@me/channels", {"recipient_id": user}))["id"])

    async def post(self, channel: str, fields: dict[str, Any]) -> str:
        """Post, and return the message's id."""
        return str((await self._ask("POST", f"/channels/{channel}/messages", fields))["id"])

    async def change(self, channel: str, message: str, fields: dict[str, Any]) -> None:
        """Change a message."""
        await self._ask("PATCH", f"/channels/{channel}/messages/{message}", fields)

    async def _ask(self, method: str, path: str, json: Any = None) -> dict[str, Any]:
        url = f"{self._base}{path}"
        answer = await call(self._http, method, url, headers=self._headers, json=json)
        if not answer.is_success:
            raise _refusal(answer)
        return answer.json


def _refusal(answer: Answer) -> Undelivered:
    """Say what is wrong. Who asks on after 401, 403 or 404 is shut out by Discord in the end."""
    told = answer.json
    code = told.get("code")
    refused = refusal(
        answer,
        told.get("message"),
        for_good=code in _FOR_GOOD or answer.status in {403, 404},
        is_our_fault=answer.status == 401,
        wait_seconds=_wait_of(told.get("retry_after")),
    )
    return Gone(refused.delivery) if code == GONE else refused


def _wait_of(seconds: Any) -> int:
    return min(int(seconds) + 1, LONGEST_WAIT) if isinstance(seconds, int | float) else 0
