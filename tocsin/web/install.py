"""Installing: what a browser needs to put Tocsin on a home screen."""

from typing import Final

import msgspec
from starlette.responses import Response

from tocsin.web.files import SERVICE_WORKER, address_of
from tocsin.web.page import Page
from tocsin.web.visit import Visit


async def describe(visit: Visit) -> Response:
    """Answer with the manifest."""
    name = visit.house.account.account_name
    manifest = {
        "id": "/",
        "name": name,
        "short_name": name,
        "description": "On call, and incident response.",
        "start_url": "/incidents",
        "scope": "/",
        "display": "standalone",
        "background_color": "#0f1216",
        "theme_color": "#171b21",
        "icons": [
            _icon("bell.svg", "any"),
            _icon("home.svg", "any"),
            _icon("home.svg", "maskable"),
        ],
        "shortcuts": [
            {"name": "On call", "url": "/oncall"},
            {"name": "New incident", "url": "/incidents/new"},
        ],
    }
    return Response(msgspec.json.encode(manifest), media_type="application/manifest+json")


def _icon(name: str, purpose: str) -> dict[str, str]:
    return {
        "src": address_of(name),
        "sizes": "any",
        "type": "image/svg+xml",
        "purpose": purpose,
    }


async def work(_visit: Visit) -> Response:
    """Answer with what works while no page is open: its address says for which pages, all."""
    headers = {"cache-control": "no-cache"}
    return Response(SERVICE_WORKER, media_type="text/javascript", headers=headers)


PAGES: Final = (
    Page("GET", "/manifest.webmanifest", describe),
    Page("GET", "/service-worker.js", work),
)
