"""News: a stream that tells an open page when to look again."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from typing import Final

from starlette.exceptions import HTTPException
from starlette.responses import Response, StreamingResponse

from tocsin.usecases.news import is_topic
from tocsin.web.hub import Crowded, Follower, Live
from tocsin.web.page import Page
from tocsin.web.visit import Visit

LONGEST: Final = 600.0  # seconds; then the browser comes again, and is recognised again
SIGN_OF_LIFE: Final = 15.0

HELLO: Final = "retry: 2000\n\n"
CHANGE: Final = "event: change\ndata: look again\n\n"
ALIVE: Final = ": alive\n\n"
UNBUFFERED: Final = {"x-accel-buffering": "no"}  # or a proxy would keep the news to itself


async def follow(visit: Visit) -> Response:
    """Tell when anything changes about ``incidents``, about ``incident:<id>``, and so on."""
    topic = visit.query.get("topic", "")
    if not is_topic(topic):
        raise HTTPException(404)
    since, whose = _instant(visit.query.get("since", "")), visit.by.key_id
    news = _tell(visit.live, topic, since, whose=whose)
    return StreamingResponse(news, media_type="text/event-stream", headers=UNBUFFERED)


def _instant(seconds: str) -> datetime | None:
    """Read when the page was made; whatever is no instant is none."""
    try:
        return datetime.fromtimestamp(float(seconds), UTC)
    except (ValueError, OverflowError, OSError):
        return None


async def _tell(
    live: Live, topic: str, since: datetime | None = None, *, whose: str = ""
) -> AsyncIterator[str]:
    yield HELLO
    try:
        async with live.follow(topic, since, whose=whose) as follower:
            async for line in _lines(follower):
                yield line
    except Crowded:
        return  # the browser tries again, and the page can be loaded anew meanwhile


async def _lines(follower: Follower) -> AsyncIterator[str]:
    until = asyncio.get_running_loop().time() + LONGEST
    while not follower.is_over and asyncio.get_running_loop().time() < until:
        has_rung = await follower.rings(within=SIGN_OF_LIFE)
        if not follower.is_over:
            yield CHANGE if has_rung else ALIVE


PAGES: Final = (Page("GET", "/live", follow, "read"),)
