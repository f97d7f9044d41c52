"""News: whether something has happened since somebody last looked."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.store.monitoring import monitoring_news
from tocsin.store.monitoring.monitoring_news import Sign
from tocsin.store.response import log_entries
from tocsin.usecases.house import House

ON_ITS_WAY: Final = timedelta(seconds=2)  # what happened may be written down a little later

INCIDENTS: Final = "incidents"
INCIDENT: Final = "incident"
MONITORS: Final = "monitors"
OF_ALL: Final = (INCIDENTS, MONITORS)
OF_ONE: Final = (INCIDENT, *monitoring_news.KINDS)

News = Mapping[str, object]  # by topic; what is equal to what it was is no news


def is_topic(topic: str) -> bool:
    """Say whether there is news of this: all of a kind, or one such as ``incident:<id>``."""
    kind, _, id_ = topic.partition(":")
    return topic in OF_ALL or (kind in OF_ONE and bool(id_))


async def look(house: House, topics: Collection[str]) -> News:
    """Read what happened last, by topic; a thing that is not there has no news."""
    async with house.database.read() as tx:
        news: dict[str, object] = {}
        if INCIDENTS in topics:
            news[INCIDENTS] = await log_entries.newest(tx)
        if MONITORS in topics:
            news[MONITORS] = await monitoring_news.of_all(tx)
        for kind in OF_ONE:
            if ids := [topic.partition(":")[2] for topic in topics if _is_of(kind, topic)]:
                found = await _of(tx, kind, ids)
                news |= {f"{kind}:{id_}": last for id_, last in found.items()}
        return news


async def is_stale(house: House, topic: str, since: datetime) -> bool:
    """Say whether what was read of a topic may have changed since."""
    before = since - ON_ITS_WAY
    kind, _, id_ = topic.partition(":")
    if kind in {INCIDENT, INCIDENTS}:
        async with house.database.read() as tx:
            return await log_entries.is_any_since(tx, before, id_ or None)
    sign = (await look(house, {topic})).get(topic)
    return isinstance(sign, Sign) and sign.at is not None and sign.at > before


async def _of(tx: AsyncConnection, kind: str, ids: Collection[str]) -> Mapping[str, object]:
    if kind == INCIDENT:
        return await log_entries.newest_of(tx, ids)
    return await monitoring_news.of(tx, kind, ids)


def _is_of(kind: str, topic: str) -> bool:
    return topic.startswith(f"{kind}:")
