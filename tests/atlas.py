"""A stand-in for MongoDB Atlas: it lets in who has its key, and keeps what it is told."""

import asyncio
import base64
import hashlib
import json
import re
from collections.abc import AsyncIterator
from typing import Any, Final

import pytest

from tests.standins.requests import Read, serving

PUBLIC, PRIVATE = "abcdefgh", "11111111-2222-3333-4444-555555555555"
TOKEN: Final = "token-of-an-hour"
MEDIA: Final = "application/vnd.atlas.2024-05-30+json"

_FIELD: Final = re.compile(r'(\w+)=(?:"([^"]*)"|([^\s,]+))')
_CHALLENGE: Final = 'WWW-Authenticate: Digest realm="MMS", nonce="n0", qop="auth", algorithm=MD5'


class Atlas:
    """``told`` are the paths and bodies that it has taken; ``status`` is how it answers them."""

    def __init__(self) -> None:
        self.told: list[tuple[str, Any]] = []
        self.status = "200 OK"
        self.token = json.dumps({"access_token": TOKEN, "expires_in": 3600})
        self.url = ""
        self._server: asyncio.Server | None = None

    async def open(self) -> None:
        """Listen at a free port."""
        self._server = await asyncio.start_server(serving(self._tell), "127.0.0.1", 0)
        self.url = f"http://127.0.0.1:{self._server.sockets[0].getsockname()[1]}"

    def close(self) -> None:
        """Refuse new connections."""
        if self._server is not None:
            self._server.close()

    async def _tell(self, read: Read, writer: asyncio.StreamWriter) -> None:
        status, extra, said = self._answer(*read)
        lines = [f"HTTP/1.1 {status}", *extra, f"Content-Length: {len(said)}", "Connection: close"]
        writer.write("\r\n".join([*lines, "", said]).encode())

    def _answer(
        self, line: str, headers: dict[str, str], body: bytes
    ) -> tuple[str, tuple[str, ...], str]:
        method, path, _ = line.split()
        proof = headers.get("authorization", "")
        if path == "/api/oauth/token":
            return self._grant(proof, body)
        if proof != f"Bearer {TOKEN}" and not _is_proven(proof, method, path):
            return "401 Unauthorized", (_CHALLENGE,), "Who are you?"
        if (method, headers["accept"], headers["content-type"]) != ("PATCH", MEDIA, MEDIA):
            return "406 Not Acceptable", (), ""
        if self.status == "200 OK":
            self.told.append((path, json.loads(body)))
        return self.status, (), "{}"

    def _grant(self, proof: str, body: bytes) -> tuple[str, tuple[str, ...], str]:
        known = base64.b64encode(f"{PUBLIC}:{PRIVATE}".encode()).decode()
        if proof == f"Basic {known}" and body == b"grant_type=client_credentials":
            return "200 OK", (), self.token
        return "401 Unauthorized", (), "No such service account"


def _is_proven(proof: str, method: str, path: str) -> bool:
    """Check a digest as RFC 7616 has it."""
    if not proof.startswith("Digest "):
        return False
    said = {name: quoted or plain for name, quoted, plain in _FIELD.findall(proof)}
    who = _md5(f"{said['username']}:MMS:{PRIVATE}")
    what = _md5(f"{method}:{path}")
    due = _md5(f"{who}:n0:{said['nc']}:{said['cnonce']}:{said['qop']}:{what}")
    return (said["username"], said["uri"], said["response"]) == (PUBLIC, path, due)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@pytest.fixture
async def atlas() -> AsyncIterator[Atlas]:
    """Give an Atlas of our own."""
    atlas = Atlas()
    await atlas.open()
    yield atlas
    atlas.close()
