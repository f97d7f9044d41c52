"""STARTTLS: the words by which a server of mail, files or a database is asked for TLS."""

import asyncio
import re
import struct
from collections.abc import Mapping
from typing import Final

import msgspec

from tocsin.domain.monitoring.monitor import StartTls
from tocsin.kit.text import one_line
from tocsin.probes.look import Fault

_POSTGRES: Final = struct.pack("!ii", 8, 80877103)  # what its manual calls SSLRequest


class _Talk(msgspec.Struct, frozen=True):
    """``turns``: what is said, and how a good answer begins. ``ends``: the line that ends one."""

    ends: re.Pattern[str]
    turns: tuple[tuple[str, str], ...]


_CODE: Final = re.compile(r"\d{3}(?!-)")
_TALKS: Final[Mapping[StartTls, _Talk]] = {
    "smtp": _Talk(_CODE, (("", "220"), ("EHLO [127.0.0.1]", "250"), ("STARTTLS", "220"))),
    "ftp": _Talk(_CODE, (("", "220"), ("AUTH TLS", "234"))),
    "pop3": _Talk(re.compile(r"\+OK|-ERR"), (("", "+OK"), ("STLS", "+OK"))),
    "imap": _Talk(re.compile(r"\* (OK|BYE|PREAUTH)|a "), (("", "* OK"), ("a STARTTLS", "a OK"))),
}


async def ask_for_tls(
    kind: StartTls, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> None:
    """Talk until the server is ready for a handshake."""
    if kind == "postgres":
        writer.write(_POSTGRES)
        _check(kind, (await reader.readexactly(1)).decode(errors="replace"), "S")
    elif kind != "none":
        talk = _TALKS[kind]
        for said, good in talk.turns:
            if said:
                writer.write(f"{said}\r\n".encode())
            _check(kind, await _answer(reader, talk.ends), good)


async def _answer(reader: asyncio.StreamReader, ends: re.Pattern[str]) -> str:
    while True:
        try:
            line = (await reader.readuntil(b"\n")).decode(errors="replace")
        except asyncio.LimitOverrunError:
            raise Fault("tls", "The server's answer has no end") from None
        if ends.match(line):
            return line


def _check(kind: StartTls, answer: str, good: str) -> None:
    if not answer.startswith(good):
        raise Fault("tls", f"The server offers no TLS by {kind}: {one_line(answer, 100)}")
