"""What channels are made with: the one way out, and what the installation has for all of them."""

from collections.abc import Callable

import httpx
import msgspec

from tocsin.kit.clock import Clock
from tocsin.kit.http import Outbound
from tocsin.kit.smtp import MailServer
from tocsin.kit.vapid import Vapid


class Tools(msgspec.Struct, frozen=True, kw_only=True):
    """What every channel may use. ``signing_key`` signs webhooks; None for ``mail``: no server.

    ``language`` is what those are told in of whom nobody knows another.

    ``mail_domain`` is where answers and bounces come back to, ``vapid`` what push services know
    us by. ``outbound`` says where connections of other kinds than HTTP may go.
    """

    http: httpx.AsyncClient
    clock: Clock
    signing_key: str
    mail: MailServer | None = None
    mail_domain: str = ""
    vapid: Vapid | None = None
    outbound: Outbound = Outbound()
    language: Callable[[], str] = lambda: "en"
