"""Discord as its API documentation describes it: a bot, people, a channel, and signed calls."""

import json
from datetime import datetime
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from tests.standins.chat_server import Answered, Asked, ChatServer
from tocsin.domain.reaching.hearing import Callback

TOKEN = "MTk4NjIy.Cl2FMQ.ZnCjm1XVW7vRze4b7Cq4se7kKWs"
KEY = Ed25519PrivateKey.from_private_bytes(b"\x01" * 32)
PUBLIC_KEY = "8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c"
ANN = "80351110224678912"
CLOSED = "80351110224678913"  # takes no messages from bots
CHANNEL = "197038439483310086"


class DiscordServer(ChatServer):
    """``messages`` are what is there, by their ids."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: dict[str, dict[str, Any]] = {}

    def answer(self, asked: Asked) -> Answered:
        if asked.headers.get("authorization") != f"Bot {TOKEN}":
            return refusal(401, 0, "401: Unauthorized")
        match asked.path.strip("/").split("/"):
            case ["users", "@me"]:
                return Answered(200, {"id": "1", "username": "tocsin", "bot": True})
            case ["users", "@me", "channels"]:
                return self._conversation(asked.json["recipient_id"])
            case ["channels", channel, "messages"]:
                return self._post(channel, asked.json)
            case ["channels", _, "messages", id_]:
                return self._change(id_, asked.json)
        return refusal(404, 0, "404: Not Found")

    def _conversation(self, user: str) -> Answered:
        if user not in {ANN, CLOSED}:
            return refusal(400, 50033, "Invalid Recipient(s)")
        return Answered(200, {"id": f"9{user}"})

    def _post(self, channel: str, fields: dict[str, Any]) -> Answered:
        if channel == f"9{CLOSED}":
            return refusal(403, 50007, "Cannot send messages to this user")
        if channel not in {CHANNEL, f"9{ANN}"}:
            return refusal(404, 10003, "Unknown Channel")
        assert 0 < len(fields["content"]) <= 2000
        assert all(
            len(button["custom_id"]) <= 100 and len(button["label"]) <= 80
            for row in fields.get("components", [])
            for button in row["components"]
        )
        id_ = f"{len(self.messages) + 1}"
        self.messages[id_] = {"id": id_, "channel_id": channel, **fields}
        return Answered(200, self.messages[id_])

    def _change(self, id_: str, fields: dict[str, Any]) -> Answered:
        if id_ not in self.messages:
            return refusal(404, 10008, "Unknown Message")
        self.messages[id_] |= fields
        return Answered(200, self.messages[id_])


def refusal(status: int, code: int, message: str, **more: Any) -> Answered:
    """What Discord says where it refuses."""
    return Answered(status, {"code": code, "message": message, **more})


def pressed(custom_id: str, **where: Any) -> dict[str, Any]:
    """What is told of a button."""
    return {
        "type": 3,
        "id": "7",
        "token": "t",
        "data": {"custom_id": custom_id, "component_type": 2},
        "message": {"id": "1", "content": "**Disk full**"},
        **(where or {"user": {"id": ANN}, "channel_id": f"9{ANN}"}),
    }


def signed(told: Any, at: datetime, key: Ed25519PrivateKey = KEY) -> Callback:
    """How Discord calls with it."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    stamp = str(int(at.timestamp()))
    headers = {
        "x-signature-ed25519": key.sign(stamp.encode() + body).hex(),
        "x-signature-timestamp": stamp,
    }
    return Callback(method="POST", url="https://x.example.com/", headers=headers, body=body)
