"""The door: who gets in, who waits, and where one is led."""

import httpx
import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.web.conftest import Browser, Resident, Visitor, proof_on, text_of
from tocsin.domain.user import User
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
    token = cookie.partition("=")[2].partition(";")[0]
    for attribute in ("HttpOnly", "SameSite=lax", "Secure", "Path=/"):
        assert attribute in cookie
    async with night.database.read() as tx:
        [session] = (await tx.execute(sa.select(tables.sessions))).all()
    assert len(session.token_hash) == 32
    assert token.encode() not in session.token_hash


@pytest.mark.parametrize("email", ["carol@example.com", "nobody@example.com", "bad\x00@x", ""])
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
