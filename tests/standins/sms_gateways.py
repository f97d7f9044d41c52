"""Gateways for SMS on this machine, as various as they are: queries, forms, JSON and XML."""

from typing import Any
from urllib.parse import parse_qs, urlsplit
from xml.etree import ElementTree as Tree

from tests.standins.chat_server import Answered, Asked, ChatServer

SECRET = 'pass"word & <more>'
NOBODY = "15550999"


class GatewayServer(ChatServer):
    """``sent`` are the messages that it took, in whichever form they came."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, Any]] = []

    def answer(self, asked: Asked) -> Answered:
        """Take a message, or say why not, in the form in which it was asked."""
        path = urlsplit(asked.path).path
        told = _read(asked, path)
        if told.get("password") != SECRET:
            return Answered(401, "ERR: who are you?")
        if str(told["to"]).endswith(NOBODY):
            return Answered(200, "ERR: invalid number")
        if told["text"] == "busy":
            return Answered(200, "ERR: queue full")
        self.sent.append(told)
        if path == "/json":
            return Answered(202, {"messages": [{"id": 7, "status": "queued"}]})
        return Answered(200, f"OK: m{len(self.sent)}")


def _read(asked: Asked, path: str) -> dict[str, Any]:
    if path == "/json":
        told: dict[str, Any] = asked.json
        password = asked.headers.get("authorization", "").removeprefix("Bearer ")
        return told | {"password": password}
    if path == "/xml":
        root = Tree.fromstring(asked.body)
        return {"text": root.findtext("text"), **root.attrib}
    text = urlsplit(asked.path).query if path == "/query" else asked.body.decode()
    return {name: values[0] for name, values in parse_qs(text, keep_blank_values=True).items()}
