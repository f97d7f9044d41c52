"""The search as a page."""

import sqlalchemy as sa

from tests.night import Night
from tests.rota import make_policy
from tests.watching import environment, monitor
from tests.web.conftest import Browser, text_of
from tocsin.kit.ids import new_id
from tocsin.store import tables


async def test_a_few_of_each_kind_are_shown_with_their_pages(
    browser: Browser, night: Night
) -> None:
    policy = await make_policy(night, "Checkout people", (night.team.ann,))
    [incident] = await night.trigger("Checkout is slow")

    page = await browser.open("/search?q=checkout")

    told = text_of(page)
    assert "Incidents Triggered Checkout is slow #1 · Checkout" in told
    assert "Services Checkout Escalation policies Checkout people" in told
    for address in (
        f"/incidents/{incident.id}",
        f"/service-directory/{night.team.service.id}",
        f"/escalation_policies/{policy.id}",
    ):
        assert f'href="{address}"' in page.text


async def test_people_are_told_apart_by_their_addresses(browser: Browser) -> None:
    assert "People Ben b***@example.com" in text_of(await browser.open("/search?q=ben"))


async def test_monitors_are_found_with_what_they_look_at(browser: Browser, night: Night) -> None:
    one = await monitor(night, await environment(night), "Prod door")

    page = await browser.open("/search?q=prod")

    assert f"Monitors Prod door {one.shown} Environments Production" in text_of(page)
    assert f'href="/monitors/{one.id}"' in page.text
    assert f"Monitors Prod door {one.shown}" in text_of(
        await browser.open(f"/search?q={one.shown[8:]}")
    )


async def test_a_number_with_its_sign_leads_straight_to_the_incident(
    browser: Browser, night: Night
) -> None:
    [incident] = await night.trigger("Disk full")

    answer = await browser.open("/search?q=%231")

    assert answer.headers["location"] == f"/incidents/{incident.id}"
    assert (await browser.open("/search?q=%232")).status_code == 200


async def test_a_long_part_leads_to_its_list(browser: Browser, night: Night) -> None:
    teams = [{"id": new_id(), "name": f"R&D {number}"} for number in range(9)]
    await night.sql(sa.insert(tables.teams).values(teams))

    assert 'href="/teams?q=r%26d"' in (await browser.open("/search?q=r%26d")).text


async def test_what_is_not_found_is_said_and_shown_as_text(browser: Browser) -> None:
    page = await browser.open("/search?q=%3Cscript%3Ealert(1)%3C/script%3E")

    assert "<script>alert" not in page.text
    assert "Nothing is called “<script>alert(1)</script>”." in text_of(page)


async def test_without_a_word_the_page_says_what_can_be_found(browser: Browser) -> None:
    assert "Incidents are found by number, key or title" in text_of(await browser.open("/search"))
