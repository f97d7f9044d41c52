"""What every outlet is handed besides what it tells, and where."""

from datetime import datetime

import httpx
import msgspec

from tocsin.domain.reaching.channel import Postman


class Tools(msgspec.Struct, frozen=True, kw_only=True):
    """A way out by HTTP, and one for mails if there is any.

    ``sender`` is from whom mails come, ``key`` signs where a channel has no secret of its own,
    and ``at`` is when it is sent.
    """

    http: httpx.AsyncClient
    postman: Postman | None
    sender: str
    key: str
    at: datetime
