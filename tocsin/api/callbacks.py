"""Callbacks: where other servers say what people did to incidents of our notification channels."""

import re
from collections.abc import Mapping
from typing import Final

from starlette.types import Receive, Scope, Send

from tocsin.api.body import Gone, Unread, as_text, read_body
from tocsin.api.replies import reply
from tocsin.api.strange_calls import StrangeCalls
from tocsin.domain.monitoring.following import Unreadable, Webhook, is_signed, read_webhook
from tocsin.usecases.errors import DatabaseAway, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.intake.quarantine import StrangeCall
from tocsin.usecases.monitoring import following
from tocsin.usecases.monitoring.following import Follower

PREFIX: Final = "/callbacks/pagerduty/"
LONGEST_ID: Final = 200

_ADDRESS: Final = re.compile(r"/callbacks/pagerduty/(?P<id>[A-Z0-9]{1,14})/?")

Answer = tuple[int, str]

_TAKEN: Final[Answer] = (200, "OK")
_UNKNOWN: Final[Answer] = (404, "No notification channel hears at this address.")
_WRONG_METHOD: Final[Answer] = (405, "Use POST.")
_UNSIGNED: Final[Answer] = (401, "X-PagerDuty-Signature is missing.")
_FORGED: Final[Answer] = (401, "X-PagerDuty-Signature is not made with the channel's secret.")
_UNREADABLE: Final[Answer] = (400, "The body is no webhook of version 3.")
_AWAY: Final[Answer] = (503, "The database is away; call again in 5 seconds.")


class CallbacksApp:
    """A bare ASGI application: whoever signs with a channel's secret is believed."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._strange = StrangeCalls(house)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, unless its sender hangs up."""
        headers = dict(scope["headers"])
        try:
            body = await read_body(headers, receive)
            status, text = await self._answer(scope, headers, body)
        except Unread as why:
            status, text = why.status, f"{why.sentence}."
        except DatabaseAway:
            status, text = _AWAY
        except Gone:
            return
        await reply(send, status, text.encode())

    async def _answer(self, scope: Scope, headers: Mapping[bytes, bytes], body: bytes) -> Answer:
        address = _ADDRESS.fullmatch(scope["path"])
        if address is None:
            return _UNKNOWN
        if scope["method"] != "POST":
            return _WRONG_METHOD
        try:
            follower = await following.get(self._house, address["id"])
        except NotFound:
            return _UNKNOWN
        answer, webhook = _judged(follower, headers, body)
        if webhook is None:
            call = StrangeCall(
                path=f"{PREFIX}{follower.channel_id}",
                sender=(scope.get("client") or ("",))[0],
                headers=as_text(headers),
                body=body,
                why=answer[1],
                secrets=follower.secrets,
            )
            await self._strange.keep(call)
            return answer
        id_ = headers.get(b"x-webhook-id", b"").decode("latin-1") or webhook.id
        now = self._house.clock()
        await following.hear(self._house, follower, id_[:LONGEST_ID], webhook, now)
        return answer


def _judged(
    follower: Follower, headers: Mapping[bytes, bytes], body: bytes
) -> tuple[Answer, Webhook | None]:
    """Return what is answered, and the webhook if it is believed and understood."""
    signature = headers.get(b"x-pagerduty-signature", b"").decode("latin-1")
    if not signature:
        return _UNSIGNED, None
    if not is_signed(body, signature, follower.secrets):
        return _FORGED, None
    try:
        return _TAKEN, read_webhook(body)
    except Unreadable:
        return _UNREADABLE, None
