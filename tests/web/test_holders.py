"""Who has an incident, as lists tell it."""

import re

from tests.night import Night
from tests.web.conftest import Browser, text_of


async def test_whoever_acknowledged_it_has_it_though_somebody_else_was_asked(
    browser: Browser, night: Night
) -> None:
    [incident] = await night.trigger("Disk full")
    assert "Assigned to Ann" in text_of(await browser.open("/incidents"))
    await browser.press(incident.id, "acknowledge")

    assert "Acknowledged by Carol" in text_of(await browser.open("/incidents"))
    service = await browser.open(f"/service-directory/{night.team.service.id}")
    assert "#1 Disk full Carol, began just now" in text_of(service)


async def test_many_are_told_in_short(browser: Browser, night: Night) -> None:
    await night.crowd(5)
    page = await browser.open("/incidents/new")
    everybody = re.findall(r'name="user" value="(\w+)"><span>P\d<', page.text)
    service = night.team.service.id
    await browser.send(page, "/incidents", title="All up", service=service, user=everybody)

    told = text_of(await browser.open("/incidents"))
    assert re.search(r"Assigned to P\d, P\d, P\d and 2 more", told)
