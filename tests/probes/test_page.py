"""Page walks: forms that are filled in as a browser does it, with the cookies of a visitor."""

import pytest

from tests.probes.conftest import Looks
from tests.probes.site import Asked, Site, moved, page
from tocsin.domain.monitoring.monitor import PageWalk, Step

LOGIN = """
<form action="/search"><input name="q"></form>
<form action="/login" method="post">
  <input type="hidden" name="csrf" value="t0k3n">
  <input name="user"> <input name="password" type="password">
  <input type="checkbox" name="stay" checked> <input type="checkbox" name="spam" value="yes">
  <input type="radio" name="size" value="s"> <input type="radio" name="size" value="m" checked>
  <select name="land"><option value="at">Austria<option value="de" selected>Germany</select>
  <select name="first"><option>One</option><option>Two</option></select>
  <select name="many" multiple><option>One</option></select>
  <textarea name="note">Dear shop</textarea>
  <input name="old" value="x" disabled> <input type="file" name="photo"> <button>Go</button>
  <input name="nameless-is-left-out"><input value="nobody">
  <input type="submit" name="go" value="Log in"> <button name="cancel" value="1">Cancel</button>
</form>
"""
CREDENTIALS = {"user": "ann", "password": "secret"}


def shop(site: Site) -> None:
    """Let in whoever brings the cookie and the token of the page."""

    def log_in(asked: Asked) -> bytes:
        good = asked.headers.get("cookie") == "session=1" and asked.form["csrf"] == ["t0k3n"]
        return moved("/account", "Set-Cookie: user=ann") if good else page("", status="403 No")

    def account(asked: Asked) -> bytes:
        known = "user=ann" in asked.headers.get("cookie", "")
        return page("<h1>Hello Ann</h1>" if known else "<h1>Who are you?</h1>")

    site.pages["/"] = page(LOGIN, "Set-Cookie: session=1; Path=/")
    site.pages["/login"] = log_in
    site.pages["/account"] = account
    site.pages["/search"] = lambda asked: page(f"Found {asked.form['q'][0]}")


async def test_a_visitor_logs_in(look_at: Looks, site: Site) -> None:
    shop(site)
    log_in = Step(action="submit", fields=CREDENTIALS, contains="Hello Ann", lacks="Who are you?")

    found = await look_at(PageWalk(steps=(Step(url=site.url), log_in)))

    assert found.fault == ""
    assert found.values["steps_done"] == 2
    assert len(found.values["step_times"]) == 2
    assert found.values["status"] == 200
    assert site.asked[1].form == {
        "csrf": ["t0k3n"],
        "user": ["ann"],
        "password": ["secret"],
        "stay": ["on"],
        "size": ["m"],
        "land": ["de"],
        "first": ["One"],
        "note": ["Dear shop"],
        "nameless-is-left-out": [""],
        "go": ["Log in"],
    }


async def test_a_field_named_as_a_button_presses_it(look_at: Looks, site: Site) -> None:
    shop(site)
    pressed = Step(action="submit", fields={"cancel": "", "size": "s"})

    await look_at(PageWalk(steps=(Step(url=site.url), pressed)))

    sent = site.asked[1].form
    assert (sent["cancel"], sent["size"]) == (["1"], ["s"])
    assert "go" not in sent


async def test_the_first_form_with_the_fields_is_taken(look_at: Looks, site: Site) -> None:
    shop(site)
    search = Step(action="submit", fields={"q": "red shoes"}, contains="Found red shoes")

    found = await look_at(PageWalk(steps=(Step(url=site.url), search)))

    assert found.ok
    assert site.asked[1].path == "/search?q=red+shoes"


async def test_a_form_may_be_sent_in_parts_and_to_where_the_page_says(
    look_at: Looks, site: Site
) -> None:
    site.pages["/"] = page(
        '<base href="/deep/"><form method="POST" enctype="multipart/form-data" action="up">'
        '<input name="a" value="ü"></form>'
    )
    site.pages["/deep/up"] = page("Thanks")

    found = await look_at(PageWalk(steps=(Step(url=site.url), Step(action="submit"))))

    assert found.ok
    assert site.asked[1].headers["content-type"].startswith("multipart/form-data")
    assert 'name="a"\r\n\r\nü\r\n' in site.asked[1].body.decode()


async def test_a_form_without_an_address_is_sent_to_its_page(look_at: Looks, site: Site) -> None:
    site.pages["/a"] = page('<form method="post"></form>')

    found = await look_at(PageWalk(steps=(Step(url=f"{site.url}/a?b=1"), Step(action="submit"))))

    assert found.ok
    assert (site.asked[1].method, site.asked[1].path) == ("POST", "/a?b=1")


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"q": "", "colour": "red"}, 'Step 2: The page has no form with "q", "colour"'),
        ({}, "Step 2: The page has no form"),
    ],
)
async def test_a_missing_form_is_told(
    look_at: Looks, site: Site, fields: dict[str, str], fault: str
) -> None:
    site.pages["/"] = page("<form><input name=q></form>" if fields else "")

    found = await look_at(
        PageWalk(steps=(Step(url=site.url), Step(action="submit", fields=fields)))
    )

    assert (found.fault_kind, found.fault) == ("content", fault)
    assert found.values["steps_done"] == 1


async def test_a_server_error_and_its_step_are_told(look_at: Looks, site: Site) -> None:
    site.pages["/"] = page("")
    walk = PageWalk(steps=(Step(url=site.url), Step(url=f"{site.url}/gone")))

    found = await look_at(walk)

    assert (found.fault_kind, found.fault) == ("status", "Step 2: HTTP status 404 Not Found")
    assert (found.values["status"], found.values["steps_done"]) == (404, 1)


async def test_missing_words_are_told(look_at: Looks, site: Site) -> None:
    site.pages["/"] = page("Sold out")

    found = await look_at(PageWalk(steps=(Step(url=site.url, contains="Order now"),)))

    assert (found.fault_kind, found.fault) == ("content", 'The text "Order now" is missing')


async def test_the_step_that_takes_too_long_is_told(look_at: Looks, site: Site) -> None:
    def stall(asked: Asked) -> bytes:
        site.open.clear()
        return page("<form></form>")

    site.pages["/"] = stall

    found = await look_at(PageWalk(steps=(Step(url=site.url), Step(action="submit"))), seconds=0.3)

    assert (found.fault_kind, found.fault) == ("timeout", "Step 2: No answer within 0.3 seconds")
    assert found.values["steps_done"] == 1


async def test_one_visitor_knows_nothing_of_the_cookies_of_another(
    look_at: Looks, site: Site
) -> None:
    shop(site)

    for _ in range(2):
        await look_at(PageWalk(steps=(Step(url=site.url),)))

    assert [asked.headers.get("cookie") for asked in site.asked] == [None, None]


@pytest.mark.parametrize("markup", ["<![x[<form>", "<form>" * 5000, "<form action='http://a:b/'>"])
async def test_a_page_that_is_no_proper_one_is_told(
    look_at: Looks, site: Site, markup: str
) -> None:
    site.pages["/"] = page(markup)
    wanted = Step(action="submit", fields={"q": "shoe"} if "action" not in markup else {})

    found = await look_at(PageWalk(steps=(Step(url=site.url), wanted)))

    assert found.fault_kind in {"content", "refused"}
    assert found.fault.startswith("Step 2: ")
