"""Leaving: pages from which people go back to the app that sent them here."""

from starlette.responses import Response

from tocsin.domain.machines.oauth import origin_of
from tocsin.web.safety import POLICY
from tocsin.web.visit import go_to


def leading_to(response: Response, *addresses: str) -> Response:
    """Let a page's form end at an app, or another server, which may send browsers on over HTTPS.

    No page that follows learns where people come from.
    """
    targets = " ".join(("form-action 'self' https:", *map(origin_of, addresses)))
    response.headers["content-security-policy"] = POLICY.replace("form-action 'self'", targets)
    response.headers["referrer-policy"] = "no-referrer"
    return response


def send_back(address: str) -> Response:
    """Send a browser to an app, with what it is told."""
    return leading_to(go_to(address), address)
