"""What Slack tells us: buttons that were pressed and commands that were typed."""

import hmac
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final, cast

import msgspec

from tocsin.channels.commands import command_in
from tocsin.domain.reaching.answer import DEEDS, Answer, Deed, Upshot
from tocsin.domain.reaching.hearing import Callback, Command, Forged, Heard, Unheard
from tocsin.domain.reaching.phrases import phrase
from tocsin.kit.text import is_digits, printable

TIMESTAMP: Final = "x-slack-request-timestamp"
SIGNATURE: Final = "x-slack-signature"
FRESH: Final = 300  # seconds that a call may be old, or from the future

_ORDERS: Final[Mapping[str, Deed]] = {
    "ack": "acknowledge",
    "acknowledge": "acknowledge",
    "resolve": "resolve",
    "escalate": "escalate",
}
_LANGUAGE: Final = re.compile(r"answer-(?P<language>[a-z]{2})")


class Pressed(msgspec.Struct, frozen=True, kw_only=True):
    """A button that a member pressed. ``value`` is what we gave it.

    A message's is its token and whose it is; that of a post in a room is the incident's number.
    """

    user: str
    action: str
    value: str
    language: str = ""
    response_url: str = ""
    blocks: Sequence[dict[str, Any]] = ()

    @property
    def is_in_room(self) -> bool:
        """Whether it stands in a room, where others may press it too."""
        return self.value.startswith("#")

    @property
    def is_foreign(self) -> bool:
        """Whether somebody else's message was answered."""
        return not self.is_in_room and self.value.rpartition("@")[2] != self.user


class Typed(msgspec.Struct, frozen=True, kw_only=True):
    """What a member wrote after our command."""

    user: str
    command: str
    text: str
    response_url: str = ""


Told = Pressed | Typed


def check(callback: Callback, secret: str, now: datetime) -> None:
    """Let only what Slack has signed lately pass. Raises Forged."""
    stamp = callback.headers.get(TIMESTAMP, "")
    signature = callback.headers.get(SIGNATURE, "")
    if not stamp or not signature:
        raise Forged("X-Slack-Signature and X-Slack-Request-Timestamp are needed.")
    if not is_digits(stamp, 12) or abs(now.timestamp() - int(stamp)) > FRESH:
        raise Forged(f"X-Slack-Request-Timestamp must be within {FRESH} seconds of now.")
    signed = b"v0:%s:%s" % (stamp.encode(), callback.body)
    made = hmac.new(secret.encode(), signed, "sha256").hexdigest()
    if not hmac.compare_digest(f"v0={made}".encode(), signature.encode()):
        raise Forged("X-Slack-Signature is not made with the signing secret of the app.")


def read(callback: Callback) -> Told | None:
    """Understand a call; None asks nothing of us. Raises Unheard."""
    form = dict(callback.form)
    if "ssl_check" in form:
        return None
    if "payload" in form:
        return read_button(form["payload"])
    if "command" in form:
        return read_command(form)
    raise Unheard("The body is neither a button nor a command of Slack.")


def read_button(payload: str | Mapping[str, Any]) -> Pressed | None:
    """Understand a button; None if it is a link, or something else that was pressed."""
    try:
        told = (
            msgspec.json.decode(payload, type=_Payload)
            if isinstance(payload, str)
            else msgspec.convert(payload, _Payload)
        )
    except msgspec.MsgspecError as error:
        raise Unheard("The payload is no interaction of Slack.") from error
    if told.type != "block_actions" or not told.actions or told.actions[0].action_id not in DEEDS:
        return None
    action = told.actions[0]
    named = _LANGUAGE.fullmatch(action.block_id)
    return Pressed(
        user=told.user.id,
        action=action.action_id,
        value=action.value,
        language=named["language"] if named else "",
        response_url=told.response_url,
        blocks=told.message.blocks,
    )


def read_command(form: Mapping[str, Any]) -> Typed:
    """Understand a command. Raises Unheard."""
    if not form.get("user_id"):
        raise Unheard("The command does not say who typed it.")
    return Typed(
        user=str(form["user_id"]),
        command=str(form.get("command", "")),
        text=printable(str(form.get("text", ""))).strip(),
        response_url=str(form.get("response_url", "")),
    )


def heard(told: Told | None) -> Heard:
    """Return what is to be done about it."""
    match told:
        case Pressed():
            return _pressed(told)
        case Typed():
            return _typed(told)
        case None:
            return Heard()


def sentence(told: Told, upshots: Sequence[Upshot], language: str) -> str:
    """Return what is answered, in words; in a language if nothing says another."""
    if upshots:
        return "\n".join(upshot.sentence for upshot in upshots)
    return phrase("chat_foreign", told.language or language) if isinstance(told, Pressed) else ""


def _pressed(told: Pressed) -> Heard:
    deed = cast("Deed", told.action)
    if told.is_foreign:
        return Heard()
    if not told.is_in_room:
        return Heard(answers=(Answer(deed=deed, token=told.value.rpartition("@")[0]),))
    number = told.value[1:]
    if not is_digits(number):
        return Heard()
    return Heard(answers=(Answer(deed=deed, sender=told.user, number=int(number)),))


def _typed(told: Typed) -> Heard:
    word, _, rest = told.text.partition(" ")
    word, rest = word.lower(), rest.strip()
    number = rest.removeprefix("#")
    if word == "list":
        return Heard(answers=(Answer(deed="list", sender=told.user),))
    if word in _ORDERS and is_digits(number):
        answer = Answer(deed=_ORDERS[word], sender=told.user, number=int(number))
        return Heard(answers=(answer,))
    command = command_in(told.text, told.user)
    return Heard(commands=(command or Command(word="help", text=told.command, sender=told.user),))


class _Member(msgspec.Struct, frozen=True):
    id: str


class _Action(msgspec.Struct, frozen=True):
    action_id: str
    value: str = ""
    block_id: str = ""


class _Original(msgspec.Struct, frozen=True):
    blocks: tuple[dict[str, Any], ...] = ()


class _Payload(msgspec.Struct, frozen=True, kw_only=True):
    type: str
    user: _Member
    actions: tuple[_Action, ...] = ()
    message: _Original = _Original()
    response_url: str = ""
