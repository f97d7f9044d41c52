"""Microsoft as a bot of Teams sees it: logins, published keys, and conversations."""

import json
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, unquote

from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.standins.chat_server import Answered, Asked, ChatServer
from tocsin.domain.reaching.hearing import Callback

APP = "00000000-0000-4000-8000-000000000000"
SECRET = "Nx78Q~0001"
CONVERSATION = "a:1AbC;x"
LEFT = "a:left"  # whose person has removed the bot
KEY = RSAKey.generate_key(2048, {"kid": "one", "use": "sig"})
OTHER_KEY = RSAKey.generate_key(2048, {"kid": "two", "use": "sig"})


class TeamsServer(ChatServer):
    """``posted`` is what conversations got, ``published`` the keys that are known."""

    def __init__(self) -> None:
        super().__init__()
        self.posted: list[tuple[str, dict[str, Any]]] = []
        self.published: list[RSAKey] = [KEY]
        self.endorsed = ["msteams"]
        self.tokens: list[str] = []
        self.withdrawn: set[str] = set()

    def answer(self, asked: Asked) -> Answered:
        match asked.path.strip("/").split("/"):
            case [_, "oauth2", "v2.0", "token"]:
                return self._login(parse_qs(asked.body.decode()))
            case ["keys"]:
                return Answered(200, {"keys": [self._public(key) for key in self.published]})
            case ["emea", "v3", "conversations", id_, "activities"]:
                return self._post(asked, unquote(id_))
        return Answered(404)

    def asked_for(self, path: str) -> int:
        """How often a path was asked for."""
        return sum(path in asked.path for asked in self.asked)

    def _login(self, form: dict[str, list[str]]) -> Answered:
        if form["client_secret"] != [SECRET] or form["client_id"] != [APP]:
            why = "AADSTS7000215: Invalid client secret provided.\nTrace ID: 1"
            return Answered(401, {"error": "invalid_client", "error_description": why})
        assert form["scope"] == ["https://api.botframework.com/.default"]
        self.tokens.append(f"token-{len(self.tokens)}")
        return Answered(200, {"access_token": self.tokens[-1], "expires_in": 3600})

    def _post(self, asked: Asked, conversation: str) -> Answered:
        token = asked.headers["authorization"].removeprefix("Bearer ")
        if token not in self.tokens or token in self.withdrawn:
            return refusal(401, "Unauthorized", "Authorization has been denied.")
        if conversation == LEFT:
            return refusal(403, "BotNotInConversationRoster", "The bot is not part of it.")
        if conversation != CONVERSATION:
            return refusal(404, "ConversationNotFound", "Conversation not found.")
        self.posted.append((conversation, asked.json))
        return Answered(201, {"id": f"activity-{len(self.posted)}"})

    def _public(self, key: RSAKey) -> dict[str, Any]:
        return {**key.as_dict(private=False), "x5t": "t", "endorsements": self.endorsed}


def refusal(status: int, code: str, message: str) -> Answered:
    """What the connector says where it refuses."""
    return Answered(status, {"error": {"code": code, "message": message}})


def activity(service: str, **fields: Any) -> dict[str, Any]:
    """What the bot is told."""
    return {
        "type": "message",
        "id": "1",
        "channelId": "msteams",
        "serviceUrl": service,
        "from": {"id": "29:1", "name": "Ann Lee"},
        "conversation": {"id": CONVERSATION, "conversationType": "personal"},
        "locale": "en-US",
        **fields,
    }


def pressed(service: str, mark: Any) -> dict[str, Any]:
    """What the bot is told of a button."""
    value = {"action": {"type": "Action.Execute", "verb": "acknowledge", "data": {"mark": mark}}}
    return activity(service, type="invoke", name="adaptiveCard/action", value=value)


def called(told: Any, at: datetime, *, key: RSAKey = KEY, **claims: Any) -> Callback:
    """How Teams calls with it."""
    body = told if isinstance(told, bytes) else json.dumps(told).encode()
    service = told.get("serviceUrl") if isinstance(told, dict) else ""
    said = {
        "iss": "https://api.botframework.com",
        "aud": APP,
        "serviceurl": service,
        "nbf": int(at.timestamp()),
        "exp": int((at + timedelta(hours=1)).timestamp()),
        **claims,
    }
    said = {name: value for name, value in said.items() if value is not None}
    token = jwt.encode({"alg": "RS256", "kid": key.kid}, said, key)
    headers = {"authorization": f"Bearer {token}"}
    return Callback(method="POST", url="https://x.example.com/", headers=headers, body=body)
