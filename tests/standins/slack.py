"""Slack on this machine, as its documentation describes it: web API, answers, and Socket Mode."""

import asyncio
import hashlib
import hmac
import itertools
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, NamedTuple
from urllib.parse import parse_qsl

import msgspec
from websockets.asyncio.server import ServerConnection, serve

from tests.standins.requests import Read, serving
from tocsin.domain.reaching.hearing import Callback

TOKEN = "xoxb-1-good"
APP_TOKEN = "xapp-1-good"
SECRET = "8f742231b10e8888abcd99yyyzzz85a5"
MEMBERS = {"U1ANN": "ann@example.com", "U2BOB": "bob@example.com"}
CHANNEL = "C1OPS"
GROUP = "S1ONCALL"
MOST_BUTTONS = 25


class Call(NamedTuple):
    """One call of a method, with what was sent; blocks are read."""

    method: str
    token: str
    sent: dict[str, Any]


class Slack:
    """``posts`` are what stands in conversations, by conversation and time.

    ``says`` is answered in place of what was asked, for each method or for ``*``: a whole HTTP
    answer. While ``open`` is clear, nothing is answered at all.
    """

    def __init__(self) -> None:
        self.calls: list[Call] = []
        self.posts: dict[tuple[str, str], dict[str, Any]] = {}
        self.responses: list[dict[str, Any]] = []
        self.groups: dict[str, list[str]] = {GROUP: ["U2BOB"]}
        self.says: dict[str, str] = {}
        self.open = asyncio.Event()
        self.open.set()
        self._opened: asyncio.Queue[ServerConnection] = asyncio.Queue()
        self._receipts: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self.base_url = ""
        self.socket_url = ""
        self._clock = itertools.count(1)

    @property
    def response_url(self) -> str:
        """Where what was pressed is answered."""
        return self.base_url.replace("/api/", "/respond")

    def refuse(self, error: str, method: str = "*", **more: Any) -> None:
        """Answer an error, as Slack does: with HTTP 200."""
        self.says[method] = _http("200 OK", {"ok": False, "error": error, **more})

    def say(self, status: str, *headers: str, method: str = "*") -> None:
        """Answer a bare status."""
        self.says[method] = "\r\n".join((f"HTTP/1.1 {status}", *headers, "", ""))

    def of(self, method: str) -> list[dict[str, Any]]:
        """Return what a method was called with."""
        return [call.sent for call in self.calls if call.method == method]

    async def socket(self) -> ServerConnection:
        """Wait until another socket was opened."""
        async with asyncio.timeout(5):
            return await self._opened.get()

    async def receipt(self) -> dict[str, Any]:
        """Wait for what is received over a socket."""
        async with asyncio.timeout(5):
            return await self._receipts.get()

    async def tell(self, read: Read, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        await self.open.wait()
        writer.write(self._answer(read.line.split()[1], read.headers, read.body).encode())

    async def connected(self, socket: ServerConnection) -> None:
        """Greet, and keep what is received."""
        await socket.send(json.dumps({"type": "hello", "num_connections": 1}))
        self._opened.put_nowait(socket)
        async for text in socket:
            self._receipts.put_nowait(json.loads(text))

    def _answer(self, path: str, headers: dict[str, str], body: bytes) -> str:
        if path == "/respond":
            self.responses.append(json.loads(body))
            return "HTTP/1.1 200 OK\r\n\r\nok"
        method = path.removeprefix("/api/").partition("?")[0]
        sent = _sent(headers.get("content-type", ""), body)
        token = headers.get("authorization", "").removeprefix("Bearer ")
        self.calls.append(Call(method, token, sent))
        told = self.says.get(method) or self.says.get("*")
        return told or _http("200 OK", self._do(method, token, sent))

    def _do(self, method: str, token: str, sent: dict[str, Any]) -> dict[str, Any]:
        if token != (APP_TOKEN if method.startswith("apps.") else TOKEN):
            return {"ok": False, "error": "invalid_auth"}
        match method:
            case "auth.test":
                return {"ok": True, "team": "Example", "user": "tocsin", "user_id": "U0APP"}
            case "users.lookupByEmail":
                found = [id_ for id_, email in MEMBERS.items() if email == sent["email"]]
                return {"ok": True, "user": {"id": found[0]}} if found else _no("users_not_found")
            case "conversations.open":
                known = sent["users"] in MEMBERS
                opened = {"ok": True, "channel": {"id": f"D{sent['users']}"}}
                return opened if known else _no("user_not_found")
            case "chat.postMessage":
                return self._post(sent)
            case "chat.update":
                return self._change(sent)
            case "usergroups.users.update":
                return self._group(sent)
            case "apps.connections.open":
                return {"ok": True, "url": self.socket_url}
            case _:
                return _no("unknown_method")

    def _post(self, sent: dict[str, Any]) -> dict[str, Any]:
        channel = sent["channel"]
        if channel != CHANNEL and not channel.startswith("DU"):
            return _no("channel_not_found")
        if fault := _fault(sent):
            return _no(fault)
        ts = f"1763700000.{next(self._clock):06}"
        self.posts[channel, ts] = sent
        return {"ok": True, "channel": channel, "ts": ts, "message": {"text": sent["text"]}}

    def _change(self, sent: dict[str, Any]) -> dict[str, Any]:
        place = (sent["channel"], sent["ts"])
        if place not in self.posts:
            return _no("message_not_found")
        self.posts[place] = sent
        return _no(fault) if (fault := _fault(sent)) else {"ok": True, "ts": sent["ts"]}

    def _group(self, sent: dict[str, Any]) -> dict[str, Any]:
        members = [one for one in sent["users"].split(",") if one]
        if sent["usergroup"] not in self.groups:
            return _no("no_such_subteam")
        if not members or not set(members) <= MEMBERS.keys():
            return _no("invalid_users")
        self.groups[sent["usergroup"]] = members
        return {"ok": True, "usergroup": {"id": sent["usergroup"], "users": members}}


def envelope(type_: str, payload: dict[str, Any], id_: str = "E1") -> str:
    """Return what comes over a socket."""
    told = {"type": type_, "envelope_id": id_, "payload": payload}
    return json.dumps(told | {"accepts_response_payload": False})


def signed(body: str, at: float, secret: str = SECRET) -> Callback:
    """Return a call that Slack has signed."""
    base = f"v0:{int(at)}:{body}"
    signature = hmac.new(secret.encode(), base.encode(), hashlib.sha256).hexdigest()
    return Callback(
        method="POST",
        url="https://oncall.example.com/callbacks/P1",
        headers={
            "x-slack-request-timestamp": str(int(at)),
            "x-slack-signature": f"v0={signature}",
            "content-type": "application/x-www-form-urlencoded",
        },
        body=body.encode(),
    )


def pressed(user: str, button: dict[str, Any], block: dict[str, Any], url: str) -> dict[str, Any]:
    """Return what Slack tells of a button of ours that somebody pressed."""
    action = {**button, "block_id": block["block_id"], "action_ts": "1763700001.000000"}
    return {
        "type": "block_actions",
        "team": {"id": "T1", "domain": "example"},
        "user": {"id": user, "username": user.lower(), "team_id": "T1"},
        "api_app_id": "A1",
        "token": "deprecated",
        "container": {"type": "message", "message_ts": "1763700000.000001"},
        "channel": {"id": "DU1ANN"},
        "message": {"ts": "1763700000.000001", "blocks": [block]},
        "actions": [action],
        "response_url": url,
        "trigger_id": "1.2.3",
    }


@asynccontextmanager
async def running() -> AsyncIterator[Slack]:
    """Run one."""
    slack = Slack()
    server = await asyncio.start_server(serving(slack.tell), "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    slack.base_url = f"http://127.0.0.1:{port}/api/"
    async with serve(slack.connected, "127.0.0.1", 0) as sockets:
        port = next(iter(sockets.sockets)).getsockname()[1]
        slack.socket_url = f"ws://127.0.0.1:{port}/link"
        yield slack
        slack.open.set()
        server.close()


def _sent(content_type: str, body: bytes) -> dict[str, Any]:
    if content_type.startswith("application/json"):
        return dict(json.loads(body))
    form: dict[str, Any] = dict(parse_qsl(body.decode(), keep_blank_values=True))
    return form | ({"blocks": json.loads(form["blocks"])} if "blocks" in form else {})


def _fault(sent: dict[str, Any]) -> str | None:
    """Say what Slack would not take, by the bounds that it documents."""
    if not sent.get("text") and not sent.get("blocks"):
        return "no_text"
    for block in sent.get("blocks", ()):
        texts = [block["text"], *block.get("fields", ())] if "text" in block else []
        if any(not 0 < len(text["text"]) <= 3000 for text in texts):
            return "invalid_blocks"
        if block["type"] == "section" and len(block.get("fields", ())) > 10:
            return "invalid_blocks"
        for element in block.get("elements", ()) if block["type"] == "actions" else ():
            label = element["text"]["text"]
            if len(label) > 75 or len(element.get("value", "")) > 2000:
                return "invalid_blocks"
        if len(block.get("elements", ())) > MOST_BUTTONS:
            return "invalid_blocks"
    return None


def _no(error: str) -> dict[str, Any]:
    return {"ok": False, "error": error}


def _http(status: str, told: Any) -> str:
    body = msgspec.json.encode(told).decode()
    length = len(body.encode())
    headers = f"Content-Type: application/json\r\nContent-Length: {length}\r\nConnection: close"
    return f"HTTP/1.1 {status}\r\n{headers}\r\n\r\n{body}"
