"""The Bot API of Telegram: one method asked at a time, and what its refusals mean."""

from typing import Any, Final

import httpx

from tocsin.channels.asking import Answer, Undelivered
from tocsin.channels.chats.api import call, refusal
from tocsin.channels.checking import name_in

LONGEST_POLL: Final = 50  # seconds that Telegram keeps a question without an answer
MOST_UPDATES: Final = 10  # at once: anybody may write to a bot, and what is too long is not read
MOST_READ: Final = 2 * 1024 * 1024  # bytes

# What Telegram says of chats that no message will ever reach again, or that never were.
_FOR_GOOD: Final = (
    "bot was blocked by the user",
    "user is deactivated",
    "bot was kicked",
    "bot is not a member",
    "group chat was deleted",
    "chat not found",
    "bot can't initiate conversation",
    "bot can't send messages to bots",
    "not enough rights to send",
    "have no rights to send",
    "peer_id_invalid",
)


class Moved(Undelivered):
    """The group became a supergroup, which has another address."""

    def __init__(self, refused: Undelivered, address: str) -> None:
        super().__init__(refused.delivery)
        self.address = address


class Bot:
    """One bot, known by its token."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, token: str) -> None:
        self._http = http
        self._base = f"{base_url.rstrip('/')}/bot{token}"

    async def call(self, method: str, **fields: Any) -> Any:
        """Ask for a method and return its result. Raises Undelivered."""
        within = LONGEST_POLL + 10 if method == "getUpdates" else None
        answer = await call(
            self._http,
            "POST",
            f"{self._base}/{method}",
            json=fields,
            within=within,
            most=MOST_READ,
        )
        if not answer.is_success:
            raise _refusal(answer)
        return answer.json.get("result")

    async def introduce(self) -> str:
        """Ask who we are there. Raises Undelivered."""
        return f"knows the bot as @{name_in(await self.call('getMe'), 'username')}"

    async def call_in(self, chat: str, method: str, **fields: Any) -> Any:
        """Ask for a method in a chat, or in what the chat has become."""
        try:
            return await self.call(method, chat_id=chat, **fields)
        except Moved as moved:
            return await self.call(method, chat_id=moved.address, **fields)


def _refusal(answer: Answer) -> Undelivered:
    why = str(answer.json.get("description", ""))
    parameters = answer.json.get("parameters") or {}
    refused = refusal(
        answer,
        why,
        for_good=_is_for_good(why),
        is_our_fault=answer.status in {401, 404},  # the token is unknown, or was never one
        wait_seconds=int(parameters.get("retry_after", 0)),
    )
    moved = parameters.get("migrate_to_chat_id")
    return Moved(refused, str(moved)) if moved else refused


def _is_for_good(why: str) -> bool:
    return any(words in why.lower() for words in _FOR_GOOD)
