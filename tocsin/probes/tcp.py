"""TCP: a connection, and perhaps a few words."""

import asyncio
import re
from typing import Final

from tocsin.domain.monitoring.monitor import Tcp
from tocsin.probes.facing import facing
from tocsin.probes.look import Fault, Look
from tocsin.probes.reading import quoted

MOST_BYTES: Final = 65_536
_ESCAPE: Final = re.compile(r"\\([rnt0\\])")
_MEANT: Final = {"r": "\r", "n": "\n", "t": "\t", "0": "\0", "\\": "\\"}


async def measure(target: Tcp, look: Look) -> None:
    """Connect, say something, and wait for words."""
    async with facing(target.host, target.port, look):
        reader, writer = await look.tools.outbound.connect(target.host, target.port)
        try:
            writer.write(_meant(target.send))
            heard = await _listen(reader, _meant(target.expects))
        finally:
            writer.close()
    if not heard:
        raise Fault("content", f"The text {quoted(target.expects)} is missing")


async def _listen(reader: asyncio.StreamReader, expected: bytes) -> bool:
    """Read until the words have come; False if they do not."""
    heard = b""
    while expected not in heard and len(heard) < MOST_BYTES:
        part = await reader.read(MOST_BYTES)
        if not part:
            break
        heard += part
    return expected in heard


def _meant(text: str) -> bytes:
    r"""Return what is sent: \r, \n, \t, \0 and \\ are written as in most languages."""
    return _ESCAPE.sub(lambda found: _MEANT[found[1]], text).encode()
