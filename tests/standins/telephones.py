"""Telephones at the other end of the line: one that answers, and SIPp for those that do not."""

import asyncio
import json
import random
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

PEER = Path(__file__).with_name("sip_peer.py")

_SAME = "[last_Via:]\n[last_From:]\n[last_To:];tag=[call_number]\n[last_Call-ID:]\n[last_CSeq:]\n"


class Peer:
    """A telephone that answers; what it heard is known once the call is over."""

    def __init__(self, port: int, process: asyncio.subprocess.Process) -> None:
        self.server = f"127.0.0.1:{port}"
        self.secure_server = f"127.0.0.1:{port + 1}"
        self._process = process

    async def report(self) -> dict[str, Any]:
        """Return what was heard, once the call is over."""
        return await _line_of(self._process)


@asynccontextmanager
async def answering(*keys: tuple[float, str], **part: Any) -> AsyncIterator[Peer]:
    """Run a telephone that answers and presses keys, each after so many seconds."""
    port = free_port()
    told = json.dumps({"port": port, "keys": keys, **part})
    process = await asyncio.create_subprocess_exec(
        sys.executable, PEER, told, stdout=asyncio.subprocess.PIPE
    )
    try:
        await _line_of(process)
        yield Peer(port, process)
    finally:
        await _end(process)


@asynccontextmanager
async def refusing(status: str, *headers: str, calls: int = 1) -> AsyncIterator[str]:
    """Run a server that refuses so many calls."""
    answer = "\n".join((f"SIP/2.0 {status}", _SAME.strip(), *headers, "Content-Length: 0", "", ""))
    scenario = f"""<scenario name="refuses"><recv request="INVITE"/>
        <send retrans="500"><![CDATA[{answer}]]></send><recv request="ACK"/></scenario>"""
    async with _sipp(scenario, calls=calls) as server:
        yield server


@asynccontextmanager
async def challenging(registers: str) -> AsyncIterator[str]:
    """Run a server that never believes a password."""
    challenge = 'WWW-Authenticate: Digest realm="test", nonce="0001", algorithm=MD5'
    answer = f"SIP/2.0 401 Unauthorized\n{_SAME}{challenge}\nContent-Length: 0\n\n"
    once = f"""<recv request="{registers}"/><send><![CDATA[{answer}]]></send>"""
    acknowledged = '<recv request="ACK" optional="true"/>' if registers == "INVITE" else ""
    async with _sipp(f'<scenario name="doubts">{(once + acknowledged) * 2}</scenario>') as server:
        yield server


@asynccontextmanager
async def registering(password: str) -> AsyncIterator[str]:
    """Run a server that is busy for those who register with the password."""
    challenge = 'WWW-Authenticate: Digest realm="test", nonce="0001", algorithm=MD5'
    doubt = f"SIP/2.0 401 Unauthorized\n{_SAME}{challenge}\nContent-Length: 0\n\n"
    known = f"SIP/2.0 200 OK\n{_SAME}Contact: <sip:x@127.0.0.1>;expires=60\nContent-Length: 0\n\n"
    busy = f"SIP/2.0 486 Busy Here\n{_SAME}Content-Length: 0\n\n"
    check = (
        f"""<action><verifyauth assign_to="1" username="tocsin" password="{password}"/></action>"""
    )
    scenario = f"""<scenario name="registers">
        <recv request="REGISTER" optional="true" next="5"/><recv request="INVITE"/>
        <send retrans="500"><![CDATA[{busy}]]></send><recv request="ACK" next="9"/>
        <label id="5"/><send><![CDATA[{doubt}]]></send>
        <recv request="REGISTER">{check}</recv><nop test="1" next="6"/>
        <send next="9"><![CDATA[{doubt}]]></send>
        <label id="6"/><send><![CDATA[{known}]]></send><label id="9"/></scenario>"""
    async with _sipp(scenario, calls=2) as server:
        yield server


@asynccontextmanager
async def ringing() -> AsyncIterator[str]:
    """Run a telephone that rings, and nobody is there."""
    rings = f"SIP/2.0 180 Ringing\n{_SAME}Content-Length: 0\n\n"
    gone = f"SIP/2.0 200 OK\n{_SAME}Content-Length: 0\n\n"
    scenario = f"""<scenario name="rings"><recv request="INVITE"/>
        <send><![CDATA[{rings}]]></send><recv request="CANCEL"/>
        <send><![CDATA[{gone}]]></send></scenario>"""
    async with _sipp(scenario) as server:
        yield server


@asynccontextmanager
async def _sipp(scenario: str, *, calls: int = 1) -> AsyncIterator[str]:
    port = free_port()
    null = asyncio.subprocess.DEVNULL
    with NamedTemporaryFile("w", suffix=".xml") as file:
        file.write(f'<?xml version="1.0" encoding="ISO-8859-1" ?>\n{scenario}\n')
        file.flush()
        where = ("-i", "127.0.0.1", "-p", str(port))
        arguments = ("-sf", file.name, *where, "-m", str(calls), "-nostdin")
        process = await asyncio.create_subprocess_exec(
            "sipp", *arguments, stdin=null, stdout=null, stderr=null
        )
        try:
            await _until_taken(port)
            yield f"127.0.0.1:{port}"
        finally:
            await _end(process)


async def _until_taken(port: int) -> None:
    async with asyncio.timeout(10):
        while _is_free(port):  # noqa: ASYNC110 - SIPp tells nobody
            await asyncio.sleep(0.02)


def free_port() -> int:
    """Return a port that nobody has, nor the one after it, and that nobody is given by chance."""
    return next(port for port in iter(_some_port, 0) if _is_free(port) and _is_free(port + 1))


def _some_port() -> int:
    return random.randrange(20_100, 32_000, 2)


def _is_free(port: int) -> bool:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as one:
        try:
            one.bind(("127.0.0.1", port))
        except OSError:
            return False
        return True


async def _line_of(process: asyncio.subprocess.Process) -> dict[str, Any]:
    assert process.stdout is not None
    line = await asyncio.wait_for(process.stdout.readline(), 30)
    told: dict[str, Any] = json.loads(line)
    return told


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.send_signal(signal.SIGKILL)
    await process.wait()
