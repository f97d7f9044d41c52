"""The pages of notification schemes: who hears first, who later, and who is added."""

from typing import Final

from tests.night import Night
from tests.watching import environment
from tests.web.conftest import Browser, text_of
from tests.web.watching import channel, rule, send
from tocsin.domain.monitoring.notification_channel import SchemeStep
from tocsin.usecases.monitoring import notification_channels, notification_schemes

SCHEMES: Final = "/notification_schemes"
HOOK: Final = "https://hooks.slack.com/services/T000/B000/example"


async def test_a_contact_that_is_added_to_a_scheme_is_of_its_first_step(
    browser: Browser, night: Night
) -> None:
    env = await environment(night)
    first = await channel(night, env, "Chat")
    steps = (
        SchemeStep(after=0, channel_ids=(first.id,)),
        SchemeStep(after=600, channel_ids=(first.id,)),
    )
    wish = notification_schemes.Wish(name="Nights", steps=steps)
    scheme = await notification_schemes.create(night.house, env.id, wish, night.now)
    within = f"/environments/{env.id}/channels"
    page = await browser.open(f"{SCHEMES}/{scheme.id}/edit")
    assert f'href="{within}/new?scheme={scheme.id}"' in page.text
    page = await browser.open(f"{within}/new?scheme={scheme.id}")
    assert f'href="{within}/new/api?scheme={scheme.id}"' in page.text

    said = await send(
        browser, f"{within}/new/api?scheme={scheme.id}", within, kind="api", name="Tickets",
        scheme=scheme.id, **{"trigger-url": "https://example.com/a"},
    )  # fmt: skip

    assert "It is a contact of the scheme's first step now." in said
    changed = await notification_schemes.get(night.house, scheme.id)
    assert [len(step.channel_ids) for step in changed.steps] == [2, 1]


async def test_a_scheme_that_lost_its_steps_takes_a_contact(browser: Browser, night: Night) -> None:
    env = await environment(night)
    one = await channel(night, env)
    steps = (SchemeStep(after=0, channel_ids=(one.id,)),)
    wish = notification_schemes.Wish(name="Nights", steps=steps)
    scheme = await notification_schemes.create(night.house, env.id, wish, night.now)
    await notification_channels.remove(night.house, one.id, night.now)
    within = f"/environments/{env.id}/channels"
    at = f"{within}/new/slack?scheme={scheme.id}"

    await send(browser, at, within, kind="slack", name="Chat", url=HOOK, scheme=scheme.id)

    [step] = (await notification_schemes.get(night.house, scheme.id)).steps
    assert len(step.channel_ids) == 1


async def test_a_scheme_says_who_hears_first_and_who_later(browser: Browser, night: Night) -> None:
    env = await environment(night)
    first, later = await channel(night, env, "Chat"), await channel(night, env, "Phones")
    within = f"/environments/{env.id}/schemes"
    assert "There is no scheme yet." in text_of(await browser.open(within))

    said = await send(
        browser, f"{within}/new", within, name="Nights", description="", **{
            "after-0": "0", "channels-0": first.id, "after-1": "10", "channels-1": later.id,
        },
    )  # fmt: skip

    assert "The scheme was added." in said
    assert "10 min after it began, if nobody has acknowledged it" in said
    [made] = await notification_schemes.find(night.house, env.id)
    assert made.steps == (
        SchemeStep(after=0, channel_ids=(first.id,)),
        SchemeStep(after=600, channel_ids=(later.id,)),
    )
    assert "Backup, after 10 min: Phones" in text_of(await browser.open(within))


async def test_steps_are_added_and_removed_without_script(browser: Browser, night: Night) -> None:
    env = await environment(night)
    at = f"/environments/{env.id}/schemes/new"
    page = await browser.open(at)
    two = await browser.send(page, at, do="add", **{"after-0": "5"})

    assert 'name="after-1" type="number" value="10"' in two.text
    one = await browser.send(two, at, do="remove-0", **{"after-0": "5", "after-1": "x"})
    assert 'value="x"' in one.text
    assert 'name="after-1"' not in one.text
    more = await browser.send(one, at, do="add", **{"after-0": "x"})
    assert 'name="after-1" type="number" value="5"' in more.text


async def test_a_scheme_is_changed_and_deleted(browser: Browser, night: Night) -> None:
    env = await environment(night)
    told = await channel(night, env)
    steps = (SchemeStep(after=0, channel_ids=(told.id,)),)
    wish = notification_schemes.Wish(name="Nights", steps=steps)
    scheme = await notification_schemes.create(night.house, env.id, wish, night.now)
    await rule(night, env, scheme_ids=(scheme.id,))
    path = f"{SCHEMES}/{scheme.id}"
    assert "Errors" in text_of(await browser.open(path))

    fields = {"after-0": "1", "channels-0": told.id}
    assert "The scheme was changed." in await send(
        browser, f"{path}/edit", path, name="Days", **fields
    )
    page = await browser.send(
        await browser.open(f"{path}/edit"), f"{path}/edit", do="add", **fields
    )
    assert 'name="after-1"' in page.text
    assert "Step 1 must be due after" in await send(
        browser, f"{path}/edit", path, name="Days", **{"after-0": "soon", "channels-0": told.id}
    )
    assert "The scheme was deleted." in await send(browser, path, f"{path}/delete")


async def test_a_scheme_without_channels_is_refused(browser: Browser, night: Night) -> None:
    env = await environment(night)
    within = f"/environments/{env.id}/schemes"

    said = await send(browser, f"{within}/new", within, name="Nights", **{"after-0": "0"})

    assert "Step 1 must have at least one notification channel." in said


async def test_a_scheme_may_have_more_steps_than_names(browser: Browser, night: Night) -> None:
    env = await environment(night)
    at = f"/environments/{env.id}/schemes/new"
    fields = {f"after-{number}": str(number) for number in range(4)}

    page = await browser.send(await browser.open(at), at, do="", **fields)

    assert "Escalation 2" in text_of(page)
