"""Apps: registered by administrators, their secret shown once; people take back what they gave."""

import re

import httpx
import pytest

from tests.api.oauth.apps import BACK
from tests.night import Night
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.auth.oauth_nouns import Sent
from tocsin.domain.machines.oauth import App
from tocsin.domain.people.user import User
from tocsin.kit.sealing import digest
from tocsin.usecases.machines import apps, grants


@pytest.fixture
async def admin(visitor: Visitor, resident: Resident) -> Browser:
    return await visitor(await resident("Olga", role="admin"))


async def register(admin: Browser, **fields: str | list[str]) -> httpx.Response:
    page = await admin.open("/apps/new")
    usual: dict[str, str | list[str]] = {
        "name": "Dashboard",
        "description": "Shows who is on call.",
        "kind": "confidential",
        "redirect_uris": f"{BACK}\r\nhttp://127.0.0.1:9000/back",
        "vendor": "PTHOUSE",
        "scopes": ["openid", "read"],
    }
    return await admin.send(page, "/apps", **(usual | fields))


async def the_app(night: Night) -> App:
    [app] = await apps.find(night.house)
    return app


def secret_on(page: httpx.Response) -> str:
    [secret] = re.findall(r'<code id="key">(tocsin_cs_[\w-]{43})</code>', page.text)
    return str(secret)


async def act(night: Night, app: App, user: User) -> dict[str, str]:
    """Let an app act for somebody; return its tokens."""
    asked = {"response_type": "code", "client_id": app.id, "redirect_uri": BACK, "scope": "read"}
    sent = Sent(method="GET", fields=list(asked.items()))
    where = await grants.answer(night.house, sent, user, night.now, allow=True)
    code = httpx.URL(where).params["code"]
    _, secret = await apps.renew_secret(night.house, app.id)
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
    proof = {"client_id": app.id, "client_secret": secret}
    fields = list((given | proof).items())
    reply = await grants.swap(night.house, Sent(method="POST", fields=fields), night.now)
    return dict(reply.body)


async def test_an_app_is_registered_and_its_secret_shown_once(admin: Browser, night: Night) -> None:
    page = await register(admin)
    secret, app = secret_on(page), await the_app(night)

    assert page.status_code == 201
    assert app.secret_hash == digest(secret)
    assert app.redirect_uris == (BACK, "http://127.0.0.1:9000/back")
    shown = await admin.open(f"/apps/{app.id}")
    assert secret not in shown.text
    assert "See everything that you may see" in text_of(shown)
    assert f"app_id={app.id}&amp;redirect_url=https%3A%2F%2Fapp.example.org%2Fback" in shown.text
    assert "Dashboard Confidential ThousandEyes 2 just now" in text_of(await admin.open("/apps"))


async def test_a_public_app_has_no_secret(admin: Browser, night: Night) -> None:
    answer = await register(admin, kind="public")

    app = await the_app(night)
    assert (answer.status_code, answer.headers["location"]) == (303, f"/apps/{app.id}")
    assert app.secret_hash is None
    page = await admin.open(f"/apps/{app.id}")
    assert "Renew the secret" not in page.text
    refused = await admin.send(page, f"/apps/{app.id}/secret")
    assert "A public app has no secret." in text_of(refused)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " "}, "Name cannot be blank."),
        ({"description": 501 * "a"}, "Description must have at most 500 characters."),
        ({"redirect_uris": "http://example.org/"}, "Redirect addresses must begin with https://"),
        ({"redirect_uris": "https://example.org/#a"}, "Redirect addresses cannot have a fragment"),
        ({"redirect_uris": "", "kind": "public"}, "Redirect addresses cannot be blank"),
        (
            {"redirect_uris": " ".join(f"https://example.org/{n}" for n in range(21))},
            "Redirect addresses must be at most 20.",
        ),
        ({"scopes": ["everything"]}, "Scope everything is not known."),
        ({"vendor": "PEMAIL0"}, "Vendor PEMAIL0 was not found among those that send requests."),
    ],
)
async def test_an_app_that_cannot_be_is_told_why(
    admin: Browser, night: Night, fields: dict[str, str | list[str]], sentence: str
) -> None:
    page = await register(admin, **fields)

    assert page.status_code == 400
    assert sentence in text_of(page)
    assert not await apps.find(night.house)


async def test_an_app_is_changed_but_stays_of_its_kind(admin: Browser, night: Night) -> None:
    await register(admin)
    app = await the_app(night)
    form = await admin.open(f"/apps/{app.id}/edit")
    assert f"{BACK}\nhttp://127.0.0.1:9000/back" in form.text

    await admin.send(form, f"/apps/{app.id}", name="Wallboard", kind="public", redirect_uris=BACK)

    changed = await the_app(night)
    assert (changed.name, changed.public, changed.redirect_uris) == ("Wallboard", False, (BACK,))
    assert changed.scopes == ()
    no = await admin.send(form, f"/apps/{app.id}", name="")
    assert "Name cannot be blank." in text_of(no)


async def test_a_secret_is_renewed(admin: Browser, night: Night) -> None:
    first = secret_on(await register(admin))
    app = await the_app(night)

    page = await admin.send(await admin.open(f"/apps/{app.id}"), f"/apps/{app.id}/secret")

    assert secret_on(page) != first
    assert (await the_app(night)).secret_hash == digest(secret_on(page))


async def test_an_app_is_deleted(admin: Browser, night: Night) -> None:
    await register(admin)
    app = await the_app(night)

    await admin.send(await admin.open(f"/apps/{app.id}"), f"/apps/{app.id}/delete")

    assert "No app yet." in text_of(await admin.open("/apps"))
    assert (await admin.open(f"/apps/{app.id}")).status_code == 404


@pytest.mark.parametrize("role", ["user", "limited_user", "observer"])
async def test_only_administrators_handle_apps(
    admin: Browser, visitor: Visitor, resident: Resident, night: Night, role: str
) -> None:
    await register(admin)
    app = await the_app(night)
    browser = await visitor(await resident("Eve", role=role))

    page = await browser.open("/settings")
    assert 'href="/apps"' not in page.text
    assert (await browser.open("/apps")).status_code == 403
    for address in ("/apps", f"/apps/{app.id}", f"/apps/{app.id}/secret", f"/apps/{app.id}/delete"):
        assert (await browser.send(page, address)).status_code == 403


async def test_people_see_which_apps_act_for_them_and_take_it_back(
    admin: Browser, browser: Browser, carol: User, night: Night
) -> None:
    await register(admin)
    app = await the_app(night)
    tokens = await act(night, app, carol)

    page = await browser.open("/account/apps")
    assert "Dashboard See everything that you may see just now never" in text_of(page)
    assert "No app acts for you." in text_of(await admin.open("/account/apps"))

    await browser.send(page, "/account/apps/withdraw", app=app.id)

    header = f"Bearer {tokens['access_token']}"
    assert await grants.whose(night.house, header, night.now) is None
    after = text_of(await browser.open("/account/apps"))
    assert "Dashboard acts for you no longer." in after
    assert "No app acts for you." in after


async def test_nobody_takes_back_what_others_gave(
    admin: Browser, carol: User, night: Night
) -> None:
    await register(admin)
    app = await the_app(night)
    tokens = await act(night, app, carol)

    await admin.send(await admin.open("/account/apps"), "/account/apps/withdraw", app=app.id)

    header = f"Bearer {tokens['access_token']}"
    assert await grants.whose(night.house, header, night.now) is not None


async def test_all_that_an_app_holds_is_revoked(admin: Browser, carol: User, night: Night) -> None:
    await register(admin)
    app = await the_app(night)
    tokens = await act(night, app, carol)

    await admin.send(await admin.open(f"/apps/{app.id}"), f"/apps/{app.id}/revoke")

    header = f"Bearer {tokens['access_token']}"
    assert await grants.whose(night.house, header, night.now) is None


async def test_what_others_wrote_is_shown_as_text(admin: Browser, night: Night) -> None:
    evil = "<script>alert(1)</script>"
    await register(admin, name=evil, description=evil)
    app = await the_app(night)

    for address in ("/apps", f"/apps/{app.id}", f"/apps/{app.id}/edit"):
        assert evil not in (await admin.open(address)).text
