"""Files that never change under their address: it holds a hash of what is in them."""

import hashlib
from collections.abc import Mapping
from importlib.resources import files
from typing import Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

KINDS: Final = {"css": "text/css", "svg": "image/svg+xml"}
FOR_EVER: Final = "public, max-age=31536000, immutable"


class File(msgspec.Struct, frozen=True):
    """A file, and what browsers are told about it."""

    address: str
    kind: str
    content: bytes


def address_of(name: str) -> str:
    """Return where a file is found."""
    return _FILES[name].address


async def send_file(request: Request) -> Response:
    """Answer with a file."""
    file = _BY_ADDRESS.get(request.url.path)
    if file is None:
        raise HTTPException(404)
    return Response(file.content, media_type=file.kind, headers={"cache-control": FOR_EVER})


def _read() -> Mapping[str, File]:
    folder = files("tocsin.web").joinpath("static")
    known = (file for file in folder.iterdir() if file.name.rpartition(".")[2] in KINDS)
    return {file.name: _file(file.name, file.read_bytes()) for file in known}


def _file(name: str, content: bytes) -> File:
    stem, _, ending = name.rpartition(".")
    address = f"/static/{stem}.{hashlib.sha256(content).hexdigest()[:12]}.{ending}"
    return File(address, KINDS[ending], content)


_FILES: Final = _read()
_BY_ADDRESS: Final = {file.address: file for file in _FILES.values()}
