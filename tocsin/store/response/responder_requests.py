"""Responder requests: who was asked to help with which incidents."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.response.responder_request import ResponderRequest
from tocsin.store.reaching.reach_tables import responder_requests
from tocsin.store.rows import Rows

RESPONDER_REQUESTS: Final = Rows(responder_requests, ResponderRequest)
OLDEST_FIRST: Final = (responder_requests.c.created_at,)


async def of_incidents(
    tx: AsyncConnection, incident_ids: Iterable[str]
) -> dict[str, list[ResponderRequest]]:
    """Return the requests of each of these incidents that has any, the oldest first."""
    where = responder_requests.c.incident_id.in_(sorted(set(incident_ids)))
    found: dict[str, list[ResponderRequest]] = {}
    for request in await RESPONDER_REQUESTS.select(tx, where, order_by=OLDEST_FIRST):
        found.setdefault(request.incident_id, []).append(request)
    return found
