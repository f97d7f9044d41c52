"""What is said in a call by SIP, made into sound before anybody is called."""

from collections.abc import Mapping

import msgspec

from tocsin.channels.calls import speaking
from tocsin.channels.calls.speaking import Part
from tocsin.channels.sip.readings import readable
from tocsin.domain.reaching.answer import Deed
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.phrases import phrase
from tocsin.kit.speech import Speaker


class Scene(msgspec.Struct, frozen=True):
    """A sound, and whether a key is waited for."""

    sound: bytes
    asks: bool


class Script(msgspec.Struct, frozen=True, kw_only=True):
    """``scenes`` are heard in their order until a key that means a deed is pressed.

    A key that means none is answered with ``unknown``, and the scene is heard once more.
    """

    scenes: tuple[Scene, ...]
    deeds: Mapping[str, Deed]
    confirmations: Mapping[Deed, bytes]
    unknown: bytes


async def write(message: Message, speaker: Speaker) -> Script:
    """Return what the person is told, and how each key is answered."""

    async def say(text: str) -> bytes:
        return await speaker.say(readable(text, message.language), message.language)

    async def play(part: Part) -> Scene:
        return Scene(await say(" ".join(part.sentences)), part.asks)

    deeds = {key: deed for key, deed in speaking.DEED_OF.items() if deed in message.deeds}
    return Script(
        scenes=tuple([await play(part) for part in speaking.call(message)]),
        deeds=deeds,
        confirmations={
            deed: await say(phrase(f"sip_taken_{deed}", message.language))
            for deed in deeds.values()
        },
        unknown=await say(phrase("call_unknown_key", message.language)) if deeds else b"",
    )
