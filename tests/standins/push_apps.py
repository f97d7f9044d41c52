"""ntfy, Gotify and Pushover as their documentation describes them."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from tests.standins.chat_server import Answered, Asked, ChatServer

NTFY_TOKEN = "tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2"
TOPIC = "oncall-ann"
GOTIFY_TOKEN = "A4ZsYbFq8uM7bRX"
APP_TOKEN = "azGDORePK8gMaC0QOYAMyEEuzJnyUi"
USER_KEY = "uQiRzpo4DXghDmr9QzzfQu27cmVRsG"
RECEIPT = "rLqVuqTRh62UzxtmqiaLzQmVcPgiCy"


class NtfyServer(ChatServer):
    """Lets one token publish; topics that begin with ``reserved`` belong to others."""

    token = NTFY_TOKEN

    def answer(self, asked: Asked) -> Answered:
        """Take a message published as JSON."""
        if asked.method != "POST" or asked.path != "/":
            return Answered(404, {"code": 40401, "http": 404, "error": "page not found"})
        if asked.headers.get("authorization", f"Bearer {self.token}") != f"Bearer {self.token}":
            return Answered(401, {"code": 40101, "http": 401, "error": "unauthorized"})
        topic = asked.json["topic"]
        if topic.startswith("reserved"):
            return Answered(403, {"code": 40301, "http": 403, "error": "forbidden"})
        if len(asked.json["message"].encode()) > 4096 or len(asked.json["actions"]) > 3:
            return Answered(400, {"code": 40018, "http": 400, "error": "actions invalid"})
        return Answered(200, {"id": "sPs71M8A2T", "event": "message", "topic": topic})


class GotifyServer(ChatServer):
    """Knows one application."""

    def answer(self, asked: Asked) -> Answered:
        """Take a message."""
        if asked.headers.get("x-gotify-key") != GOTIFY_TOKEN:
            why = "you need to provide a valid access token or user credentials to access this api"
            return Answered(
                401, {"error": "Unauthorized", "errorCode": 401, "errorDescription": why}
            )
        if asked.path != "/message" or not asked.json["message"]:
            return Answered(400, {"error": "Bad Request", "errorCode": 400})
        return Answered(200, {"id": 25, "appid": 5, **asked.json})


class PushoverServer(ChatServer):
    """Knows one application and one person; ``acknowledged`` are the receipts of alarms."""

    def __init__(self) -> None:
        super().__init__()
        self.acknowledged: set[str] = set()

    def answer(self, asked: Asked) -> Answered:
        """Take a message, or tell of a receipt."""
        parts = urlsplit(asked.path)
        if parts.path == "/1/messages.json":
            return self._take(fields_of(asked))
        receipt = parts.path.removeprefix("/1/receipts/").removesuffix(".json")
        if parse_qs(parts.query)["token"] != [APP_TOKEN] or receipt != RECEIPT:
            return _refused(receipt="not found")
        is_acknowledged = receipt in self.acknowledged
        told = {"status": 1, "acknowledged": int(is_acknowledged), "expired": 0}
        return Answered(200, told | {"acknowledged_by_device": "iphone" if is_acknowledged else ""})

    def _take(self, fields: dict[str, str]) -> Answered:
        if fields["token"] != APP_TOKEN:
            return _refused(token="invalid", errors=["application token is invalid"])
        if fields["user"] != USER_KEY:
            return _refused(user="invalid", errors=["user identifier is invalid"])
        if len(fields["message"]) > 1024 or len(fields.get("url", "")) > 512:
            return _refused(errors=["message is too long"])
        told = {"status": 1, "request": "647d2300-702c-4b38-8b2f-d56326ae460b"}
        if fields["priority"] != "2":
            return Answered(200, told)
        if int(fields["retry"]) < 30 or int(fields["expire"]) > 10_800:
            return _refused(errors=["retry and expire are out of bounds"])
        return Answered(200, told | {"receipt": RECEIPT})


def fields_of(asked: Asked) -> dict[str, str]:
    """Read the form that was sent."""
    return {name: values[-1] for name, values in parse_qs(asked.body.decode()).items()}


def _refused(**why: Any) -> Answered:
    return Answered(400, {"status": 0, "request": "5042853c-402d-4a18-abcb-168734a801de", **why})
