"""Testomato's guide: a key is pasted once, and failing checks page whoever is on call."""

import pytest

from tests.journeys.houses import Scene, plays
from tests.journeys.steps import (
    OVER,
    add_monitor,
    add_service,
    answer,
    choose_server,
    measure,
    open_incident,
    outlive_an_outage,
    read_integration_key,
)

CHECK = "Shop front"
FAILED = "HTTP status 502 Bad Gateway instead of 2xx"
LATE = "No answer"


@pytest.mark.parametrize("play", plays(), indirect=True)
async def test_a_failing_check_pages_and_a_timeout_only_warns(scene: Scene) -> None:
    website = scene.website
    check = await follow_the_guide(scene)

    website.break_down()
    await measure(scene, check, "Failing", FAILED)
    await open_incident(scene, f"{CHECK}: {FAILED}", "High urgency", "Ann is being paged")
    await answer(scene, "The cache was full.")
    website.mend()
    await measure(scene, check, "All was well")
    await open_incident(scene, f"{CHECK}: {FAILED}", OVER, "The cache was full.")

    website.hang()
    await measure(scene, check, "Failing", LATE)
    await open_incident(scene, f"{CHECK}: {LATE}", "Low urgency", number=2)
    website.mend()
    await measure(scene, check, "All was well")
    await open_incident(scene, f"{CHECK}: {LATE}", OVER, number=2)
    assert await scene.there.turns(1) == ["trigger", "acknowledge", "resolve"]
    await outlive_an_outage(scene, check, f"{CHECK}: {FAILED}", number=3)


async def follow_the_guide(scene: Scene) -> str:
    """Connect the two sides, and return the page of the check."""
    await scene.sign_in(scene.there)
    await add_service(scene, "Web shop", tool="Testomato")
    key = await read_integration_key(scene)
    await scene.go_here()
    check = await add_monitor(scene, CHECK, scene.website.url)
    await paste(scene, key)
    return check


async def paste(scene: Scene, key: str) -> None:
    """Paste the key on the page of instant notifications."""
    await scene.hands.open(f"{scene.here.url}/environments")
    await scene.hands.follow("Instant notifications")
    await scene.hands.fill("Integration Key", key)
    await choose_server(scene)
    await scene.hands.tick("Production")
    await scene.hands.press("Save")
    await scene.hands.sees("The key was saved.", "Production: PagerDuty")
