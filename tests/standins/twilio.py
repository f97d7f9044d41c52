"""Twilio on this machine, as its documentation describes it; its own library signs what it calls.

The numbers that are refused are those of Twilio's test credentials.
"""

from base64 import b64encode
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import parse_qsl, urlencode

from twilio.request_validator import RequestValidator

from tests.standins.chat_server import Answered, Asked, ChatServer
from tocsin.domain.reaching.hearing import Callback

SID = "AC" + "0" * 32
TOKEN = "tok-test-0001"
CALLBACK = "https://oncall.example.com/callbacks/P1"
FROM = "+15550199"
FORM = "application/x-www-form-urlencoded"
REFUSED = {
    "+15005550001": (21211, "The 'To' number is not a valid phone number."),
    "+15005550002": (21612, "The 'To' and 'From' pair is not supported."),
    "+15005550003": (21408, "Permission to send to the region has not been enabled."),
    "+15005550004": (21610, "Attempt to send to unsubscribed recipient."),
    "+15005550009": (21614, "'To' number is not a valid mobile number."),
    "+15005559999": (99999, "A code of next year."),
}
_RESOURCES = {"Messages": ("SM", "accepted"), "Calls": ("CA", "queued")}


class TwilioServer(ChatServer):
    """``made`` are the messages and calls that it took, ``status`` that of the account."""

    def __init__(self) -> None:
        super().__init__()
        self.token = TOKEN
        self.status = "active"
        self.made: list[list[tuple[str, str]]] = []

    def answer(self, asked: Asked) -> Answered:
        """Make a message or a call, or say why not."""
        credentials = b64encode(f"{SID}:{self.token}".encode()).decode()
        if asked.headers.get("authorization") != f"Basic {credentials}":
            return _refusal(401, 20003, "Authenticate")
        if (asked.method, asked.path) == ("GET", f"/2010-04-01/Accounts/{SID}.json"):
            return Answered(200, {"sid": SID, "friendly_name": "Night", "status": self.status})
        assert asked.method == "POST"
        assert asked.headers["content-type"] == FORM
        prefix, _, resource = asked.path.rpartition("/")
        if prefix != f"/2010-04-01/Accounts/{SID}":
            return _refusal(404, 20404, f"The requested resource {asked.path} was not found")
        fields = parse_qsl(asked.body.decode(), keep_blank_values=True)
        to = dict(fields)["To"].removeprefix("whatsapp:")
        if to in REFUSED:
            return _refusal(400, *REFUSED[to])
        self.made.append(fields)
        kind, status = _RESOURCES[resource.removesuffix(".json")]
        return Answered(201, {"sid": f"{kind}{len(self.made):032d}", "status": status, "to": to})


def called(
    tail: str,
    fields: Mapping[str, str | Sequence[str]],
    *,
    query: str = "",
    token: str = TOKEN,
    signed_at: str = "",
    algorithm: str = "",
) -> Callback:
    """Call as Twilio does; ``signed_at`` is how it spells the address when it signs."""
    url = f"{CALLBACK}/{tail}{query}"
    headers = signed(signed_at or url, fields, token, algorithm)
    body = urlencode(fields, doseq=True).encode()
    return Callback(method="POST", url=url, tail=tail, headers=headers, body=body)


def signed(
    url: str, fields: Mapping[str, str | Sequence[str]], token: str = TOKEN, algorithm: str = ""
) -> dict[str, str]:
    """Return the headers of a call."""
    signature = RequestValidator(token).compute_signature(url, _Fields(fields), algorithm or None)
    headers = {"content-type": FORM, "x-twilio-signature": signature}
    if algorithm:
        headers["x-twilio-webhooks-signature-settings"] = f"key=sk_1,algorithm={algorithm}"
    return headers


class _Fields(dict[str, Any]):
    """Fields of a form as web frameworks hand them to Twilio's library."""

    def getall(self, name: str) -> list[str]:
        """Return all values of one."""
        value = self[name]
        return [value] if isinstance(value, str) else list(value)


def _refusal(status: int, code: int, message: str) -> Answered:
    more = f"https://www.twilio.com/docs/errors/{code}"
    told = {"code": code, "message": message, "more_info": more, "status": status}
    return Answered(status, told)
