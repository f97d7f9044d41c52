"""The door: who gets in, who waits, and where one is led."""

import re

import httpx
import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.web.conftest import Browser, Resident, Visitor, proof_on, text_of
from tocsin.domain.people.user import User
from tocsin.store import tables

WRONG = "This e-mail address and this password do not belong together."


async def test_whoever_knows_the_password_gets_in(visitor: Visitor, carol: User) -> None:
    browser = await visitor()
    answer = await browser.sign_in(carol)

    assert answer.headers["location"] == "/incidents"
    assert "Nothing is open." in text_of(await browser.open("/incidents"))


async def test_the_cookie_is_for_us_alone(visitor: Visitor, carol: User, night: Night) -> None:
    answer = await (await visitor()).sign_in(carol)

    cookie = next(c for c in answer.headers.get_list("set-cookie") if "tocsin_session" in c)
    assert cookie.startswith("__Host-")
    token = cookie.partition("=")[2].partition(";")[0]
    for attribute in ("HttpOnly", "SameSite=lax", "Secure", "Path=/"):
        assert attribute in cookie
    async with night.database.read() as tx:
        [session] = (await tx.execute(sa.select(tables.sessions))).all()
    assert len(session.token_hash) == 32
    assert token.encode() not in session.token_hash


@pytest.mark.parametrize("email", ["carol@example.com", "nobody@example.com", "bad\x01@x", ""])
async def test_a_wrong_password_and_a_wrong_address_look_the_same(
    visitor: Visitor, carol: User, email: str
) -> None:
    browser = await visitor()
    answer = await browser.sign_in(carol, "guess", email=email)

    assert answer.status_code == 401
    assert WRONG in text_of(answer)
    assert (await browser.open("/incidents")).headers["location"] == "/login?next=/incidents"


async def test_somebody_without_a_password_cannot_sign_in(visitor: Visitor, night: Night) -> None:
    assert (await (await visitor()).sign_in(night.team.ben, "")).status_code == 401


async def test_the_address_is_known_however_it_is_written(visitor: Visitor, carol: User) -> None:
    answer = await (await visitor()).sign_in(carol, email=" CAROL@example.com ")

    assert answer.status_code == 303


async def test_a_guesser_waits_and_even_the_right_password_does_then(
    visitor: Visitor, carol: User, night: Night
) -> None:
    guesser = await visitor()
    statuses = [(await guesser.sign_in(carol, "guess")).status_code for _ in range(6)]
    refused = await guesser.sign_in(carol)

    assert statuses == [401] * 5 + [429]
    assert "Too many attempts have failed. Try again in 3 seconds." in text_of(refused)
    night.passes(seconds=3)
    assert (await guesser.sign_in(carol)).status_code == 303


async def test_a_guesser_elsewhere_does_not_lock_a_person_out(
    visitor: Visitor, carol: User
) -> None:
    guesser, at_home = await visitor(address="198.51.100.9"), await visitor()
    for _ in range(6):
        await guesser.sign_in(carol, "guess")

    assert (await at_home.sign_in(carol)).status_code == 303


async def test_a_form_of_somebody_else_is_refused(visitor: Visitor, carol: User) -> None:
    browser, other = await visitor(), await visitor()
    strange = proof_on(await other.open("/login"))
    await browser.open("/login")
    given = {"email": carol.email, "password": "x"}

    for proof in ({}, {"proof": ""}, {"proof": strange}):
        answer = await browser.http.post("/login", data=given | proof)
        assert answer.status_code == 403
        assert "open for too long" in text_of(answer)


async def test_a_visitor_is_led_where_they_were_going(visitor: Visitor, carol: User) -> None:
    browser = await visitor()
    sent_away = await browser.open("/incidents?status=resolved&page=2")
    door = await browser.open(sent_away.headers["location"])
    onward = "/incidents?status=resolved&page=2"

    assert onward.replace("&", "&amp;") in door.text
    answer = await browser.sign_in(carol, next=onward)
    assert answer.headers["location"] == onward


@pytest.mark.parametrize(
    "elsewhere",
    ["//example.org", "/\\example.org", "https://example.org", "javascript:1", "\\\\x", "/a\r\nb"],
)
async def test_nobody_is_led_to_another_house(
    visitor: Visitor, carol: User, elsewhere: str
) -> None:
    browser = await visitor()
    assert (await browser.sign_in(carol, next=elsewhere)).headers["location"] == "/incidents"

    at_the_door = await browser.http.get("/login", params={"next": elsewhere})
    assert at_the_door.headers["location"] == "/incidents"


async def test_whoever_leaves_is_out(browser: Browser, visitor: Visitor) -> None:
    stolen = dict(browser.http.cookies)
    answer = await browser.send(await browser.open("/incidents"), "/logout")
    thief = await visitor()
    thief.http.cookies.update(stolen)

    assert answer.headers["location"] == "/login"
    assert (await browser.open("/incidents")).status_code == 303
    assert (await thief.open("/incidents")).status_code == 303


@pytest.mark.parametrize(("days", "status"), [(13, 200), (14, 303)])
async def test_a_session_ends_two_weeks_after_it_was_last_used(
    browser: Browser, night: Night, days: int, status: int
) -> None:
    night.passes(days=10)
    assert (await browser.open("/incidents")).status_code == 200

    night.passes(days=days)
    assert (await browser.open("/incidents")).status_code == status


async def test_a_session_ends_after_three_months_however_much_it_is_used(
    browser: Browser, night: Night
) -> None:
    answers: list[httpx.Response] = []
    for _ in range(9):
        night.passes(days=10)
        answers.append(await browser.open("/incidents"))

    assert [answer.status_code for answer in answers] == [200] * 8 + [303]


async def test_a_form_sent_too_late_leads_to_the_door_and_back(
    browser: Browser, night: Night
) -> None:
    [incident] = await night.trigger("Disk full")
    page = await browser.open(f"/incidents/{incident.id}")
    night.passes(days=15)
    answer = await browser.send(page, f"/incidents/{incident.id}/acknowledge")

    assert answer.headers["location"] == f"/login?next=/incidents/{incident.id}"


async def test_whoever_is_deleted_is_out(
    resident: Resident, visitor: Visitor, night: Night
) -> None:
    dave = await resident("Dave")
    browser = await visitor(dave)
    await night.sql(sa.delete(tables.users).where(tables.users.c.id == dave.id))

    assert (await browser.open("/incidents")).status_code == 303


FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
PHONE = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_5 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like"
    " Gecko) Version/18.5 Mobile/15E148 Safari/604.1"
)


async def signed_in(visitor: Visitor, user: User, user_agent: str, address: str) -> Browser:
    browser = await visitor(address=address)
    browser.http.headers["user-agent"] = user_agent
    assert (await browser.sign_in(user)).status_code == 303
    return browser


def ids_on(page: httpx.Response) -> list[str]:
    return re.findall(r'name="session" value="(\w+)"', page.text)


async def test_people_recognise_where_they_are_signed_in(visitor: Visitor, carol: User) -> None:
    here = await signed_in(visitor, carol, FIREFOX, "192.0.2.1")
    await signed_in(visitor, carol, PHONE, "198.51.100.9")

    text = text_of(await here.open("/account/sessions"))

    assert "Safari on iPhone 198.51.100.9" in text
    assert "Firefox on Linux 192.0.2.1 just now just now This browser" in text


async def test_a_session_is_ended_from_elsewhere(visitor: Visitor, carol: User) -> None:
    here = await signed_in(visitor, carol, FIREFOX, "192.0.2.1")
    lost = await signed_in(visitor, carol, PHONE, "198.51.100.9")
    page = await here.open("/account/sessions")
    [session] = ids_on(page)

    answer = await here.send(page, "/account/sessions/end", session=session)

    assert "was signed out" in text_of(await here.open(answer.headers["location"]))
    assert (await lost.open("/incidents")).headers["location"] == "/login?next=/incidents"
    assert (await here.open("/incidents")).status_code == 200


async def test_all_others_are_ended_at_once(visitor: Visitor, carol: User) -> None:
    here, *others = [await visitor(carol) for _ in range(3)]
    page = await here.open("/account/sessions")
    assert "Sign out 2 other browsers?" in text_of(page)

    answer = await here.send(page, "/account/sessions/end_others")

    after = await here.open(answer.headers["location"])
    assert "You were signed out of 2 browsers." in text_of(after)
    assert "other browser" not in text_of(after)
    assert [(await other.open("/incidents")).status_code for other in others] == [303, 303]


async def test_nobody_ends_the_session_of_somebody_else(
    browser: Browser, visitor: Visitor, resident: Resident, night: Night
) -> None:
    dave = await visitor(await resident("Dave"))
    async with night.database.read() as tx:
        query = sa.select(tables.sessions.c.id).order_by(tables.sessions.c.id.desc())
        daves = (await tx.execute(query.limit(1))).scalar_one()
    page = await browser.open("/account/sessions")

    assert (await browser.send(page, "/account/sessions/end", session=daves)).status_code == 404
    assert (await dave.open("/incidents")).status_code == 200


async def test_an_administrator_ends_sessions_of_others(
    browser: Browser, visitor: Visitor, resident: Resident, carol: User
) -> None:
    admin = await visitor(await resident("Olga", role="admin"))
    address = f"/users/{carol.id}/sessions"
    page = await admin.open(address)
    assert "Where Carol is signed in" in text_of(page)

    answer = await admin.send(page, f"{address}/end", session=ids_on(page)[0])

    assert answer.headers["location"] == address
    assert "Carol is signed in nowhere." in text_of(await admin.open(address))
    assert (await browser.open("/incidents")).status_code == 303

    again = [await visitor(carol) for _ in range(2)]
    await admin.send(await admin.open(address), f"{address}/end_all")
    assert [(await other.open("/incidents")).status_code for other in again] == [303, 303]
    assert (await admin.open("/incidents")).status_code == 200


async def test_a_browser_that_lies_about_itself_is_shown_as_text(
    visitor: Visitor, carol: User
) -> None:
    browser = await signed_in(visitor, carol, "<script>alert(1)</script>/1", "192.0.2.1")
    page = await browser.open("/account/sessions")

    assert "<script>alert" not in page.text
    assert "Unknown browser" in text_of(page)
