"""What a Mattermost server tells: buttons that were pressed, and commands that were typed."""

import hmac
from typing import Any, Final

import msgspec

from tocsin.channels.chats.sheet import answer_of
from tocsin.channels.chats.text import heard_in_text
from tocsin.domain.reaching.hearing import Callback, Command, Forged, Heard, Unheard
from tocsin.kit.foreign_json import NotJsonError, decode

ACTION: Final = "action"
COMMAND: Final = "command"


class Context(msgspec.Struct, frozen=True, kw_only=True):
    """What a button carries, which only the server sees; ``user`` is who may press it."""

    mark: str
    user: str = ""
    language: str = "en"
    proof: str = ""


class Pressed(msgspec.Struct, frozen=True, kw_only=True):
    """A button that was pressed, and by whom."""

    user_id: str
    user_name: str
    channel_id: str = ""
    context: Context

    @property
    def is_foreign(self) -> bool:
        """Whether the message went to somebody else."""
        return bool(self.context.user) and self.context.user != self.user_id


_PRESSED: Final = msgspec.json.Decoder(Pressed)


def proven(key: bytes, context: Context) -> Context:
    """Return it with a proof that it was made here: the server signs nothing."""
    return msgspec.structs.replace(context, proof=_proof(key, context))


def read_pressed(body: bytes, key: bytes) -> Pressed:
    """Read who pressed what. Raises Unheard and Forged."""
    try:
        pressed = decode(body, _PRESSED)
    except NotJsonError as error:
        raise Unheard(f"{error}.") from None
    proof = _proof(key, pressed.context)
    if not hmac.compare_digest(proof.encode(), pressed.context.proof.encode()):
        raise Forged("The context of the button was not made here.")
    return pressed


def heard_press(pressed: Pressed) -> Heard:
    """Return what is wanted; nothing if it is not theirs to want."""
    if pressed.is_foreign:
        return Heard()
    person = f"@{pressed.user_name}"
    place = person if pressed.context.user else pressed.channel_id
    answer = answer_of(pressed.context.mark, person=person, place=place)
    return Heard(answers=(answer,), token=answer.token)


def heard_command(callback: Callback, token: str) -> Heard:
    """Return what a command wants. Raises Forged."""
    form = dict(callback.form)
    given = form.get("token", "")
    if not token or not hmac.compare_digest(given.encode(), token.encode()):
        raise Forged("The token is not that of the slash command.")
    sender = f"@{form.get('user_name', '')}"
    heard = heard_in_text(form.get("text", ""), sender)
    if heard.answers or heard.commands:
        return heard
    return Heard(commands=(Command(word="help", text=form.get("command", ""), sender=sender),))


def _proof(key: bytes, context: Context) -> str:
    signed: Any = (context.mark, context.user, context.language)
    return hmac.new(key, msgspec.json.encode(signed), "sha256").hexdigest()
