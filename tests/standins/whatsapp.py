"""WhatsApp's Cloud API on this machine, as its documentation describes it, and its calls."""

import hmac
import json
from typing import Any

from tests.standins.chat_server import Answered, Asked, ChatServer
from tocsin.domain.reaching.hearing import Callback

TOKEN = "EAAG-good"
NUMBER_ID = "106540352242922"
APP_SECRET = "appsecret"
NOBODY = "15550999"
TEMPLATES = {("tocsin_page", "en"): 3, ("tocsin_page", "de"): 3, ("tocsin_notice", "en"): 0}


class WhatsAppServer(ChatServer):
    """``sent`` are the messages that it took; ``refusal`` is the code with which it takes none."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, Any]] = []
        self.refusal = 0

    def answer(self, asked: Asked) -> Answered:
        """Take a message, or say why not."""
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return _fault(401, 190, "Error validating access token")
        if asked.method == "GET":
            return _number(asked.path)
        assert (asked.method, asked.path) == ("POST", f"/v23.0/{NUMBER_ID}/messages")
        told = asked.json
        assert told["messaging_product"] == "whatsapp"
        if self.refusal:
            return _fault(400, self.refusal, "It is refused")
        if told["to"] == NOBODY:
            return _fault(400, 131026, "Message undeliverable")
        if told["type"] == "template" and (fault := _fault_of(told["template"])):
            return fault
        self.sent.append(told)
        said = {"messages": [{"id": f"wamid.{len(self.sent)}", "message_status": "accepted"}]}
        return Answered(200, {"messaging_product": "whatsapp", **said})


def called(value: dict[str, Any], *, secret: str = APP_SECRET, field: str = "messages") -> Callback:
    """Make a call as Meta does, signed."""
    about = {"metadata": {"display_phone_number": "15550199", "phone_number_id": NUMBER_ID}}
    change = {"field": field, "value": {"messaging_product": "whatsapp", **about, **value}}
    event = {"object": "whatsapp_business_account", "entry": [{"id": "1", "changes": [change]}]}
    return signed(json.dumps(event).encode(), secret)


def signed(body: bytes, secret: str = APP_SECRET) -> Callback:
    """Sign a body as Meta does."""
    digest = hmac.new(secret.encode(), body, "sha256").hexdigest()
    return Callback(
        method="POST",
        url="https://oncall.example.com/callbacks/P1",
        headers={"content-type": "application/json", "x-hub-signature-256": f"sha256={digest}"},
        body=body,
    )


def _number(path: str) -> Answered:
    assert path == f"/v23.0/{NUMBER_ID}?fields=verified_name,display_phone_number"
    told = {"verified_name": "Night", "display_phone_number": "+1 555-0199", "id": NUMBER_ID}
    return Answered(200, told)


def _fault_of(template: dict[str, Any]) -> Answered | None:
    buttons = TEMPLATES.get((template["name"], template["language"]["code"]))
    if buttons is None:
        return _fault(404, 132001, "Template name does not exist in the translation")
    body, *pressed = template["components"]
    text = body["parameters"][0]["text"]
    if len(pressed) != buttons:
        return _fault(400, 132000, "Number of parameters does not match")
    if "\n" in text or "\t" in text or "    " in text or len(text) > 1024:
        return _fault(400, 132018, "Parameter has new-line, tab or too many spaces")
    return None


def _fault(status: int, code: int, message: str) -> Answered:
    return Answered(status, {"error": {"message": message, "type": "OAuthException", "code": code}})
