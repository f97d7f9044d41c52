"""A Matrix homeserver as the client-server API describes it: one account of ours, and people."""

import asyncio
from typing import Any
from urllib.parse import unquote, urlsplit

from tests.standins.chat_server import Answered, Asked, ChatServer

TOKEN = "syt_dG9jc2lu_AbCdEfGhIjKlMnOpQrSt_0aBcDe"
US = "@tocsin:example.com"
ANN = "@ann:example.com"
DIRECT = "!direct:example.com"
OPS, OPS_ALIAS = "!ops:example.com", "#ops:example.com"
PREFIX = "/_matrix/client/v3/"


class MatrixServer(ChatServer):
    """``rooms`` are those that we are in, ``events`` what was said, ``news`` what waits for us."""

    def __init__(self) -> None:
        super().__init__()
        self.token = TOKEN
        self.rooms: set[str] = set()
        self.invited = {OPS}
        self.profiles = {ANN: Answered(200, {})}
        self.directs: dict[str, Any] = {}
        self.events: dict[str, dict[str, Any]] = {}
        self.transactions: dict[str, str] = {}
        self.news: list[tuple[str, dict[str, Any]]] = []
        self.came = asyncio.Event()

    def say(self, room: str, sender: str, kind: str, **content: Any) -> str:
        """Let somebody say something; it is told with the next answer to /sync."""
        event = self._keep(room, sender, kind, content)
        self.news.append((room, self.events[event]))
        self.came.set()
        return event

    async def said(self, times: int) -> None:
        """Wait until we have said something so often."""
        while len(self.transactions) < times:
            self.heard.clear()
            await self.heard.wait()

    def sent(self) -> list[dict[str, Any]]:
        """What we have said."""
        return [self.events[one]["content"] for one in self.transactions.values()]

    async def answer_slowly(self, asked: Asked) -> Answered:
        """Keep /sync waiting until there is something to tell."""
        if "/sync?" in asked.path and "since=" in asked.path and not self.news:
            self.came.clear()
            await self.came.wait()
        return self.answer(asked)

    def answer(self, asked: Asked) -> Answered:
        """Answer for the one account."""
        if asked.headers.get("authorization") != f"Bearer {self.token}":
            return refusal(401, "M_UNKNOWN_TOKEN", "Invalid access token passed.")
        path = urlsplit(asked.path).path.removeprefix(PREFIX)
        parts = [unquote(part) for part in path.split("/")]
        match (asked.method, parts):
            case "GET", ["account", "whoami"]:
                return Answered(200, {"user_id": US})
            case "GET", ["sync"]:
                return self._sync("since=" in asked.path)
            case "GET", ["directory", "room", alias]:
                known = alias == OPS_ALIAS
                return Answered(200, {"room_id": OPS}) if known else refusal(404, "M_NOT_FOUND")
            case _, ["user", _, "account_data", "m.direct"]:
                return self._account_data(asked)
            case "GET", ["profile", person]:
                return self.profiles.get(person) or refusal(404, "M_UNKNOWN", "No row found")
            case "POST", ["createRoom"]:
                self.rooms.add(DIRECT)
                return Answered(200, {"room_id": DIRECT})
            case "POST", ["join", room] if room in self.invited:
                self.rooms.add(room)
                return Answered(200, {"room_id": room})
            case "GET", ["rooms", _, "event", event] if event in self.events:
                return Answered(200, self.events[event])
            case "PUT", ["rooms", room, "send", kind, transaction] if room in self.rooms:
                return self._send(room, kind, transaction, asked.json)
        return refusal(403, "M_FORBIDDEN", "You are not in this room.")

    def _account_data(self, asked: Asked) -> Answered:
        if asked.method == "PUT":
            self.directs = asked.json
            return Answered(200, {})
        return Answered(200, self.directs) if self.directs else refusal(404, "M_NOT_FOUND")

    def _send(self, room: str, kind: str, transaction: str, content: Any) -> Answered:
        if transaction not in self.transactions:
            self.transactions[transaction] = self._keep(room, US, kind, content)
        return Answered(200, {"event_id": self.transactions[transaction]})

    def _sync(self, is_later: bool) -> Answered:
        news = self.news if is_later else []
        self.news = []
        joined: dict[str, Any] = {}
        for room, event in news:
            timeline = joined.setdefault(room, {"timeline": {"events": []}})["timeline"]
            timeline["events"].append(event)
        batch = f"s{len(self.asked)}"
        return Answered(200, {"next_batch": batch, "rooms": {"join": joined}})

    def _keep(self, room: str, sender: str, kind: str, content: Any) -> str:
        event = f"$event{len(self.events)}"
        about = {"event_id": event, "room_id": room, "sender": sender, "type": kind}
        self.events[event] = about | {"content": content}
        return event


def refusal(status: int, code: str, why: str = "", **more: Any) -> Answered:
    """What a homeserver says where it refuses."""
    return Answered(status, {"errcode": code, "error": why, **more})
