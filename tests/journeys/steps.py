"""Steps that several guides have in common, done by hands on pages."""

import asyncio
from collections.abc import Callable
from typing import Final

from tests.browser.start import POLICY
from tests.journeys.hands import GLANCE, PATIENCE
from tests.journeys.houses import Scene

MAIN: Final = "Main"
ELSEWHERE: Final = "Another server"
OVER: Final = "Reopen"  # a button that is there once it is resolved


async def add_service(scene: Scene, name: str, *, tool: str = "None yet", joins: str = "") -> None:
    """Add a service, for a tool perhaps; its severities make the urgency, as the page suggests.

    ``joins`` is a field by which alerts join an open incident.
    """
    hands = scene.hands
    await hands.follow("Services", within=MAIN)
    await hands.follow("Add New Service")
    await hands.fill("Name", name)
    await hands.choose("Integration Type", tool)
    await hands.choose("Escalation Policy", POLICY)
    await hands.choose("Acknowledgement timeout", "30 min")
    if joins:
        await hands.choose("Alert grouping", "By content")
        await hands.fill("Fields", joins)
    await hands.press("Add Service")
    await hands.sees(name)


async def read_integration_key(scene: Scene) -> str:
    """Read the key that the page shows."""
    key = await scene.hands.read_key("Integration Key")
    assert len(key) == 32
    return key


async def add_monitor(
    scene: Scene, name: str, url: str, *, json_path: str = "", rule: bool = True
) -> str:
    """Add a monitor of an address, and return the page that it has."""
    hands = scene.hands
    await hands.open(f"{scene.here.url}/monitors")
    await hands.follow("Add a monitor")
    await hands.follow("HTTP")
    await hands.fill("Name", name)
    await hands.fill("URL", url)
    await hands.fill("JSON path", json_path)
    await hands.fill("Timeout", "1")
    await hands.fill("Retries", "0")
    if not rule:
        await hands.untick("Make an alert rule that speaks up when it fails")
    await hands.press("Add the monitor")
    await hands.sees("All was well")
    return hands.address


async def choose_server(scene: Scene) -> None:
    """Say in a form where the service is."""
    if scene.is_one_house:
        await scene.hands.choose("Where the service is", "This server")
    else:
        await scene.hands.choose("Where the service is", ELSEWHERE)
        await scene.hands.fill("Base URL", scene.there.url)


async def measure(scene: Scene, monitor: str, *words: str) -> None:
    """Let a monitor look at once, and see what it makes of it."""
    await scene.hands.open(monitor)
    await scene.hands.press("Measure now")
    await scene.hands.sees(*words)


async def open_incident(scene: Scene, title: str, *words: str, number: int = 1) -> None:
    """Open the newest incident, see that it is the only new one, and what its page says."""
    hands = scene.hands
    await hands.open(f"{scene.there.url}/incidents?status=all")
    await hands.sees(f"#{number}", title)
    assert not await hands.reads(f"#{number + 1}")
    await hands.open(f"{scene.there.url}/incidents?q=%23{number}")
    await hands.sees(title, *words)


async def look_until(scene: Scene, address: str, words: str) -> None:
    """Load a page that follows nothing again and again, until it says this."""
    async with asyncio.timeout(PATIENCE):
        await scene.hands.open(address)
        while not await scene.hands.reads(words):
            await asyncio.sleep(GLANCE)
            await scene.hands.open(address)


async def answer(scene: Scene, note: str) -> None:
    """Let Ann say on the incident's page that she has it, and what she did."""
    hands = scene.hands
    await hands.press("Acknowledge")
    await hands.sees("Ann acknowledged it")
    await hands.fill("Write a note", note)
    await hands.press("Add note")
    await hands.sees(note)


async def open_environment(scene: Scene, part: str) -> None:
    """Open a part of the first environment."""
    await scene.hands.open(f"{scene.here.url}/environments")
    await scene.hands.follow("Production")
    await scene.hands.follow(part, within="Parts of this environment")


async def outlive_an_outage(
    scene: Scene,
    monitor: str,
    title: str,
    *,
    number: int,
    breaks: Callable[[], None] | None = None,
    mends: Callable[[], None] | None = None,
) -> int:
    """See that nothing is lost or doubled of what happens while the side that pages is away.

    One incident, this ``number``, ends meanwhile, and another begins. Return which will be next.
    ``breaks`` and ``mends`` are for monitors to which it is no fault when the web site is down.
    """
    if scene.is_one_house:
        return number
    breaks, mends = breaks or scene.website.break_down, mends or scene.website.mend
    scene.clock.skip(hours=1)  # or it would count as one that flaps
    breaks()
    await measure(scene, monitor, "Failing")
    await open_incident(scene, title, "is being paged", number=number)
    await scene.there.closes()
    mends()
    await measure(scene, monitor, "All was well")
    breaks()
    await measure(scene, monitor, "Failing")
    await scene.there.opens()
    scene.clock.skip(minutes=1)
    await scene.here.looks_again()
    await open_incident(scene, title, "is being paged", number=number + 1)
    mends()
    await measure(scene, monitor, "All was well")
    await open_incident(scene, title, OVER, number=number + 1)
    for each in (number, number + 1):
        assert await scene.there.turns(each) == ["trigger", "resolve"]
    return number + 2
