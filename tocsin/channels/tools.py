"""What channels are made with: the one way out, and what the installation has for all of them."""

import httpx
import msgspec

from tocsin.kit.clock import Clock
from tocsin.kit.smtp import MailServer


class Tools(msgspec.Struct, frozen=True, kw_only=True):
    """What every channel may use. ``signing_key`` signs webhooks; None for ``mail``: no server."""

    http: httpx.AsyncClient
    clock: Clock
    signing_key: str
    mail: MailServer | None = None
