"""The forms of incidents: one begins, is changed, given to others, or goes on in another."""

from typing import Any

import pytest

from tests.night import Night
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tests.web.test_incidents import HOSTILE
from tocsin.domain.people.user import User
from tocsin.domain.response.incident import ConferenceBridge


async def test_an_incident_begins_by_hand(browser: Browser, night: Night, carol: User) -> None:
    page = await browser.open(f"/incidents/new?service={night.team.service.id}")
    assert f'<option value="{night.team.service.id}" selected>' in page.text
    answer = await browser.send(
        page,
        "/incidents",
        title="The shop is slow",
        service=night.team.service.id,
        urgency="low",
        priority="PSLWBL8",
        details="Since noon.\nAsk Ann.",
        conference_address="https://example.com/call",
    )

    [incident] = await night.incidents()
    assert answer.headers["location"] == f"/incidents/{incident.id}"
    assert (incident.urgency, incident.priority_id) == ("low", "PSLWBL8")
    assert incident.conference_bridge == ConferenceBridge(url="https://example.com/call")
    said = text_of(await browser.open(f"/incidents/{incident.id}"))
    assert "It has begun." in said
    assert "Since noon. Ask Ann." in said
    assert "Triggered through the website" in said
    assert carol.name in said


async def test_an_incident_begins_with_people_instead_of_a_policy(
    browser: Browser, night: Night
) -> None:
    page = await browser.open("/incidents/new")
    people = [night.team.ben.id, night.team.ann.id]
    await browser.send(page, "/incidents", title="Slow", service=night.team.service.id, user=people)

    [incident] = await night.incidents()
    assert [assignment.user_id for assignment in incident.assignments] == people


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"title": " "}, "Title cannot be empty."),
        ({"title": "x" * 1025}, "Title is too long"),
        ({"service": ""}, "Service must be chosen"),
        ({"service": "PNONE"}, "Service not found"),
        ({"conference_address": "javascript:x"}, "Conference address must begin with https://"),
        ({"policy": "PNONE"}, "There is no escalation policy PNONE."),
        ({"user": "PNONE"}, "There is no user PNONE to assign."),
        ({"priority": "PNONE"}, "There is no priority PNONE."),
    ],
)
async def test_what_is_wrong_is_told_and_what_was_written_stays(
    browser: Browser, night: Night, wrong: dict[str, str], told: str
) -> None:
    page = await browser.open("/incidents/new")
    given = {"title": "Slow", "service": night.team.service.id, "details": "Kept"} | wrong
    answer = await browser.send(page, "/incidents", **given)

    assert answer.status_code == 400
    assert told in text_of(answer)
    assert "Kept" in text_of(answer)
    assert await night.incidents() == []


async def test_what_people_write_on_an_incident_is_changed(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    page = await browser.open(f"/incidents/{incident.id}/edit")
    assert 'value="Disk full"' in page.text
    given = {"title": HOSTILE, "service": incident.service_id, "urgency": "low"}
    given |= {"priority": "P53ZZH5", "conference_number": "+1 555 0100"}
    answer = await browser.send(page, f"/incidents/{incident.id}", **given)

    assert answer.headers["location"] == f"/incidents/{incident.id}"
    [after] = await night.incidents()
    assert (after.title, after.urgency, after.priority_id) == (HOSTILE, "low", "P53ZZH5")
    assert after.conference_bridge == ConferenceBridge(number="+1 555 0100")
    page = await browser.open(f"/incidents/{incident.id}")
    assert "<img" not in page.text
    assert HOSTILE in text_of(page)
    assert "Bridge +1 555 0100" in text_of(page)


async def test_a_change_that_is_refused_says_why(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    await browser.press(incident.id, "resolve")
    page = await browser.open(f"/incidents/{incident.id}/edit")
    given = {"title": "Disk full", "service": incident.service_id, "urgency": "low"}
    answer = await browser.send(page, f"/incidents/{incident.id}", **given)

    assert answer.status_code == 400
    assert "Incident is already resolved." in text_of(answer)


@pytest.mark.parametrize(
    ("given", "held_by"),
    [({"user": ["ben", "ann"]}, {"ben", "ann"}), ({"policy": "policy"}, {"ann"})],
)
async def test_several_are_given_to_people_or_to_a_policy(
    browser: Browser, night: Night, given: dict[str, Any], held_by: set[str]
) -> None:
    found = await night.trigger("First", "Second")
    people = {"ann": night.team.ann.id, "ben": night.team.ben.id}
    ids = [incident.id for incident in found]
    page = await browser.open(f"/incidents/reassign?id={ids[0]}&id={ids[1]}")
    assert "On call now Ann Web, level 1 Ben Web, level 2" in text_of(page)
    assert "Carol (you)" in text_of(page)
    if "user" in given:
        given = {"user": [people[name] for name in given["user"]]}
    else:
        given = {"policy": night.team.policy.id}
    answer = await browser.send(page, "/incidents/reassign", id=ids, **given)

    assert answer.headers["location"] == "/incidents"
    assert "2 incidents reassigned." in text_of(await browser.open("/incidents"))
    for incident in await night.incidents():
        assert {a.user_id for a in incident.assignments} == {people[name] for name in held_by}


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "Choose who shall have it"),
        ({"user": "PNONE"}, "There is no user PNONE to assign."),
        ({"user": "ann", "policy": "PNONE"}, "exclude each other"),
    ],
)
async def test_nobody_or_two_of_them_is_refused(
    browser: Browser, night: Night, given: dict[str, str], told: str
) -> None:
    [incident] = await night.trigger("Disk full")
    await browser.press(incident.id, "acknowledge")
    page = await browser.open(f"/incidents/reassign?id={incident.id}")
    given = {name: night.team.ben.id if id_ == "ann" else id_ for name, id_ in given.items()}
    answer = await browser.send(page, "/incidents/reassign", id=incident.id, **given)

    assert answer.status_code == 409
    assert told in text_of(answer)


async def test_what_is_over_is_not_given_to_anybody(browser: Browser, night: Night) -> None:
    first, over = await night.trigger("First", "Over")
    await browser.press(over.id, "resolve")
    page = await browser.open(f"/incidents/reassign?id={over.id}")
    ben = night.team.ben.id
    alone = await browser.send(page, "/incidents/reassign", id=over.id, user=ben)
    assert alone.status_code == 409
    assert "Incident is already resolved." in text_of(alone)

    await browser.send(page, "/incidents/reassign", id=[first.id, over.id], user=ben)
    said = text_of(await browser.open("/incidents"))
    assert "1 incident reassigned. #2: Incident is already resolved." in said


async def test_several_go_on_in_one_of_them(browser: Browser, night: Night) -> None:
    first, second, third = await night.trigger("First", "Second", "Third")
    page = await browser.open(f"/incidents/merge?id={first.id}&id={second.id}&id={third.id}")
    ids = [first.id, second.id, third.id]
    answer = await browser.send(page, "/incidents/merge", id=ids, target=second.id)

    assert answer.headers["location"] == f"/incidents/{second.id}"
    found = {incident.id: incident.merged_into for incident in await night.incidents()}
    assert found == {first.id: second.id, second.id: None, third.id: second.id}
    page = await browser.open(f"/incidents/{second.id}")
    assert page.text.count('class="alert"') == 3


async def test_one_goes_on_in_another_that_is_offered_or_has_a_number(
    browser: Browser, night: Night
) -> None:
    first, second, third = await night.trigger("First", "Second", "Third")
    page = await browser.open(f"/incidents/merge?id={first.id}")
    assert f'value="{second.id}"' in page.text
    await browser.send(page, "/incidents/merge", id=first.id, target=second.id, number="#3")

    assert (await night.incidents())[0].merged_into == third.id


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({}, "Choose the incident that goes on"),
        ({"number": "77"}, "There is no incident with this number."),
        ({"number": "1"}, "Source incidents cannot be empty."),
    ],
)
async def test_a_merge_that_makes_no_sense_is_refused(
    browser: Browser, night: Night, given: dict[str, str], told: str
) -> None:
    [incident] = await night.trigger("Disk full")
    page = await browser.open(f"/incidents/merge?id={incident.id}")
    answer = await browser.send(page, "/incidents/merge", id=incident.id, **given)

    assert answer.status_code == 409
    assert told in text_of(answer)


async def test_what_goes_on_elsewhere_is_not_merged_again(browser: Browser, night: Night) -> None:
    first, second, _ = await night.trigger("First", "Second", "Third")
    page = await browser.open(f"/incidents/merge?id={first.id}")
    await browser.send(page, "/incidents/merge", id=first.id, target=second.id)
    answer = await browser.send(page, "/incidents/merge", id=first.id, number="3")

    assert answer.status_code == 409
    assert "Incident was merged before." in text_of(answer)


@pytest.mark.parametrize("form", ["reassign", "merge"])
async def test_without_an_incident_there_is_no_form(browser: Browser, form: str) -> None:
    assert (await browser.open(f"/incidents/{form}")).status_code == 404
    assert (await browser.open(f"/incidents/{form}?id=QNOBODY")).status_code == 404


@pytest.mark.parametrize("path", ["new", "reassign?id={}", "merge?id={}", "{}/edit"])
async def test_whoever_only_reads_gets_no_form(
    resident: Resident, visitor: Visitor, night: Night, path: str
) -> None:
    browser = await visitor(await resident("Otto", role="observer"))
    [incident] = await night.trigger("Disk full")

    assert (await browser.open(f"/incidents/{path.format(incident.id)}")).status_code == 403
