"""Plivo on this machine, as its documentation describes it; its own library signs what it calls."""

import json
from base64 import b64encode
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from plivo.utils.signature_v3 import construct_get_url, construct_post_url, get_signature_v3

from tests.standins.chat_server import Answered, Asked, ChatServer
from tocsin.domain.reaching.hearing import Callback

ID = "MA" + "X" * 18
TOKEN = "tok-test-0001"
CALLBACK = "https://oncall.example.com/callbacks/P1"
FROM = "15550199"
WRONG = "15005550001"
NONCE = "05429567804466091622"
_RESOURCES = {
    "Message": (202, "message(s) queued", "message_uuid"),
    "Call": (201, "call fired", "request_uuid"),
}


class PlivoServer(ChatServer):
    """``made`` are the messages and calls that it took."""

    def __init__(self) -> None:
        super().__init__()
        self.token = TOKEN
        self.made: list[dict[str, Any]] = []

    def answer(self, asked: Asked) -> Answered:
        """Make a message or a call, or say why not."""
        credentials = b64encode(f"{ID}:{self.token}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {credentials}":
            return _refusal(401, "Could not verify your access level for that URL.")
        if (asked.method, asked.path) == ("GET", f"/v1/Account/{ID}/"):
            return Answered(200, {"auth_id": ID, "name": "Night", "api_id": "a-1"})
        assert asked.method == "POST"
        assert asked.headers["content-type"] == "application/json"
        prefix, _, resource = asked.path.removesuffix("/").rpartition("/")
        if prefix != f"/v1/Account/{ID}":
            return _refusal(404, "not found")
        fields = json.loads(asked.body)
        if WRONG in (fields.get("dst"), fields.get("to")):
            return _refusal(400, "invalid destination number")
        self.made.append(fields)
        status, message, name = _RESOURCES[resource]
        names = [f"u-{len(self.made)}"]
        told = {"api_id": "a-1", "message": message}
        return Answered(status, told | {name: names if name == "message_uuid" else names[0]})


def called(
    tail: str,
    fields: Mapping[str, str],
    *,
    query: str = "",
    token: str = TOKEN,
    method: str = "POST",
) -> Callback:
    """Call as Plivo does."""
    url = f"{CALLBACK}/{tail}{query}"
    if method == "GET":
        url = f"{url}?{urlencode(fields)}"
    body = b"" if method == "GET" else urlencode(fields).encode()
    headers = signed(url, {} if method == "GET" else fields, token)
    return Callback(method=method, url=url, tail=tail, headers=headers, body=body)


def signed(url: str, fields: Mapping[str, str], token: str = TOKEN) -> dict[str, str]:
    """Return the headers of a call, which may hold several signatures."""
    base = construct_post_url(url, dict(fields)) if fields else construct_get_url(url, {})
    signature = get_signature_v3(token, base.decode(), NONCE).decode()
    return {
        "content-type": "application/x-www-form-urlencoded",
        "x-plivo-signature-v3": f"of-another,{signature}",
        "x-plivo-signature-v3-nonce": NONCE,
    }


def _refusal(status: int, why: str) -> Answered:
    return Answered(status, {"api_id": "a-1", "error": why})
