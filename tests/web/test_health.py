"""The page of health: troubles first, then figures."""

import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.web.conftest import Browser, text_of
from tocsin.kit.ids import new_id
from tocsin.store import tables
from tocsin.usecases import nodes
from tocsin.usecases.nodes import Node
from tocsin.web.upkeep.health import size


async def test_troubles_come_first_and_figures_after(browser: Browser, night: Night) -> None:
    await nodes.beat(
        night.house,
        Node(id="P1", name="<b>one</b>", role="all", started_at=night.now, beat_at=night.now),
    )
    values = {
        "id": new_id("Q"),
        "user_id": night.team.ann.id,
        "kind": "sms",
        "address": "1",
        "status": "failed",
        "detail": "No provider for sms is configured.",
        "at": night.now,
    }
    await night.sql(sa.insert(tables.notifications).values(values))
    await night.trigger("Disk full")

    page = await browser.open("/settings/health")

    said = text_of(page)
    assert said.index("E-mail is not set up") < said.index("Nodes")
    assert "<b>one</b> Requests and due work Alive just now" in said
    assert "&lt;b&gt;one" in page.text
    assert "SMS Not set up 0 1 None just now: No provider for sms is configured." in said
    assert "Pages by e-mail 1 just now" in said
    assert "embedded: it runs with this node" in said
    assert "0, at this node" in said


async def test_without_a_node_the_page_says_that_nobody_is_paged(browser: Browser) -> None:
    assert "No node does due work: nobody is paged." in text_of(
        await browser.open("/settings/health")
    )


@pytest.mark.parametrize(
    ("count", "text"), [(0, "0 bytes"), (1023, "1023 bytes"), (1536, "2 KiB"), (2**50, "1024 TiB")]
)
def test_sizes_are_written_for_people(count: int, text: str) -> None:
    assert size(count) == text
