"""Calls by SIP: through a trunk or a telephone system of one's own, with speech made here."""

import asyncio
from collections.abc import Mapping
from contextlib import suppress
from typing import ClassVar, Final, Self

from tocsin.channels.calls.calling import NO_KEY
from tocsin.channels.dialling import PAUSE, dialled
from tocsin.channels.sip.answers import judge
from tocsin.channels.sip.script import Script, write
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.channel import Declaration, Delivery
from tocsin.domain.reaching.contact_kind import PHONE, Field
from tocsin.domain.reaching.message import Message
from tocsin.kit.softphone import CallEnded, Softphone, Trunk, is_installed
from tocsin.kit.speech import Speaker, SpeechlessError

RING_FOR: Final = 40.0  # seconds
TALK_AT_MOST: Final = 90.0
SETTLING: Final = 1.0  # seconds until whoever answered holds the telephone to the ear
KEY_WITHIN: Final = 6.0
EXTENSION_PAUSE: Final = 2.0
MOST_MISSES: Final = 3  # keys that mean nothing

HUNG_UP: Final = "Answered, and hung up without pressing a key."
MEANT_NOTHING: Final = "Answered with a key that means nothing."
ENCRYPTED: Final = "tls_srtp"

NOT_INSTALLED: Final = Delivery(
    ok=False,
    detail="Calls by SIP need the extra sip: install tocsin[sip] and restart the server.",
    is_our_fault=True,
)

_SERVER: Final = r"(?!.*\.\.)[A-Za-z0-9][A-Za-z0-9.-]*(:[0-9]{1,5})?"
_SETTINGS: Final = (
    Field(
        name="server",
        label="Server",
        kind="text",
        example="sip.example.com:5060",
        help="the name of your trunk or telephone system, with its port if it is another",
        pattern=_SERVER,
        is_host=True,
    ),
    Field(
        name="transport",
        label="Transport",
        kind="choice",
        example="udp",
        choices=(
            ("udp", "UDP"),
            ("tcp", "TCP"),
            ("tls", "TLS"),
            (ENCRYPTED, "TLS, and speech encrypted by SRTP"),
        ),
    ),
    Field(
        name="user",
        label="User",
        kind="text",
        example="tocsin",
        help="the user or extension that calls are made as",
        pattern=r"[A-Za-z0-9_.+~*!-]+",
    ),
    Field(
        name="password",
        label="Password",
        kind="secret",
        example="a password",
        help="a password without quotation marks and backslashes",
        required=False,
        pattern=r'[^"\\\x00-\x1f\x7f]+',
    ),
    Field(
        name="caller",
        label="Caller number",
        kind="tel",
        example="+15550100",
        help="the number that is shown, if the server lets you choose",
        required=False,
        pattern=r"\+?[0-9]+",
    ),
    Field(
        name="registers",
        label="Registration",
        kind="choice",
        example="no",
        choices=(("no", "Call without registering"), ("yes", "Register before each call")),
    ),
    Field(
        name="prefix",
        label="Dialled in place of +",
        kind="text",
        example="00",
        help="what the server wants before the country code, if not a plus sign",
        required=False,
        pattern=r"[0-9*#]+",
    ),
)


class Sip:
    """Calls through one trunk; ``prefix`` is dialled before the country code."""

    declaration: ClassVar[Declaration] = Declaration(
        name="sip",
        label="Telephone call by SIP",
        kind=PHONE,
        settings=_SETTINGS,
        answers=True,
        timeout=RING_FOR + TALK_AT_MOST + 30,
        tested="SIPp 3.6 and a second baresip, on one machine; no carrier",
    )

    def __init__(self, trunk: Trunk, *, prefix: str = "+", speaker: Speaker) -> None:
        self._trunk = trunk
        self._prefix = prefix
        self._speaker = speaker

    @classmethod
    def make(cls, _tools: Tools, settings: Mapping[str, str], _callback: str) -> Self:
        """Make it as it was set up."""
        is_secret = settings["transport"] == ENCRYPTED
        trunk = Trunk(
            server=settings["server"],
            transport="tls" if is_secret else settings["transport"],
            is_secret=is_secret,
            user=settings["user"],
            password=settings.get("password", ""),
            caller=settings.get("caller", ""),
            registers=settings["registers"] == "yes",
        )
        return cls(trunk, prefix=settings.get("prefix") or "+", speaker=Speaker())

    async def send(self, message: Message, address: str) -> Delivery:
        """Call once, say what there is, and take a key for an answer."""
        if not is_installed():
            return NOT_INSTALLED
        try:
            script = await write(message, self._speaker)
            async with Softphone.open() as phone:
                return await self._call(phone, script, address)
        except SpeechlessError as why:
            return Delivery(ok=False, detail=str(why), is_our_fault=True)
        except CallEnded as ended:
            return judge(ended)
        except TimeoutError:
            return Delivery(ok=False, detail="The SIP telephone did not react.", retry=True)

    async def _call(self, phone: Softphone, script: Script, address: str) -> Delivery:
        target = dialled(address)
        number = self._prefix + target.number.removeprefix("+")
        await phone.dial(self._trunk, number, ring_for=RING_FOR)
        talk = _Talk(phone, script)
        try:
            async with asyncio.timeout(TALK_AT_MOST):
                await asyncio.sleep(SETTLING)
                await _dial_on(phone, target.extension)
                return await talk.hold()
        except CallEnded as ended:
            if ended.why != "closed":
                raise
            return talk.unanswered(HUNG_UP)
        except TimeoutError:
            return talk.unanswered()


async def _dial_on(phone: Softphone, extension: str) -> None:
    for number, keys in enumerate(extension.split(PAUSE)):
        if number:
            await asyncio.sleep(EXTENSION_PAUSE)
        if keys:
            await phone.press(keys)


class _Talk:
    """What is said to whoever took a call, and the keys that they press."""

    def __init__(self, phone: Softphone, script: Script) -> None:
        self._phone = phone
        self._script = script
        self._misses = 0

    async def hold(self) -> Delivery:
        """Say it all, until a key is pressed that means something."""
        for scene in self._script.scenes:
            if not scene.asks:
                await self._phone.say(scene.sound)
                continue
            key = await self._ask(scene.sound)
            if key in self._script.deeds:
                return await self._conclude(key)
        return self.unanswered()

    def unanswered(self, why: str = NO_KEY) -> Delivery:
        """Say what a call without an answer proves: with any key, that somebody listened.

        Without one, it may have been a machine; what asks for no key tells nothing of that.
        """
        if self._misses:
            return Delivery(ok=True, detail=MEANT_NOTHING, is_received=True)
        if not self._script.deeds:
            return Delivery(ok=True, detail="Said to whoever took the call.")
        return Delivery(ok=False, detail=why, retry=True, is_unproven=True)

    async def _ask(self, sound: bytes) -> str:
        """Return the key that is pressed, blank if none is."""
        key = await self._phone.ask(sound, wait=KEY_WITHIN)
        while key and key not in self._script.deeds and self._misses < MOST_MISSES:
            self._misses += 1
            key = await self._phone.ask(self._script.unknown + sound, wait=KEY_WITHIN)
        return key or ""

    async def _conclude(self, key: str) -> Delivery:
        deed = self._script.deeds[key]
        with suppress(CallEnded, TimeoutError):  # who has pressed the key may hang up
            await self._phone.say(self._script.confirmations[deed])
        return Delivery(ok=True, detail=f"Answered with {key}.", is_received=True, answer=deed)
