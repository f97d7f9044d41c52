"""Blackfire's guide: an environment's channel raises warnings at low urgency, alarms at high."""

import pytest

from tests.journeys.houses import Scene, plays
from tests.journeys.steps import (
    MAIN,
    OVER,
    add_monitor,
    add_service,
    answer,
    choose_server,
    measure,
    open_environment,
    open_incident,
    outlive_an_outage,
    read_integration_key,
)

SERVICE = "Shopping-Cart"
INTEGRATION = "blackfire-Shopping-Cart"  # <monitoring-tool>-<service-name>
MONITOR = "Cart"


@pytest.mark.parametrize("play", plays(), indirect=True)
async def test_an_alarm_raises_what_a_warning_began(scene: Scene) -> None:
    website = scene.website
    await scene.sign_in(scene.there)
    await add_service(scene, SERVICE)
    key = await integrate(scene)
    await scene.go_here()
    monitor = await add_monitor(scene, MONITOR, website.status_url, json_path="$.memory")
    await add_channel(scene, key)
    await add_rule(scene)

    website.takes(memory=75)
    await measure(scene, monitor, "Warning", "json value 75")
    await open_incident(scene, f"{MONITOR}: Memory", "Low urgency", "Ann is being paged")
    website.takes(memory=95)
    await measure(scene, monitor, "Failing", "json value 95")
    await open_incident(scene, f"{MONITOR}: Memory", "High urgency")
    await answer(scene, "Restarted it.")
    website.takes(memory=40)
    await measure(scene, monitor, "All was well")
    await open_incident(scene, f"{MONITOR}: Memory", OVER, "High urgency")
    assert await scene.there.turns(1) == ["trigger", "trigger", "acknowledge", "resolve"]
    await outlive_an_outage(
        scene,
        monitor,
        f"{MONITOR}: Memory",
        number=2,
        breaks=lambda: website.takes(memory=95),
        mends=lambda: website.takes(memory=40),
    )


async def integrate(scene: Scene) -> str:
    """Add an integration to a service that is there already, and read its key."""
    hands = scene.hands
    await hands.follow("Services", within=MAIN)
    await hands.follow(SERVICE)
    await hands.follow("Integrations", within="Parts of this service")
    await hands.follow("New Integration")
    await hands.choose("Integration Type", "Blackfire.io")
    await hands.fill("Integration Name", INTEGRATION)
    await hands.press("Add Integration")
    await hands.sees(INTEGRATION, "Blackfire.io")
    return await read_integration_key(scene)


async def add_channel(scene: Scene, key: str) -> None:
    """Let the environment tell the service, from its settings."""
    hands = scene.hands
    await open_environment(scene, "Settings")
    await hands.follow("Notification Channels")
    await hands.follow("Add Notification Channel")
    await hands.follow("Add PagerDuty")
    await hands.fill("Name", "PagerDuty, Shopping-Cart")
    await hands.fill("Integration Key", key)
    await choose_server(scene)
    await hands.press("Save")
    await hands.sees("The channel was saved.", "Every alert rule of Production")


async def add_rule(scene: Scene) -> None:
    """Say from where on it is a warning, and from where on an alarm."""
    hands = scene.hands
    await open_environment(scene, "Alert rules")
    await hands.follow("Add an alert rule")
    await hands.fill("Name", "Memory")
    await hands.tick(MONITOR)
    await hands.fill("The condition for an alarm", "json_value > 90")
    await hands.fill("The condition for a warning", "json_value > 70")
    await hands.press("Add the rule")
    await hands.sees("The alert rule was added.")
