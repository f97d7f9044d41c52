"""The Matrix client-server API: one account, its rooms, and what refusals mean."""

from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote

import httpx
from msgspec.structs import replace

from tocsin.channels.asking import MOST_READ, Answer, Undelivered
from tocsin.channels.chats.api import call, refusal
from tocsin.channels.checking import name_in
from tocsin.domain.reaching.channel import Delivery

MOST_NEWS: Final = 8 * 1024 * 1024  # bytes: events have up to 64 KiB each
LONGEST_POLL: Final = 30.0  # seconds that a server keeps a question without an answer
GRACE: Final = 15.0  # seconds beyond what a server may wait
MOST_WAITED: Final = 3600  # seconds
_OUR_FAULT: Final = frozenset({"M_UNKNOWN_TOKEN", "M_MISSING_TOKEN", "M_USER_DEACTIVATED"})
_WRONG_ADDRESS: Final = frozenset({"M_FORBIDDEN", "M_NOT_FOUND", "M_INVALID_PARAM"})
_DIRECT: Final = "m.direct"


class Refused(Undelivered):
    """The server answered no; ``code`` is why, in its own words."""

    def __init__(self, refused: Undelivered, status: int, code: str) -> None:
        super().__init__(refused.delivery)
        self.status = status
        self.code = code


class Account:
    """The account that writes for us, known by its token."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, token: str) -> None:
        self._http = http
        self._base = f"{base_url.rstrip('/')}/_matrix/client/v3"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._name = ""

    async def ask(
        self,
        method: str,
        *path: str,
        json: Any = None,
        within: float | None = None,
        most: int = MOST_READ,
        **query: Any,
    ) -> dict[str, Any]:
        """Ask for something and return it. Raises Undelivered."""
        url = "/".join((self._base, *(quote(part, safe="") for part in path)))
        asked = f"{url}?{httpx.QueryParams(query)}" if query else url
        answer = await call(
            self._http, method, asked, headers=self._headers, json=json, within=within, most=most
        )
        if not answer.is_success:
            raise _refusal(answer)
        return answer.json

    async def news(self, filter_: str, since: str = "") -> dict[str, Any]:
        """Wait for what is said ``since`` then, or learn where now is. Raises Undelivered."""
        waits = LONGEST_POLL if since else 0.0
        told = await self.ask(
            "GET",
            "sync",
            filter=filter_,
            timeout=int(waits * 1000),
            within=waits + GRACE,
            most=MOST_NEWS,
            **({"since": since} if since else {}),
        )
        if not told.get("next_batch"):  # without it, what was said long ago would be heard again
            raise Undelivered(Delivery(ok=False, detail="The answer to /sync is unreadable."))
        return told

    async def introduce(self) -> str:
        """Ask who we are there. Raises Undelivered."""
        told = await self.ask("GET", "account", "whoami")
        return f"knows the account as {name_in(told, 'user_id')}"

    async def name(self) -> str:
        """Return the account's own name."""
        if not self._name:
            told = await self.ask("GET", "account", "whoami")
            self._name = str(told.get("user_id", ""))
        return self._name

    async def room_of(self, address: str) -> str:
        """Return the room that an address means: itself, an alias's, or one with a person alone."""
        if address.startswith("#"):
            told = await self.ask("GET", "directory", "room", address)
            return str(told.get("room_id", ""))
        return await self._room_with(address) if address.startswith("@") else address

    async def directs(self) -> dict[str, list[str]]:
        """Return the rooms that the account has with one person alone, by that person."""
        try:
            return await self.ask("GET", "user", await self.name(), "account_data", _DIRECT)
        except Refused as refused:
            if refused.code == "M_NOT_FOUND":
                return {}
            raise

    async def send(self, room: str, id_: str, content: Mapping[str, Any]) -> str:
        """Write into a room, which is joined if we are not there yet. Return the event's id.

        The same ``id_`` is written but once.
        """
        where = ("rooms", room, "send", "m.room.message", id_)
        try:
            told = await self.ask("PUT", *where, json=content)
        except Refused as refused:
            if refused.code != "M_FORBIDDEN":
                raise
            await self.ask("POST", "join", room, json={})
            told = await self.ask("PUT", *where, json=content)
        return str(told.get("event_id", ""))

    async def event(self, room: str, id_: str) -> dict[str, Any]:
        """Read something that was said."""
        return await self.ask("GET", "rooms", room, "event", id_)

    async def _room_with(self, person: str) -> str:
        directs = await self.directs()
        known = directs.get(person) or []
        if known:
            return known[-1]
        await self._look_up(person)
        wanted = {"is_direct": True, "preset": "trusted_private_chat", "invite": [person]}
        made = await self.ask("POST", "createRoom", json=wanted)
        room = str(made.get("room_id", ""))
        where = ("user", await self.name(), "account_data", _DIRECT)
        await self.ask("PUT", *where, json={**directs, person: [room]})
        return room

    async def _look_up(self, person: str) -> None:
        """Raise Undelivered if nobody has this name: some servers invite them nevertheless."""
        try:
            await self.ask("GET", "profile", person)
        except Refused as refused:
            if refused.status == 404:  # whatever its code: Synapse says M_UNKNOWN
                raise Undelivered(replace(refused.delivery, retry=False)) from refused
            if refused.status != 403:  # a profile may be hidden from us
                raise


def _refusal(answer: Answer) -> Refused:
    told = answer.json
    code = str(told.get("errcode", ""))
    refused = refusal(
        answer,
        f"{code} {told.get('error', '')}".strip(),
        for_good=code in _WRONG_ADDRESS,
        is_our_fault=code in _OUR_FAULT or (not code and answer.status in {401, 404}),
        wait_seconds=answer.wait_seconds or _milliseconds(told.get("retry_after_ms")),
    )
    return Refused(refused, answer.status, code)


def _milliseconds(wait: object) -> int:
    """Return the whole seconds of what older servers ask for."""
    return min(-(-wait // 1000), MOST_WAITED) if isinstance(wait, int) and wait > 0 else 0


def delivered(event: str, room: str) -> Delivery:
    """Return what became of a message that the server took."""
    return Delivery(
        ok=True, detail="Taken by the Matrix server", provider_id=f"{room}/{event}", address=room
    )
