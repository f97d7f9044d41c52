"""People come in: invited, with a password of their own, and again when they have forgotten it."""

from playwright.async_api import Page, expect

from tests.browser.drive import Visit, violations
from tests.browser.site import Site
from tests.browser.start import begin
from tocsin.usecases.first_start import code_of

NEW = "a few words that nobody guesses"


async def test_the_first_person_claims_the_house(site: Site, visit: Visit) -> None:
    page = await visit("/")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Set up Tocsin")
    assert await violations(page) == []
    await page.get_by_label("Set-up code").fill(code_of(site.house.sealer))
    await page.get_by_label("Name").fill("Olga Petrova")
    await page.get_by_label("E-mail").fill("olga@example.com")
    await page.get_by_label("Time zone").fill("Europe/Vienna")
    await page.get_by_label("Password", exact=True).fill(NEW)
    await page.get_by_role("button", name="Own this installation").click()
    await expect(page.get_by_text("This installation is yours.")).to_be_visible()
    await expect(page.get_by_text("Nothing is open.")).to_be_visible()
    assert await violations(page) == []


async def test_somebody_is_invited_and_comes_in_by_the_link(site: Site, visit: Visit) -> None:
    start = await begin(site)
    page = await visit("/users/new", start.ann)
    await page.get_by_label("Name").fill("Noor Haddad")
    await page.get_by_label("E-mail").fill("noor@example.com")
    await page.get_by_role("button", name="Invite").click()
    await expect(page.get_by_text("Noor Haddad").first).to_be_visible()

    await site.inbox.receive(1)
    guest = await visit(site.link_to("noor"))
    await guest.get_by_label("Password", exact=True).fill(NEW)
    await guest.get_by_role("button", name="Set it and come in").click()
    await expect(guest.get_by_role("heading", level=1)).to_have_text("Noor Haddad")


async def test_who_forgot_the_password_chooses_another(site: Site, visit: Visit) -> None:
    start = await begin(site)
    page = await visit("/login")
    await page.get_by_role("link", name="Forgotten your password?").click()
    await page.get_by_label("E-mail").fill(start.ben.email)
    await page.get_by_role("button", name="Send the link").click()
    await site.inbox.receive(1)

    await page.goto(site.link_to("ben"))
    await page.get_by_label("Password", exact=True).fill(NEW)
    await page.get_by_role("main").get_by_role("button").last.click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Incidents")

    other = await visit("/login")
    await _try(other, start.ben.email, "correct horse battery staple")
    await expect(other.get_by_role("alert")).to_contain_text("do not belong together")
    await _try(other, start.ben.email, NEW)
    await expect(other.get_by_role("heading", level=1)).to_have_text("Incidents")


async def test_somebody_signs_out_from_the_account_menu(site: Site, visit: Visit) -> None:
    start = await begin(site)
    page = await visit("/incidents", start.ann)

    await page.get_by_role("button", name="Account of Ann").click()
    await page.get_by_role("button", name="Sign out").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    await page.goto("/incidents")
    await expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


async def _try(page: Page, email: str, password: str) -> None:
    await page.get_by_label("E-mail").fill(email)
    await page.get_by_label("Password", exact=True).fill(password)
    await page.get_by_role("button", name="Sign in").click()
