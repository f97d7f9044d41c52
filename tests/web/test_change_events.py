"""The pages of change events: listed by service and time, and each with all that was said."""

from datetime import timedelta
from typing import Any

import sqlalchemy as sa

from tests.night import Night
from tests.web.conftest import Browser, text_of
from tocsin.kit.ids import new_id
from tocsin.store import tables


async def change(night: Night, summary: str, hours_ago: float = 0, **given: Any) -> str:
    id_ = new_id("Q")
    values = {
        "id": id_,
        "service_id": night.team.service.id,
        "integration_id": night.team.integration.id,
        "at": night.now - timedelta(hours=hours_ago),
        "summary": summary,
        "body": {"summary": summary} | given.pop("body", {}),
    }
    await night.sql(sa.insert(tables.change_events).values(values | given))
    return id_


async def test_changes_are_listed_by_service_and_time(browser: Browser, night: Night) -> None:
    await change(night, "Deploy 4.2", 1)
    await change(night, "Deploy 4.1", 30)
    await change(night, "Deploy of something gone", 2, service_id="PGONE")

    everything = text_of(await browser.open("/change_events"))
    today = text_of(await browser.open("/change_events?span=1d"))
    own = text_of(await browser.open(f"/change_events?service={night.team.service.id}&span=7d"))

    assert everything.index("Deploy 4.2 Checkout Prometheus") < everything.index("Deploy 4.1")
    assert "a service that is gone" in everything
    assert "Deploy 4.1" not in today
    assert "Deploy 4.1" in own
    assert "something gone" not in own
    assert "No change fits." in text_of(await browser.open("/change_events?service=PNONE"))


async def test_one_change_is_shown_with_details_and_safe_links(
    browser: Browser, night: Night
) -> None:
    body = {
        "source": "ci.example.com",
        "timestamp": "2026-03-02T11:59:00Z",
        "links": [
            {"href": "https://ci.example.com/1", "text": "Build <1>"},
            {"href": "javascript:alert(1)", "text": "Trap"},
        ],
        "custom_details": {"commit": "3f2a91c", "<script>": ["a", "b"]},
    }
    id_ = await change(night, "<script>alert(1)</script>", body=body)

    page = await browser.open(f"/change_events/{id_}")

    said = text_of(page)
    assert "ci.example.com" in said
    assert "2026-03-02T11:59:00Z, says the sender" in said
    assert '<a href="https://ci.example.com/1" rel="noreferrer">Build &lt;1&gt;</a>' in page.text
    assert "Trap" in said
    assert "javascript:" not in page.text
    assert "3f2a91c" in said
    assert "<script>alert" not in page.text
    assert (await browser.open("/change_events/QNOTHING")).status_code == 404


async def test_details_that_are_no_object_are_shown_as_they_are(
    browser: Browser, night: Night
) -> None:
    id_ = await change(night, "Deploy", body={"custom_details": [1, 2]})

    assert "[ 1, 2 ]" in text_of(await browser.open(f"/change_events/{id_}"))


async def test_an_empty_list_says_how_changes_get_there(browser: Browser) -> None:
    assert "/v2/change/enqueue" in text_of(await browser.open("/change_events"))
