"""A Mattermost server as its API reference describes it: a bot, people, and a channel."""

from typing import Any
from urllib.parse import unquote

from tests.standins.chat_server import Answered, Asked, ChatServer

TOKEN = "9xuqwrwgstrb3mzrxb83nb357a"
CHANNEL = "4xp9fdt7pbgium38k0k6w95oa4"
ANN: dict[str, Any] = {
    "id": "u" * 26,
    "username": "ann",
    "email": "ann@example.com",
    "delete_at": 0,
}
GONE: dict[str, Any] = {
    "id": "g" * 26,
    "username": "gone",
    "email": "gone@example.com",
    "delete_at": 1,
}
BOT: dict[str, Any] = {"id": "b" * 26, "username": "tocsin", "email": "", "delete_at": 0}


class MattermostServer(ChatServer):
    """``posts`` are what is there, by their ids."""

    def __init__(self) -> None:
        super().__init__()
        self.posts: dict[str, dict[str, Any]] = {}

    def answer(self, asked: Asked) -> Answered:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return refusal(401, "Invalid or expired session, please login again.")
        match asked.path.removeprefix("/api/v4/").split("/"):
            case ["users", "me"]:
                return Answered(200, BOT)
            case ["users", "username" | "email" as field, value]:
                return _found(field, unquote(value))
            case ["channels", "direct"]:
                return Answered(201, {"id": f"d{asked.json[1][1:]}"})
            case ["posts"]:
                return self._post(asked.json)
            case ["posts", id_]:
                return self._change(id_, asked.json)
        return refusal(404, "Sorry, we could not find the page.")

    def _post(self, fields: dict[str, Any]) -> Answered:
        if fields["channel_id"].startswith("x"):
            return refusal(403, "You do not have the appropriate permissions.")
        for attachment in fields.get("props", {}).get("attachments", []):
            assert all(action["id"].isalnum() for action in attachment["actions"])
        id_ = f"p{len(self.posts)}"
        self.posts[id_] = {"id": id_, **fields}
        return Answered(201, self.posts[id_])

    def _change(self, id_: str, fields: dict[str, Any]) -> Answered:
        if id_ not in self.posts:
            return refusal(404, "Unable to get the post.")
        assert fields["id"] == id_
        self.posts[id_] |= fields
        return Answered(200, self.posts[id_])


def refusal(status: int, message: str) -> Answered:
    """What Mattermost says where it refuses."""
    told = {"id": "api.error", "message": message, "request_id": "r", "status_code": status}
    return Answered(status, told)


def pressed(context: dict[str, Any], user: dict[str, Any] = ANN) -> dict[str, Any]:
    """What is told of a button."""
    return {
        "user_id": user["id"],
        "user_name": user["username"],
        "channel_id": CHANNEL,
        "post_id": "p0",
        "trigger_id": "t",
        "type": "button",
        "context": context,
    }


def _found(field: str, value: str) -> Answered:
    for user in (ANN, GONE):
        if user[field] == value:
            return Answered(200, user)
    return refusal(404, "Unable to find the user.")
