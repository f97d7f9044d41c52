"""Telegram as its documentation describes it: one bot, some chats, and what people press."""

import asyncio
from typing import Any

from tests.standins.chat_server import Answered, Asked, ChatServer

TOKEN = "123456:ABC-DEF1234ghIkl"
ANN = 4711


class TelegramServer(ChatServer):
    """``refusals`` are what chats say, ``updates`` wait for whoever asks."""

    def __init__(self) -> None:
        super().__init__()
        self.token = TOKEN
        self.refusals: dict[str, Answered] = {}
        self.updates: list[dict[str, Any]] = []
        self.webhook: dict[str, Any] = {}
        self.came = asyncio.Event()

    @property
    def calls(self) -> list[tuple[str, Any]]:
        """The methods that were called, and with what."""
        return [(asked.path.rpartition("/")[2], asked.json) for asked in self.asked]

    def of(self, method: str) -> list[Any]:
        """With what a method was called."""
        return [fields for name, fields in self.calls if name == method]

    async def saw(self, method: str, times: int = 1) -> None:
        """Wait until a method has been called so often."""
        while len(self.of(method)) < times:
            self.heard.clear()
            await self.heard.wait()

    def happen(self, **update: Any) -> None:
        """Let something happen that the bot is told."""
        self.updates.append({"update_id": 100 + len(self.updates), **update})
        self.came.set()

    async def answer_slowly(self, asked: Asked) -> Answered:
        if asked.path.endswith("/getUpdates") and not self._newer(asked.json["offset"]):
            self.came.clear()
            await self.came.wait()
        return self.answer(asked)

    def answer(self, asked: Asked) -> Answered:
        bot, method = asked.path.removeprefix("/bot").split("/")
        if bot != self.token:
            return refusal(401, "Unauthorized")
        fields = asked.json
        if refused := self.refusals.get(str(fields.get("chat_id"))):
            return refused
        if any(len(key["callback_data"].encode()) > 64 for key in _keys(fields)):
            return refusal(400, "Bad Request: BUTTON_DATA_INVALID")
        return Answered(200, {"ok": True, "result": getattr(self, f"_{method}")(fields)})

    def _newer(self, offset: int) -> list[dict[str, Any]]:
        return [one for one in self.updates if one["update_id"] >= offset]

    def _getMe(self, fields: dict[str, Any]) -> Any:  # noqa: N802
        return {"id": 123456, "is_bot": True, "first_name": "Tocsin", "username": "tocsin_bot"}

    def _getUpdates(self, fields: dict[str, Any]) -> Any:  # noqa: N802
        return self._newer(fields["offset"])[: fields["limit"]]

    def _sendMessage(self, fields: dict[str, Any]) -> Any:  # noqa: N802
        return {"message_id": 7, "chat": {"id": int(fields["chat_id"]), "type": "private"}}

    def _editMessageText(self, fields: dict[str, Any]) -> Any:  # noqa: N802
        return {"message_id": fields["message_id"], "chat": {"id": int(fields["chat_id"])}}

    def _answerCallbackQuery(self, fields: dict[str, Any]) -> Any:  # noqa: N802
        return True

    def _setWebhook(self, fields: dict[str, Any]) -> Any:  # noqa: N802
        self.webhook = fields
        self.came.set()
        return True

    def _deleteWebhook(self, fields: dict[str, Any]) -> Any:  # noqa: N802
        self.webhook = {}
        return True


def refusal(status: int, why: str, **parameters: Any) -> Answered:
    """What Telegram says where it refuses."""
    told = {"ok": False, "error_code": status, "description": why, "parameters": parameters}
    return Answered(status, told)


def pressed(data: str, *, by: int = ANN, chat: int = ANN, kind: str = "private") -> dict[str, Any]:
    """What the bot is told of a button."""
    entities = [{"type": "bold", "offset": 0, "length": 9}]
    note = {
        "message_id": 7,
        "chat": {"id": chat, "type": kind},
        "text": "Disk full\nOn db-1",
        "entities": entities,
    }
    return {"id": "900", "from": {"id": by}, "message": note, "data": data, "chat_instance": "1"}


def written(text: str, *, by: int = ANN, chat: int = ANN, language: str = "en") -> dict[str, Any]:
    """What the bot is told of a text; chats with negative ids are groups."""
    kind = "private" if chat > 0 else "supergroup"
    sender = {"id": by, "is_bot": False, "language_code": language}
    return {"message_id": 8, "from": sender, "chat": {"id": chat, "type": kind}, "text": text}


def _keys(fields: dict[str, Any]) -> list[dict[str, str]]:
    rows = fields.get("reply_markup", {}).get("inline_keyboard", [])
    return [key for row in rows for key in row]
