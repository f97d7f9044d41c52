"""Files that never change under their address: it holds a hash of what is in them."""

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from importlib.resources import files
from typing import Final

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

FOR_EVER: Final = "public, max-age=31536000, immutable"
STYLESHEET: Final = "tocsin.css"

# The parts of the one stylesheet, in their order.
STYLES: Final = (
    "tokens",
    "ground",
    "frame",
    "controls",
    "pieces",
    "door",
    "answers",
    "incidents",
    "incident",
    "policies",
    "oncall",
    "people",
    "schedules",
    "services",
    "settings",
    "analytics",
    "apps",
    "monitoring",
)

_STATIC: Final = files("tocsin.web").joinpath("static")


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
    return {file.address.rpartition("/")[2]: file for file in (*_styles(), *_icons(), *_scripts())}


def _styles() -> Iterator[File]:
    parts = (_STATIC.joinpath("css", f"{name}.css").read_bytes() for name in STYLES)
    yield _file(STYLESHEET, "text/css", b"\n".join(parts))


def _icons() -> Iterator[File]:
    for file in _STATIC.joinpath("icons").iterdir():
        yield _file(file.name, "image/svg+xml", file.read_bytes())


def _scripts() -> Iterator[File]:
    """Read modules; one hash stands for all of them, for they import each other by name."""
    contents = {file.name: file.read_bytes() for file in _STATIC.joinpath("js").iterdir()}
    mark = _hash(contents[name] for name in sorted(contents))
    for name, content in contents.items():
        yield File(f"/static/{mark}/{name}", "text/javascript", content)


def _file(name: str, kind: str, content: bytes) -> File:
    return File(f"/static/{_hash([content])}/{name}", kind, content)


def _hash(contents: Iterable[bytes]) -> str:
    return hashlib.sha256(b"\0".join(contents)).hexdigest()[:12]


SERVICE_WORKER: Final = _STATIC.joinpath("service-worker.js").read_bytes()
_FILES: Final = _read()
_BY_ADDRESS: Final = {file.address: file for file in _FILES.values()}
