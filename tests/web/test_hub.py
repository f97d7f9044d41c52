"""Open pages follow what happens."""

import asyncio
from datetime import UTC, datetime

import pytest

from tests.night import Night
from tests.web.conftest import Browser, Visitor
from tocsin.usecases.news import INCIDENTS
from tocsin.web import hub, news
from tocsin.web.hub import Crowded, Live
from tocsin.web.news import ALIVE, CHANGE, HELLO


async def test_whoever_follows_all_incidents_hears_of_a_new_one(night: Night) -> None:
    live = Live(night.house)

    async with live.follow(INCIDENTS) as follower:
        assert not await follower.rings(within=hub.BEAT * 2)
        await night.trigger("Disk full")
        assert await follower.rings(within=5)


async def test_whoever_follows_one_incident_hears_of_no_other(night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    live = Live(night.house)

    async with live.follow(f"incident:{incident.id}") as follower:
        await asyncio.sleep(hub.BEAT)
        await night.trigger("Disk slow")
        assert not await follower.rings(within=hub.BEAT * 3)
        await night.acknowledge(incident)
        assert await follower.rings(within=5)


async def test_a_page_hears_at_once_of_what_happened_since_it_was_made(night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    live = Live(night.house)

    async with live.follow(f"incident:{incident.id}", night.now) as follower:
        assert await follower.rings(within=0.1)
    async with live.follow(f"incident:{incident.id}", night.passes(minutes=1)) as follower:
        assert not await follower.rings(within=0.1)


async def test_more_pages_than_a_node_can_serve_are_sent_away(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "MOST", 1)
    live = Live(night.house)

    async with live.follow(INCIDENTS):
        with pytest.raises(Crowded):
            async with live.follow(INCIDENTS):
                pass


async def test_one_browser_does_not_take_the_places_of_all(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "MOST_OF_ONE", 1)
    live = Live(night.house)

    async with live.follow(INCIDENTS, whose="S1"):
        with pytest.raises(Crowded):
            async with live.follow(INCIDENTS, whose="S1"):
                pass
        async with live.follow(INCIDENTS, whose="S2"):
            pass


async def test_whoever_goes_before_the_first_look_leaves_their_place(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(hub, "MOST", 1)
    live = Live(night.house)
    hurried = asyncio.create_task(_listen(live))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    hurried.cancel()
    await asyncio.wait([hurried])

    async with live.follow(INCIDENTS):
        pass


@pytest.mark.parametrize("topic", ["incident:%00", "incidents%00", "incident:Q%00"])
async def test_no_topic_keeps_others_from_their_news(browser: Browser, topic: str) -> None:
    assert (await browser.open(f"/live?topic={topic}")).status_code == 400


async def test_the_stream_tells_changes_and_signs_of_life_until_the_server_stops(
    night: Night, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(news, "SIGN_OF_LIFE", 1.0)
    live = Live(night.house)
    stream = news._tell(live, INCIDENTS)

    assert await anext(stream) == HELLO
    assert await anext(stream) == ALIVE
    await night.trigger("Disk full")
    assert await anext(stream) == CHANGE
    live.close()
    assert [line async for line in stream] == []


@pytest.mark.parametrize(
    ("seconds", "instant"),
    [
        ("0", datetime(1970, 1, 1, tzinfo=UTC)),
        ("", None),
        ("x", None),
        ("1e99", None),
        ("nan", None),
    ],
)
def test_a_page_that_lies_about_its_age_is_new(seconds: str, instant: datetime | None) -> None:
    assert news._instant(seconds) == instant


@pytest.mark.parametrize("topic", ["", "people", "incident", "incidents:QX", "monitor", "monitor:"])
async def test_there_is_no_news_of_anything_else(browser: Browser, topic: str) -> None:
    assert (await browser.open(f"/live?topic={topic}")).status_code == 404


async def test_strangers_hear_nothing(visitor: Visitor) -> None:
    answer = await (await visitor()).open("/live?topic=incidents")

    assert answer.status_code == 303


async def _listen(live: Live) -> list[str]:
    return [line async for line in news._tell(live, INCIDENTS)]
