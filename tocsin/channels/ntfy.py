"""ntfy: a message to a topic of ntfy.sh or of a server of one's own, with buttons that answer."""

from collections.abc import Iterator, Mapping
from itertools import islice
from typing import Any, ClassVar, Final, Self

import httpx

from tocsin.channels.asking import Answer, Undelivered
from tocsin.channels.chats.api import call, refusal
from tocsin.channels.push_text import MOST_TITLE, is_urgent, within_bytes
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.channel import Declaration, Delivery
from tocsin.domain.reaching.contact_kind import Field, Kind
from tocsin.domain.reaching.labels import labels_of
from tocsin.domain.reaching.message import Message
from tocsin.kit.text import shortened

MOST_BYTES: Final = 4096  # more becomes an attachment
MOST_BUTTONS: Final = 3
URGENT, USUAL = 5, 3

KIND: Final = Kind(
    name="ntfy",
    label="ntfy",
    address=Field(
        name="address",
        label="Topic",
        kind="text",
        example="oncall-ann-x7Kq2",
        help="letters, figures, - and _, at most 64 of them,",
        pattern=r"[-_A-Za-z0-9]{1,64}",
    ),
    is_secret=True,  # whoever knows a topic reads what comes there
)

# What its codes say beyond their status: of the topic, and of us.
_WRONG_TOPIC: Final = frozenset({40009, 40010, 40301, 50701})
_OUR_FAULT: Final = frozenset({40101, 42908})


class Ntfy:
    """Publishes on one server."""

    declaration: ClassVar[Declaration] = Declaration(
        name="ntfy",
        label="ntfy",
        kind=KIND,
        settings=(
            Field(
                name="base_url",
                label="Server",
                kind="url",
                example="https://ntfy.sh",
                help="ntfy.sh, or the address of your own server",
            ),
            Field(
                name="token",
                label="Access token",
                kind="secret",
                example="tk_AgQdq7mVBoFD37zQVN29RhuMzNIz2",
                help="of a user who may publish; none if everybody may",
                required=False,
            ),
        ),
        answers=True,
        tested="a server that behaves as ntfy's documentation says",
    )

    def __init__(self, http: httpx.AsyncClient, base_url: str, token: str) -> None:
        self._http = http
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], _callback: str) -> Self:
        """Make it."""
        return cls(tools.http, settings["base_url"], settings["token"])

    async def send(self, message: Message, address: str) -> Delivery:
        """Publish once."""
        try:
            answer = await call(
                self._http,
                "POST",
                self._base_url,
                headers=self._headers,
                json=_drawn(message, address),
            )
        except Undelivered as silence:
            return silence.delivery
        return _judge(answer)


def _drawn(message: Message, topic: str) -> dict[str, Any]:
    is_loud = is_urgent(message)
    drawn = {
        "topic": topic,
        "title": shortened(message.title, MOST_TITLE),
        "message": within_bytes(message.body, MOST_BYTES),
        "priority": URGENT if is_loud else USUAL,
        "tags": ["rotating_light"] if is_loud else [],
        "actions": list(_buttons(message)),
    }
    if message.answer_url:
        drawn["click"] = message.answer_url
    return drawn


def _buttons(message: Message) -> Iterator[dict[str, Any]]:
    """Let the app itself answer: the token is good for this message alone."""
    for deed, label in islice(labels_of(message).items(), MOST_BUTTONS):
        yield {
            "action": "http",
            "label": label,
            "method": "POST",
            "url": f"{message.answer_url}/{deed}",
            "headers": {"Authorization": f"Bearer {message.token}"},
            "clear": True,
        }


def _judge(answer: Answer) -> Delivery:
    if answer.is_success:
        name = answer.json.get("id")
        return Delivery(ok=True, detail="Taken by ntfy", provider_id=str(name) if name else None)
    code = answer.json.get("code")
    return refusal(
        answer,
        answer.json.get("error"),
        for_good=code in _WRONG_TOPIC,
        is_our_fault=code in _OUR_FAULT or (code is None and answer.status in {401, 404}),
    ).delivery
