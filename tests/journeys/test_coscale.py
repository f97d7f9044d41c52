"""CoScale's guide: three requests are pasted, and speak to the REST API of the other side."""

from functools import reduce
from urllib.parse import urlsplit

import pytest

from tests.domain.guide import ACKNOWLEDGE, RESOLVE, TRIGGER
from tests.journeys.houses import Scene, plays
from tests.journeys.steps import (
    MAIN,
    OVER,
    add_monitor,
    add_service,
    measure,
    open_environment,
    open_incident,
    outlive_an_outage,
)

SCHEME = "Web people"
MONITOR = "Shop front"
TITLE = f"Alert triggered for {MONITOR}: HTTP status 502"
TRIED = "Alert triggered for "
BLOCKS = {"Trigger": TRIGGER, "Acknowledge": ACKNOWLEDGE, "Resolve": RESOLVE}


@pytest.mark.parametrize("play", plays(), indirect=True)
async def test_pasted_requests_begin_acknowledge_and_end_an_incident(scene: Scene) -> None:
    hands, website = scene.hands, scene.website
    await scene.sign_in(scene.there)
    token = await make_api_key(scene)
    service_id = await read_service_id(scene)
    await scene.go_here()
    monitor = await add_monitor(scene, MONITOR, website.url)
    await add_scheme(scene)
    await add_contact(scene, token, service_id)

    await try_the_trigger(scene)
    await let_the_rule_follow(scene)
    website.break_down()
    await measure(scene, monitor, "Failing")
    await open_incident(scene, TITLE, "is being paged", number=2)
    await hands.open(monitor)
    await hands.follow("#1")
    await hands.press("Acknowledge")
    await open_incident(scene, TITLE, "Ann acknowledged it", number=2)
    website.mend()
    await measure(scene, monitor, "All was well")
    await open_incident(scene, TITLE, OVER, number=2)
    assert await scene.there.turns(2) == ["trigger", "acknowledge", "resolve"]
    await outlive_an_outage(scene, monitor, TITLE, number=3)


async def make_api_key(scene: Scene) -> str:
    """Make an API key, and read it."""
    hands = scene.hands
    await hands.follow("Settings", within=MAIN)
    await hands.follow("API keys")
    await hands.follow("New key")
    await hands.fill("Description", "CoScale")
    await hands.press("Make the key")
    await hands.sees("This is the only time that it is shown")
    return await hands.read_key("API key")


async def read_service_id(scene: Scene) -> str:
    """Add a service, and read its id off the address of its page."""
    await add_service(scene, "Web shop")
    await scene.hands.follow("Services", within=MAIN)
    await scene.hands.follow("Web shop")
    return urlsplit(scene.hands.address).path.rpartition("/")[2]


async def add_scheme(scene: Scene) -> None:
    """Add a notification scheme that tells somebody by mail."""
    hands = scene.hands
    await open_environment(scene, "Notification channels")
    await hands.follow("Add Notification Channel")
    await hands.follow("Add Email")
    await hands.fill("Name", "Mailing list")
    await hands.fill("Addresses", "web@example.com")
    await hands.untick("Tell it of every alert rule")
    await hands.press("Save")
    await open_environment(scene, "Notification schemes")
    await hands.follow("Add a scheme")
    await hands.fill("Name", SCHEME)
    await hands.tick("Mailing list", within="Contacts: who hears")
    await hands.press("Add the scheme")
    await hands.sees(SCHEME, "Mailing list")


async def add_contact(scene: Scene, token: str, service_id: str) -> None:
    """Add a contact to the scheme: what the guide says, with what is the reader's own."""
    hands = scene.hands
    own = {
        "[[your token]]": token,
        "[[your email]]": scene.start.ann.email,
        "PXFL9LI": service_id,
        "https://api.pagerduty.com": scene.there.url,
    }
    await open_environment(scene, "Notification schemes")
    await hands.follow("Edit")
    await hands.follow("Add contact")
    await hands.follow("Add API")
    await hands.fill("Name", "PagerDuty")
    for action, block in BLOCKS.items():
        pasted = reduce(lambda text, words: text.replace(*words), own.items(), block)
        await hands.unfold("Paste the whole instructions", within=action)
        await hands.fill("Instructions", pasted, within=action)
        await hands.press("Fill in", within=action)
    await hands.press("Save")
    await hands.sees("PagerDuty", SCHEME)


async def try_the_trigger(scene: Scene) -> None:
    """Press the button of the guide, and see an incident in a couple of seconds."""
    hands = scene.hands
    await open_environment(scene, "Notification channels")
    await hands.follow("PagerDuty")
    await hands.press("Test trigger")
    await hands.sees("What was sent", "POST", "What came back", "201 Created")
    await hands.press("Test acknowledge")
    await hands.sees("PUT", "acknowledged", "200 OK")
    await hands.press("Test resolve")
    await hands.sees("PUT", "resolved", "200 OK")
    await open_incident(scene, TRIED, OVER)


async def let_the_rule_follow(scene: Scene) -> None:
    """Choose the scheme on the Notifications tab of the alert rule."""
    hands = scene.hands
    await open_environment(scene, "Alert rules")
    await hands.follow(MONITOR)
    await hands.follow("Notifications", within="Parts of this rule")
    await hands.tick(SCHEME)
    await hands.press("Save")
    await hands.sees("The rule was changed.")
