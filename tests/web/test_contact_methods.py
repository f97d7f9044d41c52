"""The forms of contact methods and of the steps that use them."""

import re

import httpx
import msgspec
import pytest

from tests.night import Night
from tests.web.conftest import Browser, text_of
from tocsin.domain.people.user import User
from tocsin.usecases.people import users

HOSTILE = '<script>alert(1)</script>"><img src=x onerror=alert(1)>{{ 7*7 }}'
HOOK = {"kind": "webhook", "label": "Pager app", "address": "https://example.com/ring"}


@pytest.fixture(autouse=True)
def channels(night: Night) -> None:
    """Let e-mail and webhooks be carried."""
    carried = frozenset({"email", "webhook"})
    night.house = msgspec.structs.replace(night.house, channels=carried)


async def _known(night: Night, user: User) -> users.Known:
    return await users.get(night.house, user.id)


async def _add(browser: Browser, user: User, **fields: str) -> httpx.Response:
    kind = (HOOK | fields)["kind"]
    page = await browser.open(f"/users/{user.id}/contact_methods/new?kind={kind}")
    return await browser.send(page, f"/users/{user.id}/contact_methods", **HOOK | fields)


async def _follow(browser: Browser, answer: httpx.Response) -> str:
    assert answer.status_code == 303, answer.text
    return text_of(await browser.open(answer.headers["location"]))


async def test_only_what_can_be_carried_is_offered(browser: Browser, carol: User) -> None:
    page = await browser.open(f"/users/{carol.id}/contact_methods/new")

    assert re.findall(r"new\?kind=(\w+)", page.text) == ["email", "webhook"]


@pytest.mark.parametrize(
    ("use", "high", "low"),
    [
        ("high", "at once by e-mail and webhook.", "at once by e-mail."),
        ("both", "at once by e-mail and webhook.", "at once by e-mail and webhook."),
        ("none", "at once by e-mail.", "at once by e-mail."),
    ],
)
async def test_a_contact_method_is_added_and_used_as_wished(
    browser: Browser, carol: User, use: str, high: str, low: str
) -> None:
    text = await _follow(browser, await _add(browser, carol, use=use))

    assert "Pager app was added." in text
    assert "webhook Pager app https://example.com/ring" in text
    assert f"When urgency is high: {high}" in text
    assert f"When urgency is low: {low}" in text
    assert ("No step uses it." in text) == (use == "none")


async def test_a_contact_method_is_changed(browser: Browser, night: Night, carol: User) -> None:
    await _add(browser, carol, use="high")
    method = (await _known(night, carol)).methods[1]
    path = f"/users/{carol.id}/contact_methods/{method.id}"
    page = await browser.open(f"{path}/edit")
    assert 'value="https://example.com/ring"' in page.text

    fields = HOOK | {"label": "Bell", "address": "https://example.com/bell"}
    text = await _follow(browser, await browser.send(page, path, **fields))

    assert "webhook Bell https://example.com/bell" in text
    assert "at once by e-mail and webhook." in text


async def test_a_contact_method_goes_with_the_steps_that_use_it(
    browser: Browser, night: Night, carol: User
) -> None:
    await _add(browser, carol, use="both")
    method = (await _known(night, carol)).methods[1]
    page = await browser.open(f"/users/{carol.id}")
    assert "and the 2 steps that use it go with it." in text_of(page)

    path = f"/users/{carol.id}/contact_methods/{method.id}/remove"
    text = await _follow(browser, await browser.send(page, path))

    assert "Pager app was removed." in text
    assert "webhook" not in text


@pytest.mark.parametrize(
    ("fields", "name", "fault"),
    [
        ({"label": " "}, "label", "Label cannot be blank."),
        (
            {"address": "example"},
            "address",
            "URL must be an address such as https://example.com/pages.",
        ),
        (
            {"kind": "email", "address": "carol@example.com"},
            "address",
            "E-mail address is among the contact methods already.",
        ),
    ],
)
async def test_faults_stand_beside_their_fields(
    browser: Browser, carol: User, fields: dict[str, str], name: str, fault: str
) -> None:
    answer = await _add(browser, carol, **fields)

    assert answer.status_code == 400
    assert f'<span class="fault" id="{name}-fault">{fault}</span>' in answer.text
    assert 'value="Pager app"' in answer.text or name == "label"


async def test_a_telephone_that_nothing_can_ring_yet_says_so_and_can_be_changed(
    browser: Browser, night: Night, carol: User
) -> None:
    method = await night.give(carol, "sms", "5551234567", minutes=5)
    page = await browser.open(f"/users/{carol.id}")
    assert "SMS sms +1 5551234567 Nothing can be sent this way yet" in text_of(page)

    path = f"/users/{carol.id}/contact_methods/{method.id}"
    form = await browser.open(f"{path}/edit")
    assert 'name="country_code" type="tel" value="1"' in form.text
    written = "+43 (0)664 123456"  # country and all
    fields = {"kind": "sms", "label": "Mobile", "address": written, "country_code": "1"}

    assert "+43 664123456" in await _follow(browser, await browser.send(form, path, **fields))


async def test_a_step_is_added_taken_away_and_put_back(
    browser: Browser, night: Night, carol: User
) -> None:
    [method] = (await _known(night, carol)).methods
    page = await browser.open(f"/users/{carol.id}")
    path = f"/users/{carol.id}/notification_rules"
    step = {"contact_method": method.id, "urgency": "high", "delay": "5"}

    text = await _follow(browser, await browser.send(page, path, **step))
    assert "When urgency is high, e-mail is used after 5 min from now on." in text
    assert "When urgency is high: at once by e-mail, after 5 min by e-mail." in text

    [rule] = [rule for rule in (await _known(night, carol)).rules if rule.delay_minutes == 5]
    answer = await browser.send(page, f"{path}/{rule.id}/remove")
    shown = await browser.open(answer.headers["location"])
    assert "When urgency is high: at once by e-mail." in text_of(shown)

    undo = dict(re.findall(r'name="(contact_method|urgency|delay)" value="(\w+)"', shown.text)[:3])
    assert undo == step
    assert "after 5 min" in await _follow(browser, await browser.send(shown, path, **undo))


@pytest.mark.parametrize(
    ("fields", "fault"),
    [
        ({"delay": "0"}, "Start delay: there is a step at this moment by this contact method"),
        ({"delay": "soon"}, "Start delay must be a number of minutes."),
        ({"delay": "10081"}, "Start delay must be from 0 to 10080 minutes."),
        ({"contact_method": "PNOTHING"}, "Contact method PNOTHING was not found."),
    ],
)
async def test_a_step_that_breaks_a_rule_is_refused_where_it_was_asked_for(
    browser: Browser, night: Night, carol: User, fields: dict[str, str], fault: str
) -> None:
    [method] = (await _known(night, carol)).methods
    page = await browser.open(f"/users/{carol.id}")
    step = {"contact_method": method.id, "urgency": "low", "delay": "7"} | fields
    answer = await browser.send(page, f"/users/{carol.id}/notification_rules", **step)

    assert answer.status_code == 400
    assert fault in text_of(answer)
    assert re.search(r'id="plan-low">.*<details class="adding-step" open>', answer.text, re.DOTALL)


async def test_labels_and_addresses_are_text(browser: Browser, carol: User) -> None:
    await _add(browser, carol, label=HOSTILE, use="high")

    page = await browser.open(f"/users/{carol.id}")

    assert "<script>alert" not in page.text
    assert "{{ 7*7 }}" in page.text


async def test_what_belongs_to_another_is_not_found_under_one_s_own_name(
    browser: Browser, night: Night, carol: User
) -> None:
    known = await _known(night, night.team.ben)
    page = await browser.open(f"/users/{carol.id}")
    mine = f"/users/{carol.id}"

    for path in (
        f"{mine}/contact_methods/{known.methods[0].id}/remove",
        f"{mine}/notification_rules/{known.rules[0].id}/remove",
    ):
        assert (await browser.send(page, path)).status_code == 404
    assert await _known(night, night.team.ben) == known


async def test_a_field_is_called_what_it_asks_for(browser: Browser, carol: User) -> None:
    said = text_of(await _add(browser, carol, kind="sms", address="none"))

    assert "Number A number as you write it, such as 660 1234567" in said
    assert "Number must be at most 40 digits" in said
    assert "Address" not in said


@pytest.mark.parametrize("code", ["9" * 5000, "99999", "4x", "²", "-1", "0x1"])
async def test_what_is_no_code_of_a_country_is_told_beside_its_field(
    browser: Browser, night: Night, carol: User, code: str
) -> None:
    carried = frozenset({"email", "sms"})
    night.house = msgspec.structs.replace(night.house, channels=carried)
    number = {"kind": "sms", "address": "5551234567", "country_code": code}

    answer = await _add(browser, carol, **number)

    assert answer.status_code == 400
    assert "Country code must be from 1 to 1999." in text_of(answer)
