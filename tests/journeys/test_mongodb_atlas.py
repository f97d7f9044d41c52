"""MongoDB Atlas' guide: a project is integrated by key or by signing in, and says goodbye well."""

import pytest

from tests.journeys.connecting import (
    add_server,
    finish,
    register_app,
    sign_in_and_allow,
    sign_out_there,
)
from tests.journeys.houses import Scene, plays
from tests.journeys.steps import (
    OVER,
    add_monitor,
    add_service,
    answer,
    choose_server,
    look_until,
    measure,
    open_environment,
    open_incident,
    outlive_an_outage,
    read_integration_key,
)

SERVICE = "Clusters"
MONITOR = "Cluster 0"
TITLE = f"{MONITOR}: HTTP status 502"
SMALL = f"{MONITOR}: Small"
FIRST = "nothing is wrong"
WRONG_KEY = "0" * 32
BY_SOURCE = "source"


@pytest.mark.parametrize("play", plays(), indirect=True)
async def test_with_a_key_alerts_of_one_source_are_one_incident(scene: Scene) -> None:
    hands, website = scene.hands, scene.website
    await scene.sign_in(scene.there)
    await add_service(scene, SERVICE, tool="MongoDB Atlas", joins=BY_SOURCE)
    key = await read_integration_key(scene)
    await scene.go_here()
    monitor = await add_monitor(scene, MONITOR, website.url)
    await add_second_rule(scene)
    await see_a_wrong_key_found_out(scene)
    await configure(scene, key)
    if scene.is_one_house:  # which looks for itself whether a test has arrived, and ends it
        await open_incident(scene, FIRST, "Low urgency", OVER)
        await try_integration(scene, "Confirmed", "The incident was found")
    else:
        await open_incident(scene, FIRST, "Low urgency")
        await hands.press("Resolve")
        await try_integration(scene, "Sent, not confirmed", "That alone is no proof")
        await hands.press("Test resolve")
    await open_incident(scene, FIRST, OVER, number=2)

    website.break_down()
    await measure(scene, monitor, "Failing")
    await open_incident(scene, MONITOR, TITLE, SMALL, "High urgency", number=3)
    website.mend()
    await measure(scene, monitor, "All was well")
    await open_incident(scene, MONITOR, OVER, number=3)


@pytest.mark.parametrize("play", plays(two_by_chromium=True), indirect=True)
async def test_whoever_signs_in_is_kept_in_step_until_they_remove_it(scene: Scene) -> None:
    hands, website = scene.hands, scene.website
    await scene.sign_in(scene.there)
    await add_service(scene, SERVICE)
    client = await register_app(scene, "MongoDB Atlas")
    await sign_out_there(scene)
    await scene.go_here()
    monitor = await add_monitor(scene, MONITOR, website.url)
    await sign_in_at_the_card(scene, client)
    await open_incident(scene, FIRST, OVER)
    await try_integration(scene, "Confirmed", "The incident was found over there.")

    website.break_down()
    await measure(scene, monitor, "Failing")
    await open_incident(scene, TITLE, "is being paged", number=3)
    await answer(scene, "It is the disk.")
    await hands.press("Resolve")
    await hands.open(monitor)
    await hands.sees("Cleared")
    assert await scene.there.turns(3) == ["trigger", "acknowledge", "resolve"]
    website.mend()
    await measure(scene, monitor, "All was well")
    last = await outlive_an_outage(scene, monitor, TITLE, number=4)

    website.break_down()
    await measure(scene, monitor, "Failing")
    await acknowledge_here(scene)
    await open_incident(scene, TITLE, "acknowledged it", number=last)
    await remove(scene)
    await open_incident(scene, TITLE, OVER, number=last)
    assert await scene.there.turns(last) == ["trigger", "acknowledge", "resolve"]
    await see_nothing_left_behind(scene)


async def add_second_rule(scene: Scene) -> None:
    """Let the same source have a second thing that can be wrong with it."""
    hands = scene.hands
    await open_environment(scene, "Alert rules")
    await hands.follow("Add an alert rule")
    await hands.fill("Name", "Small")
    await hands.fill("The condition for an alarm", "size < 15")
    await hands.press("Add the rule")
    await hands.sees("The alert rule was added.")


async def see_a_wrong_key_found_out(scene: Scene) -> None:
    """See that neither the initial alert nor the button says that a wrong key is right."""
    await configure(scene, WRONG_KEY)
    await scene.hands.sees("Failed")
    await try_integration(scene, "Failed", "Invalid routing key")
    await remove(scene)


async def configure(scene: Scene, key: str) -> None:
    """Provide a key at the card of PagerDuty; an initial alert is sent."""
    hands = scene.hands
    await open_environment(scene, "Settings")
    await hands.follow("Configure PagerDuty")
    await hands.fill("Name", "PagerDuty")
    await hands.fill("Integration Key", key)
    await choose_server(scene)
    await hands.press("Save")
    await hands.sees("The channel was saved.")


async def sign_in_at_the_card(scene: Scene, client: tuple[str, str]) -> None:
    """Sign in at the card of PagerDuty, and choose a service that is there already."""
    await open_environment(scene, "Settings")
    await scene.hands.follow("Sign in with PagerDuty")
    await add_server(scene, *client)
    await sign_in_and_allow(scene)
    await scene.hands.tick(SERVICE)
    await finish(scene)
    await scene.hands.sees("Every alert rule of Production", "Confirmed")


async def try_integration(scene: Scene, *words: str) -> None:
    """Press the button of the card, and see what it says."""
    await open_environment(scene, "Settings")
    await scene.hands.press("Test Integration")
    await scene.hands.sees("What came back", *words)


async def acknowledge_here(scene: Scene) -> None:
    """Acknowledge the newest violation, the first on its monitor's page."""
    await scene.hands.follow("#")
    await scene.hands.press("Acknowledge")
    await scene.hands.sees("Acknowledged by Ann")


async def remove(scene: Scene) -> None:
    """Press Remove on the card, and see that it begins anew."""
    await open_environment(scene, "Settings")
    await scene.hands.press("Remove")
    await scene.hands.press("Remove it")
    await open_environment(scene, "Settings")
    await scene.hands.sees("Configure")


async def see_nothing_left_behind(scene: Scene) -> None:
    """See that the other side sends no webhooks, and lets the app act for nobody."""
    await look_until(scene, f"{scene.there.url}/webhooks", "No webhook yet.")
    await look_until(scene, f"{scene.there.url}/account/apps", "No app acts for you.")
