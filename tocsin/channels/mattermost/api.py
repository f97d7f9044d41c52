"""The API of a Mattermost server: who is meant by an address, and posts where they read them."""

from typing import Any
from urllib.parse import quote

import httpx
import msgspec

from tocsin.channels.asking import Answer, Undelivered
from tocsin.channels.chats.api import call, refusal
from tocsin.channels.checking import name_in
from tocsin.domain.reaching.channel import Delivery


class Place(msgspec.Struct, frozen=True, kw_only=True):
    """Where a message goes; ``user`` is whose conversation with us it is, empty for channels."""

    channel: str
    address: str
    user: str = ""


class MattermostApi:
    """Speaks for one bot of one server."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, token: str) -> None:
        self._http = http
        self._base = f"{base_url.rstrip('/')}/api/v4"
        self._headers = {"Authorization": f"Bearer {token}"}
        self._own_id = ""

    async def introduce(self) -> str:
        """Ask who we are there. Raises Undelivered."""
        return f"knows the bot as @{name_in(await self._ask('GET', '/users/me'), 'username')}"

    async def place_of(self, address: str) -> Place:
        """Find the conversation with a person, or take the channel. Raises Undelivered."""
        if "@" not in address:
            return Place(channel=address, address=address)
        user = await self._user(address)
        if user.get("delete_at"):
            raise Undelivered(Delivery(ok=False, detail=f"{address} is no longer active."))
        id_ = str(user["id"])
        both = [await self._me(), id_]
        channel = await self._ask("POST", "/channels/direct", both)
        return Place(channel=str(channel["id"]), address=f"@{user['username']}", user=id_)

    async def post(self, channel: str, fields: dict[str, Any]) -> str:
        """Post, and return the post's id."""
        return str((await self._ask("POST", "/posts", {"channel_id": channel, **fields}))["id"])

    async def change(self, post: str, fields: dict[str, Any]) -> None:
        """Change a post."""
        await self._ask("PUT", f"/posts/{quote(post, safe='')}", {"id": post, **fields})

    async def _user(self, address: str) -> dict[str, Any]:
        if address.startswith("@"):
            return await self._ask("GET", f"/users/username/{quote(address[1:], safe='')}")
        return await self._ask("GET", f"/users/email/{quote(address, safe='')}")

    async def _me(self) -> str:
        if not self._own_id:
            self._own_id = str((await self._ask("GET", "/users/me"))["id"])
        return self._own_id

    async def _ask(self, method: str, path: str, json: Any = None) -> dict[str, Any]:
        url = f"{self._base}{path}"
        answer = await call(self._http, method, url, headers=self._headers, json=json)
        if not answer.is_success or "id" not in answer.json:
            raise _refusal(answer)
        return answer.json


def _refusal(answer: Answer) -> Undelivered:
    """Say what is wrong. What does not answer as Mattermost does is no server of it."""
    is_theirs = "status_code" in answer.json
    return refusal(
        answer,
        answer.json.get("message") if is_theirs else "this is no answer of Mattermost",
        for_good=is_theirs and answer.status in {403, 404},
        is_our_fault=answer.status == 401 or (not is_theirs and answer.status < 429),
    )
