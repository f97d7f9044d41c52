"""Vonage's SMS API on this machine, as its specification describes it."""

from urllib.parse import parse_qsl

from tests.standins.chat_server import Answered, Asked, ChatServer

KEY = "a1b2c3d4"
SECRET = "api-secret"
UNROUTABLE = "15550999"


class VonageServer(ChatServer):
    """``sent`` are the messages that it took. It answers 200 whatever it thinks of one."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: list[dict[str, str]] = []
        self.statuses: list[str] = []  # of the parts of the next message, if it is to be refused

    def answer(self, asked: Asked) -> Answered:
        """Take a message, or say which part of it is not taken."""
        assert (asked.method, asked.path) == ("POST", "/sms/json")
        fields = dict(parse_qsl(asked.body.decode(), keep_blank_values=True))
        if (fields.get("api_key"), fields.get("api_secret")) != (KEY, SECRET):
            return _said({"status": "4", "error-text": "Bad Credentials"})
        if not {"from", "to", "text"} <= fields.keys():
            return _said({"status": "2", "error-text": "Missing params"})
        if not fields["to"].isdecimal() or not 20_000 <= int(fields["ttl"]) <= 604_800_000:
            return _said({"status": "3", "error-text": "Invalid params"})
        if fields["to"] == UNROUTABLE:
            return _said({"to": UNROUTABLE, "status": "6", "error-text": "Unroutable"})
        if self.statuses:
            return _said(*({"status": one} for one in self.statuses))
        self.sent.append(fields)
        count = len(self.sent)
        return _said(
            {"to": fields["to"], "message-id": f"0A00{count}", "status": "0"},
            {"to": fields["to"], "message-id": f"0B00{count}", "status": "0"},
        )


def _said(*messages: dict[str, str]) -> Answered:
    return Answered(200, {"message-count": str(len(messages)), "messages": list(messages)})
