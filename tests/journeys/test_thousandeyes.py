"""ThousandEyes' guide: from an alert rule to the other side, and back with a service linked."""

import pytest

from tests.journeys.connecting import (
    add_server,
    choose_new_service,
    register_app,
    sign_in_and_allow,
    sign_out_there,
)
from tests.journeys.houses import Scene, plays
from tests.journeys.steps import (
    MAIN,
    OVER,
    add_monitor,
    answer,
    measure,
    open_environment,
    open_incident,
    outlive_an_outage,
)

POLICY = "TE Documentation"
SERVICE = "ThousandEyes alerts"
TEST = "Shop front"
TITLE = f"{TEST}: HTTP status 502"
RULE_TABS = "Parts of this rule"


@pytest.mark.parametrize("play", plays(two_by_chromium=True), indirect=True)
async def test_a_rule_finds_its_service_and_both_sides_stay_in_step(scene: Scene) -> None:
    hands, website = scene.hands, scene.website
    await scene.sign_in(scene.there)
    await add_policy(scene)
    client = await register_app(scene, "ThousandEyes")
    await sign_out_there(scene)
    await scene.go_here()
    test = await add_monitor(scene, TEST, website.url)
    await link_a_service(scene, client)
    await see_the_initial_alert(scene)

    website.break_down()
    await measure(scene, test, "Failing")
    await open_incident(scene, TITLE, "High urgency", "Ann is being paged", number=2)
    await answer(scene, "The cache was full.")
    await hands.open(test)
    await hands.sees("acknowledged by Ann")
    website.mend()
    await measure(scene, test, "All was well")
    await open_incident(scene, TITLE, OVER, "The cache was full.", number=2)
    assert await scene.there.turns(2) == ["trigger", "acknowledge", "resolve"]

    last = await outlive_an_outage(scene, test, TITLE, number=3)
    website.break_down()
    await measure(scene, test, "Failing")
    await open_incident(scene, TITLE, "is being paged", number=last)
    await change_the_rule(scene)
    await open_incident(scene, TITLE, OVER, number=last)
    assert await scene.there.turns(last) == ["trigger", "resolve"]


async def add_policy(scene: Scene) -> None:
    """Say who is notified, how frequently, and who comes next."""
    hands = scene.hands
    await hands.follow("Policies", within=MAIN)
    await hands.follow("New policy")
    await hands.fill("Name", POLICY)
    await hands.choose("Who is called", "Ann", within="Level 1")
    await hands.press("Add to level 1")
    await hands.press("Add a level")
    await hands.choose("Who is called", "Ben", within="Level 2")
    await hands.press("Add to level 2")
    await hands.fill("Minutes until level 2", "10")
    await hands.choose("If nobody answers on any level", "Begin again 2 times")
    await hands.press("Add the policy")
    await hands.sees("10 min without an answer", "Again from level 1, twice.")


async def link_a_service(scene: Scene, client: tuple[str, str]) -> None:
    """Go from the rule's Notifications tab to the other side, and come back to it."""
    hands = scene.hands
    await open_rule(scene)
    await hands.follow("Notifications", within=RULE_TABS)
    tab = hands.address
    await hands.unfold("Edit services")
    await hands.follow("Add new service")
    await add_server(scene, *client)
    await sign_in_and_allow(scene)
    await choose_new_service(scene, SERVICE, POLICY)
    assert hands.address == tab
    await hands.sees(SERVICE)


async def see_the_initial_alert(scene: Scene) -> None:
    """See that an alert arrived, which is over since it was seen to have."""
    await open_incident(scene, "", OVER)
    await open_environment(scene, "Notification channels")
    await scene.hands.sees(SERVICE, "Confirmed")


async def change_the_rule(scene: Scene) -> None:
    """Let the rule mean something else, which is not the case."""
    await open_rule(scene)
    await scene.hands.follow("Edit")
    await scene.hands.fill("The condition for an alarm", "status == 503")
    await scene.hands.press("Save")
    await scene.hands.sees("The alert rule was changed.")


async def open_rule(scene: Scene) -> None:
    """Open the alert rule from the settings of its environment."""
    await open_environment(scene, "Settings")
    await scene.hands.follow("Alert Settings")
    await scene.hands.follow(TEST)
