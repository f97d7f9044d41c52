"""Asking for help and publishing updates on the pages of an incident, without script."""

import pytest

from tests.night import Night
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tests.web.test_incidents import HOSTILE
from tocsin.domain.people.user import User
from tocsin.domain.response.incident import Incident


async def _ask(browser: Browser, incident: Incident, *whom: User, **fields: str | list[str]) -> str:
    """Fill in the form, and return what the page says that comes of it."""
    page = await browser.open(f"/incidents/{incident.id}/help")
    sent: dict[str, str | list[str]] = {
        "user": [user.id for user in whom],
        "policy": "",
        "message": "",
    }
    answer = await browser.send(page, f"/incidents/{incident.id}/help", **(sent | fields))
    if not answer.is_redirect:
        assert answer.status_code == 409
        return text_of(answer)
    return text_of(await browser.open(answer.headers["location"]))


async def test_others_are_asked_and_accept_on_the_page(
    browser: Browser, visitor: Visitor, night: Night
) -> None:
    [incident] = await night.trigger("Disk full")
    ben = night.team.ben
    said = await _ask(browser, incident, ben, message=f"Come\n{HOSTILE}")
    assert "They have been asked, and are paged until they answer." in said
    assert "Ben Asked, no answer yet, just now Not needed any more" in said
    assert "Help requested from Ben by Carol" in said
    assert "asks for your help" not in said

    his = await visitor(ben)
    asked = await his.open(f"/incidents/{incident.id}")
    assert f"Carol asks for your help just now Come {HOSTILE} Accept Decline" in text_of(asked)
    said = text_of(await his.press(incident.id, "accept"))
    assert "You help with it now." in said
    assert "Ben Helps, just now Decline after all" in said
    assert "asks for your help" not in said
    said = text_of(await his.press(incident.id, "decline"))
    assert "Ben Declined, just now Accept after all" in said


async def test_a_policy_is_asked(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    said = await _ask(browser, incident, policy=night.team.policy.id)

    assert "Ann , for Web Asked, no answer yet" in said


async def test_a_request_is_called_off(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    ben = night.team.ben
    await _ask(browser, incident, ben)
    said = text_of(await browser.press(incident.id, "call-off", user=ben.id))

    assert "The request was cancelled." in said
    assert "Ben Not needed any more, just now" in said


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({}, "Choose whom to ask"),
        ({"user": ["PNOBODY"]}, "There is no user PNOBODY to ask."),
        ({"policy": "PNOBODY"}, "There is no escalation policy PNOBODY to ask."),
    ],
)
async def test_what_cannot_be_asked_is_told(
    browser: Browser, night: Night, fields: dict[str, str | list[str]], told: str
) -> None:
    [incident] = await night.trigger("Disk full")
    said = await _ask(browser, incident, **({"message": "Kept"} | fields))

    assert told in said
    assert "Kept" in said


async def test_nobody_helps_with_what_is_over(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    await _ask(browser, incident, night.team.ben)
    await night.amend(incident, status="resolved")

    assert "Incident is already resolved." in await _ask(browser, incident, night.team.ben)
    shown = await browser.open(f"/incidents/{incident.id}")
    assert "Ask for help" not in text_of(shown)


async def test_who_was_not_asked_cannot_accept(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    answer = await browser.press(incident.id, "accept")

    assert answer.status_code == 409
    assert "Nobody asks you to help with this any more." in text_of(answer)


async def test_updates_are_published(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    assert "No update has been published yet." in text_of(
        await browser.open(f"/incidents/{incident.id}")
    )
    page = await browser.press(incident.id, "publish", update=f"It is back\n{HOSTILE}")

    assert "The update was published." in text_of(page)
    assert f"Carol just now It is back {HOSTILE}" in text_of(page)
    refused = await browser.press(incident.id, "publish", update=" ")
    assert refused.status_code == 409
    assert "Message cannot be empty." in text_of(refused)


async def test_whoever_only_looks_on_may_subscribe_and_answer(
    browser: Browser, visitor: Visitor, resident: Resident, night: Night
) -> None:
    [incident] = await night.trigger("Disk full")
    olga = await resident("Olga", role="observer")
    hers = await visitor(olga)
    shown = text_of(await hers.open(f"/incidents/{incident.id}"))
    assert "Nobody has subscribed to updates yet. Subscribe" in shown
    assert "Publish update" not in shown
    assert "Ask for help" not in shown

    assert "You are told of updates. Unsubscribe" in text_of(
        await hers.press(incident.id, "subscribe")
    )
    assert "1 has subscribed to updates." in text_of(
        await browser.open(f"/incidents/{incident.id}")
    )
    said = text_of(await browser.press(incident.id, "subscribe"))
    assert "You are told of updates, with 1 more. Unsubscribe" in said
    said = text_of(await hers.press(incident.id, "unsubscribe"))
    assert "You are told of updates no more." in said
    await _ask(browser, incident, olga)
    assert "You help with it now." in text_of(await hers.press(incident.id, "accept"))
