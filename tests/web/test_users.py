"""The pages of people: who is shown how, and who may change what."""

import msgspec
import pytest

from tests.night import Night
from tests.team import NOON
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.domain.people.team import Team
from tocsin.domain.people.user import Role, User
from tocsin.usecases.people import contact_methods, teams, users

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}'


@pytest.fixture
async def admin(visitor: Visitor, resident: Resident) -> Browser:
    """Give the browser of an administrator."""
    return await visitor(await resident("Ada", role="admin"))


@pytest.fixture(autouse=True)
def channels(night: Night) -> None:
    """Let e-mail and webhooks be carried."""
    carried = frozenset({"email", "webhook"})
    night.house = msgspec.structs.replace(night.house, channels=carried)


async def _team(night: Night, name: str, *members: User) -> Team:
    team = await teams.create(night.house, teams.Wish(name=name), NOON)
    for member in members:
        await teams.put_member(night.house, team.id, member.id)
    return team


async def test_the_list_tells_role_teams_reach_and_local_time(
    browser: Browser, night: Night, resident: Resident
) -> None:
    tess = await resident("Tess", role="limited_user", time_zone="Asia/Tokyo")
    await _team(night, "Payments", tess)

    text = text_of(await browser.open("/users"))

    assert "Tess t***@example.com Responder Payments e-mail 21:00 Asia/\u200bTokyo" in text
    assert "Carol (you)" in text
    assert "Ann a***@example.com Owner Cannot sign in yet" in text
    assert "4 people" in text


async def test_people_are_found_by_name_and_by_team(browser: Browser, night: Night) -> None:
    team = await _team(night, "Payments", night.team.ben)

    for query, name in (("q=ANN", "Ann"), (f"team={team.id}", "Ben"), ("q=ben@", "Ben")):
        text = text_of(await browser.open(f"/users?{query}"))
        assert "1 person" in text
        assert f"{name[0].lower()}***@example.com" in text
    nobody = await browser.open("/users?q=zzz")
    assert "Nobody is like that." in text_of(nobody)


async def test_whoever_cannot_be_reached_stands_out(
    browser: Browser, night: Night, carol: User
) -> None:
    known = await users.get(night.house, night.team.ben.id)
    await contact_methods.remove(night.house, night.team.ben.id, known.methods[0].id)

    assert "Only mailed" in text_of(await browser.open("/users"))
    page = await browser.open(f"/users/{night.team.ben.id}")
    assert "how pages of high urgency reach Ben: they are only mailed." in text_of(page)


async def test_whoever_is_reached_only_by_what_cannot_be_sent_is_warned(
    browser: Browser, night: Night, carol: User
) -> None:
    [method] = (await users.get(night.house, carol.id)).methods
    await contact_methods.remove(night.house, carol.id, method.id)
    await night.give(carol, "sms", "5551234567")
    no_step = text_of(await browser.open(f"/users/{carol.id}"))
    await night.give(carol, "phone", "5551234567", minutes=0)
    no_way = text_of(await browser.open(f"/users/{carol.id}"))

    assert "reach you: they are only mailed. Add a step below." in no_step
    assert "reaches you: nothing can be sent the way that the steps say." in no_way


@pytest.mark.parametrize("hours", [("22:00", ""), ("", "07:00"), ("22:00", "late")])
async def test_quiet_that_never_ends_is_refused(
    browser: Browser, night: Night, carol: User, hours: tuple[str, str]
) -> None:
    form = await browser.open(f"/users/{carol.id}/edit")
    fields = {"name": "Carol", "email": carol.email, "quiet_start": hours[0], "quiet_end": hours[1]}

    answer = await browser.send(form, f"/users/{carol.id}", **fields)

    assert answer.status_code == 400
    assert "Quiet hours must have a beginning and an end." in text_of(answer)
    assert (await users.get(night.house, carol.id)).user.quiet_hours is None


async def test_a_long_list_has_pages(browser: Browser, resident: Resident) -> None:
    for number in range(26):
        await resident(f"Zed{number:02}")

    first, second = await browser.open("/users"), await browser.open("/users?page=2")

    assert "Zed25" in second.text
    assert "Zed25" not in first.text


async def test_the_page_tells_duty_reach_and_what_somebody_has(
    browser: Browser, night: Night
) -> None:
    await night.trigger("Disk full")

    text = text_of(await browser.open(f"/users/{night.team.ann.id}"))

    for said in (
        "Now: Level 1 of Web by name, always",
        "Times are in Europe/Vienna.",
        "When urgency is high: at once by e-mail.",
        "Disk full #1 · Checkout",
        "e-mail Default a***@example.com",
        "Owner Everything, and says who else is an owner.",
    ):
        assert said in text


async def test_addresses_of_others_are_whole_where_they_are_looked_after_alone(
    visitor: Visitor, night: Night, resident: Resident
) -> None:
    ann = night.team.ann
    method = await night.give(ann, "sms", "5550100")
    boss = await visitor(await resident("Eve", role="admin"))
    path = f"/users/{ann.id}"

    seen = text_of(await boss.open(path))
    own = text_of(await (await visitor(ann)).open(path))
    page = text_of(await boss.open(f"{path}/contact_methods/{method.id}"))

    assert "SMS sms +1 *** *** 0100" in seen
    assert "E-mail ann@example.com" in seen
    assert "SMS sms +1 5550100" in own
    assert "Address +1 5550100" in page


async def test_everybody_edits_their_own_profile(browser: Browser, carol: User) -> None:
    page = await browser.open(f"/users/{carol.id}/edit")
    fields = {
        "name": "Carol Q",
        "email": "carol@example.org",
        "job_title": "Baker",
        "time_zone": "Asia/Tokyo",
        "description": "Bakes.",
    }
    answer = await browser.send(page, f"/users/{carol.id}", **fields)
    text = text_of(await browser.open(answer.headers["location"]))

    for said in (
        "Your profile was changed.",
        "Carol Q",
        "Baker",
        "carol@example.org",
        "Asia/Tokyo",
    ):
        assert said in text


async def test_people_choose_how_often_they_are_told_in_a_storm(
    browser: Browser, night: Night, carol: User
) -> None:
    path = f"/users/{carol.id}"
    page = await browser.open(f"{path}/edit")
    assert "Empty: 60, as the account has it." in text_of(page)
    assert "gets one message a minute" in text_of(await browser.open(path))
    fields = {"name": "Carol", "email": carol.email}

    for typed, kept, said in (("0", 0, "comes by itself"), ("90", 90, "every 90 seconds")):
        await browser.send(page, path, **fields, digest_seconds=typed)
        assert (await users.get(night.house, carol.id)).user.digest_seconds == kept
        assert said in text_of(await browser.open(path))
        again = await browser.open(f"{path}/edit")
        assert f'name="digest_seconds" type="number" value="{kept}"' in again.text
    refused = await browser.send(page, path, **fields, digest_seconds="601")
    assert "Seconds between messages must be from 0 to 600." in text_of(refused)

    await browser.send(page, path, **fields, digest_seconds="")
    assert (await users.get(night.house, carol.id)).user.digest_seconds is None


async def test_what_is_empty_is_taken_away(browser: Browser, night: Night, carol: User) -> None:
    page = await browser.open(f"/users/{carol.id}/edit")
    fields = {"name": "Carol", "email": carol.email, "time_zone": "UTC", "job_title": "Baker"}
    await browser.send(page, f"/users/{carol.id}", **fields)
    await browser.send(page, f"/users/{carol.id}", **fields | {"time_zone": "", "job_title": " "})

    user = (await users.get(night.house, carol.id)).user

    assert (user.time_zone, user.job_title) == (None, None)


async def test_people_choose_the_language_in_which_they_are_told(
    browser: Browser, night: Night, carol: User
) -> None:
    page = await browser.open(f"/users/{carol.id}/edit")
    fields = {"name": "Carol", "email": carol.email}

    await browser.send(page, f"/users/{carol.id}", **fields | {"language": "ja"})

    assert "That of the account, English" in page.text
    assert (await users.get(night.house, carol.id)).user.language == "ja"
    again = await browser.open(f"/users/{carol.id}/edit")
    assert '<option value="ja" selected>日本語</option>' in again.text
    refused = await browser.send(page, f"/users/{carol.id}", **fields | {"language": "fi"})
    assert "Language must be one of en, de, fr, es, ja." in refused.text


async def test_faults_stand_beside_their_fields(browser: Browser, carol: User) -> None:
    page = await browser.open(f"/users/{carol.id}/edit")
    fields = {"name": " ", "email": "ann@example.com", "time_zone": "Mars"}
    answer = await browser.send(page, f"/users/{carol.id}", **fields)

    assert answer.status_code == 400
    for name, fault in (
        ("name", "Name cannot be blank."),
        ("time_zone", "Time zone must be the name of a time zone, such as Europe/Vienna."),
    ):
        assert f'<span class="fault" id="{name}-fault">{fault}</span>' in answer.text
    assert 'value="Mars"' in answer.text


async def test_a_role_in_the_form_of_somebody_who_may_give_none_is_passed_over(
    browser: Browser, night: Night, carol: User
) -> None:
    page = await browser.open(f"/users/{carol.id}/edit")
    assert 'name="role"' not in page.text

    await browser.send(page, f"/users/{carol.id}", name="C", email=carol.email, role="owner")

    assert (await users.get(night.house, carol.id)).user.role == "user"


async def test_an_administrator_changes_roles_but_makes_no_owners(
    admin: Browser, night: Night
) -> None:
    ben = night.team.ben
    page = await admin.open(f"/users/{ben.id}/edit")
    fields = {"name": "Ben", "email": ben.email}

    done = await admin.send(page, f"/users/{ben.id}", role="observer", **fields)
    refused = await admin.send(page, f"/users/{ben.id}", role="owner", **fields)

    assert done.status_code == 303
    assert (await users.get(night.house, ben.id)).user.role == "observer"
    assert "Only an owner can make somebody an owner" in refused.text


async def test_a_rare_role_is_kept_by_whoever_has_it(admin: Browser, resident: Resident) -> None:
    rex = await resident("Rex", role="restricted_access")

    page = await admin.open(f"/users/{rex.id}/edit")

    assert 'value="restricted_access" checked' in page.text


@pytest.mark.parametrize("role", ["observer", "limited_user", "user"])
async def test_nobody_but_administrators_changes_others(
    visitor: Visitor, resident: Resident, night: Night, role: Role
) -> None:
    browser, ben = await visitor(await resident("Pat", role=role)), night.team.ben
    page = await browser.open(f"/users/{ben.id}")

    for button in ("Edit profile", "Delete", "Add a contact method", "Add a step", "Remove"):
        assert button not in page.text
    for path in ("", "/delete", "/contact_methods", "/notification_rules"):
        answer = await browser.send(page, f"/users/{ben.id}{path}", name="Mine")
        assert answer.status_code == 403
    assert (await browser.open(f"/users/{ben.id}/edit")).status_code == 403


async def test_whoever_is_needed_is_not_deleted_and_the_page_says_why(
    admin: Browser, night: Night
) -> None:
    await night.trigger("Disk full")
    ann = night.team.ann
    page = await admin.open(f"/users/{ann.id}/delete")

    assert "Ann cannot be deleted yet." in text_of(page)
    assert "Hand these incidents to somebody else: #1" in text_of(page)
    assert "Take them off these escalation policies: Web" in text_of(page)
    assert "Delete Ann</button>" not in page.text


async def test_whoever_became_needed_meanwhile_is_not_deleted(
    admin: Browser, night: Night, resident: Resident
) -> None:
    page = await admin.open("/users")

    answer = await admin.send(page, f"/users/{night.team.ben.id}/delete")

    assert answer.status_code == 400
    assert "Ben cannot be deleted yet." in text_of(answer)


async def test_somebody_whom_nothing_needs_is_deleted(
    admin: Browser, night: Night, resident: Resident
) -> None:
    zed = await resident("Zed")
    page = await admin.open(f"/users/{zed.id}/delete")
    answer = await admin.send(page, f"/users/{zed.id}/delete")

    assert "Zed was deleted." in text_of(await admin.open(answer.headers["location"]))
    assert (await admin.open(f"/users/{zed.id}")).status_code == 404


async def test_somebody_is_invited_by_mail(admin: Browser) -> None:
    page = await admin.open("/users/new")
    fields = {"name": "Dora", "email": "dora@example.com", "role": "limited_user"}
    answer = await admin.send(page, "/users", **fields)
    text = text_of(await admin.open(answer.headers["location"]))

    assert "An invitation is on its way to dora@example.com." in text
    assert "Responder" in text
    assert "Invited, no password chosen yet" in text
    assert "Invite again" in text


async def test_an_invitation_to_a_known_address_is_refused(admin: Browser, night: Night) -> None:
    page = await admin.open("/users/new")

    answer = await admin.send(page, "/users", name="Ann", email="ANN@example.com", role="user")

    assert answer.status_code == 400
    assert '<span class="fault" id="email-fault">Email has already been taken</span>' in answer.text
    assert 'value="ANN@example.com"' in answer.text


async def test_only_administrators_invite(browser: Browser) -> None:
    page = await browser.open("/users")

    assert "Invite somebody" not in page.text
    assert (await browser.open("/users/new")).status_code == 403
    assert (await browser.send(page, "/users", name="D", email="d@example.com")).status_code == 403


async def test_what_people_call_themselves_is_text(
    browser: Browser, night: Night, carol: User
) -> None:
    page = await browser.open(f"/users/{carol.id}/edit")
    fields = {"name": HOSTILE, "job_title": HOSTILE, "description": HOSTILE}
    await browser.send(page, f"/users/{carol.id}", email=carol.email, **fields)

    for path in ("/users", f"/users/{carol.id}", f"/users/{carol.id}/edit"):
        shown = await browser.open(path)
        assert shown.status_code == 200
        assert "<script>alert" not in shown.text
        assert "<img" not in shown.text
        assert "{{ 7*7 }}" in shown.text


async def test_nobody_is_found_where_nobody_is(browser: Browser) -> None:
    assert (await browser.open("/users/PNOBODY")).status_code == 404
