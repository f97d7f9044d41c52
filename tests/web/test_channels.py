"""The pages of notification channels: set up, tried out, shown, and taken away."""

from typing import Final

import pytest
from msgspec.structs import replace

from tests.night import Night
from tests.watching import environment
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tests.web.watching import KEY, channel, rule, send
from tocsin.domain.machines.delivery import Dispatch
from tocsin.domain.monitoring.channel_config import (
    EU,
    ApiAction,
    ApiRequest,
    Email,
    PagerDuty,
    Slack,
    Webhook,
)
from tocsin.domain.monitoring.notification_channel import SchemeStep
from tocsin.store.machines.deliveries import DELIVERIES
from tocsin.usecases.monitoring import alert_rules, notification_channels, notification_schemes
from tocsin.usecases.monitoring.notification_channels import config_of

CHANNELS: Final = "/notification_channels"
HOSTILE: Final = "<script>alert(1)</script>"
HOOK: Final = "https://hooks.slack.com/services/T000/B000/example"

INSTRUCTIONS: Final = """
# Method:
POST
# URL:
https://api.example.com/incidents
# Body:
{"title": "{MSG}"}
# Headers:
Authorization: Token token=4711
# Parse response:
JSON: incident.id
```
And now the other one:
```
# Method:
PUT
# URL:
https://api.example.com/incidents/{ID}
{% endhighlight %}
You are done.
"""


async def only(night: Night, env_id: str) -> notification_channels.Known:
    [found] = await notification_channels.find(night.house, env_id)
    return await notification_channels.get(night.house, found.id)


async def test_pagerduty_is_added_with_a_name_and_a_key(browser: Browser, night: Night) -> None:
    env = await environment(night)
    within = f"/environments/{env.id}/channels"
    assert "Nobody is told yet." in text_of(await browser.open(within))
    assert "Add PagerDuty" in text_of(await browser.open(f"{within}/new"))

    said = await send(
        browser, f"{within}/new/pagerduty", within, kind="pagerduty", name="Checkout", key=KEY,
        region="https://events.pagerduty.com", dialect="v2",
    )  # fmt: skip

    assert "The channel was saved. Test it now" in said
    assert KEY not in said
    made = (await only(night, env.id)).channel
    assert (made.name, made.kind, made.proof) == ("Checkout", "pagerduty", "untried")
    assert "Untried" in text_of(await browser.open(within))


@pytest.mark.parametrize(
    ("kind", "fields", "config"),
    [
        ("pagerduty", {"key": KEY, "region": EU, "dialect": "v1"}, PagerDuty(
            integration_key=KEY, dialect="v1", base_url=EU,
        )),
        ("pagerduty", {"key": KEY, "region": "elsewhere", "base_url": "https://on.example.com"},
            PagerDuty(integration_key=KEY, base_url="https://on.example.com")),
        ("email", {"addresses": "a@example.com\r\nb@example.com"},
            Email(addresses=("a@example.com", "b@example.com"))),
        ("slack", {"url": HOOK}, Slack(url=HOOK)),
        ("webhook", {"url": "https://example.com/hook", "secret": "s3cret", "headers": "A: b"},
            Webhook(url="https://example.com/hook", secret="s3cret", headers="A: b")),
        ("api", {"trigger-url": "https://example.com/a", "trigger-method": "PUT",
                 "resolve-url": "https://example.com/b"},
            ApiAction(
                trigger=ApiRequest(method="PUT", url="https://example.com/a"),
                resolve=ApiRequest(url="https://example.com/b"),
            )),
    ],
)  # fmt: skip
async def test_each_kind_has_a_form_that_makes_it_and_changes_it(
    browser: Browser, night: Night, kind: str, fields: dict[str, str], config: object
) -> None:
    env = await environment(night)
    within = f"/environments/{env.id}/channels"

    await send(browser, f"{within}/new/{kind}", within, kind=kind, name="There", **fields)

    made = (await only(night, env.id)).channel
    assert config_of(night.house, made) == config
    path = f"{CHANNELS}/{made.id}"
    page = await browser.open(f"{path}/edit")
    assert 'value="There"' in page.text
    assert "The channel was changed." in await send(
        browser, f"{path}/edit", path, name="Here", **fields
    )
    changed = (await only(night, env.id)).channel
    assert changed.name == "Here"
    assert config_of(night.house, changed) == config


async def test_secrets_are_masked_in_the_form_and_stay(browser: Browser, night: Night) -> None:
    env = await environment(night)
    one = await channel(night, env)
    path = f"{CHANNELS}/{one.id}"
    page = await browser.open(f"{path}/edit")
    assert KEY not in page.text

    await browser.send(
        page, path, name="Other", key="••••cdef", region="https://events.pagerduty.com",
        dialect="v2",
    )  # fmt: skip

    assert config_of(night.house, (await only(night, env.id)).channel) == PagerDuty(
        integration_key=KEY
    )


async def test_instructions_of_a_guide_are_pasted_as_they_are(
    browser: Browser, night: Night
) -> None:
    env = await environment(night)
    at = f"/environments/{env.id}/channels/new/api"
    page = await browser.send(
        await browser.open(at), at, do="paste-trigger", **{"paste-trigger": INSTRUCTIONS}
    )

    assert 'value="https://api.example.com/incidents"' in page.text
    assert 'value="https://api.example.com/incidents/{ID}"' in page.text
    assert "Authorization: Token token=4711" in page.text
    assert 'value="incident.id"' in page.text
    assert "And now" not in page.text
    assert "You are done" not in page.text


async def test_instructions_that_are_none_are_told_so(browser: Browser, night: Night) -> None:
    env = await environment(night)
    at = f"/environments/{env.id}/channels/new/api"
    page = await browser.open(at)

    said = await browser.send(page, at, do="paste-resolve", **{"paste-resolve": HOSTILE})
    assert said.status_code == 400
    assert "Instructions must have headings" in text_of(said)
    assert HOSTILE not in said.text
    assert (await browser.send(page, at, do="nonsense")).status_code == 200


async def test_pasting_into_a_channel_that_is_there_changes_nothing_yet(
    browser: Browser, night: Night
) -> None:
    env = await environment(night)
    config = ApiAction(trigger=ApiRequest(url="https://example.com/a"))
    one = await channel(night, env, "API", config)
    at = f"{CHANNELS}/{one.id}/edit"

    page = await browser.send(
        await browser.open(at), at, do="paste-trigger", **{"paste-trigger": INSTRUCTIONS}
    )

    assert 'value="https://api.example.com/incidents"' in page.text
    assert config_of(night.house, (await only(night, env.id)).channel) == config


async def test_a_fault_of_a_request_stands_at_its_request(browser: Browser, night: Night) -> None:
    env = await environment(night)
    within = f"/environments/{env.id}/channels"
    page = await browser.send(
        await browser.open(f"{within}/new/api"), within, kind="api", name="A",
        **{"trigger-url": "https://example.com/", "trigger-headers": "From: [[your email]]"},
    )  # fmt: skip

    assert page.status_code == 400
    assert "Trigger request still has [[your email]]" in text_of(page)


async def test_a_test_shows_that_it_is_on_its_way_and_what_came_of_it(
    browser: Browser, night: Night
) -> None:
    env = await environment(night)
    one = await channel(night, env)
    path = f"{CHANNELS}/{one.id}"

    page = await browser.open(path)
    assert "Test Integration" in text_of(page)
    answer = await browser.send(page, f"{path}/test", action="trigger")

    assert "?trial=" in answer.headers["location"]
    text = text_of(await browser.open(answer.headers["location"]))
    assert "On its way Test trigger" in text
    assert "Trigger as a test Waiting" in text
    trial_id = answer.headers["location"].partition("=")[2].partition("#")[0]
    await settle(night, await notification_channels.trial(night.house, trial_id))
    text = text_of(await browser.open(answer.headers["location"]))
    assert "Delivered Test trigger" in text
    assert "What was sent POST /v2/enqueue" in text
    assert f"What came back 202 {HOSTILE}" in text
    assert HOSTILE not in (await browser.open(answer.headers["location"])).text


async def settle(night: Night, dispatch: Dispatch) -> None:
    """Let something have been delivered."""
    async with night.database.begin() as tx:
        await DELIVERIES.update(
            tx,
            replace(
                dispatch,
                status="delivered",
                due=None,
                attempts=1,
                body="POST /v2/enqueue",
                answer=f"202 {HOSTILE}",
                finished_at=night.now,
            ),
        )


async def test_nothing_ends_without_an_open_test(browser: Browser, night: Night) -> None:
    one = await channel(night, await environment(night))
    path = f"{CHANNELS}/{one.id}"

    said = await send(browser, path, f"{path}/test", action="resolve")

    assert said.startswith("409 ")
    assert "There is no open test: send a test trigger first." in said


async def test_the_first_channel_is_meant_to_hear_of_everything(
    browser: Browser, night: Night
) -> None:
    env = await environment(night)
    within = f"/environments/{env.id}/channels"
    page = await browser.open(f"{within}/new/slack")
    assert 'name="all" value="yes" checked' in page.text

    said = await send(
        browser, f"{within}/new/slack", within, kind="slack", name="Chat", url=HOOK, all="yes"
    )

    assert "Every alert rule of Production" in said
    assert 'name="all" value="yes" checked' not in (await browser.open(f"{within}/new/slack")).text


async def test_a_channel_says_who_tells_it(browser: Browser, night: Night) -> None:
    env = await environment(night)
    one = await channel(night, env)
    path = f"{CHANNELS}/{one.id}"
    assert "Nothing names this channel: it hears of nothing." in text_of(await browser.open(path))

    await rule(night, env, "Slow pages", channel_ids=(one.id,))
    steps = (SchemeStep(after=0, channel_ids=(one.id,)),)
    wish = notification_schemes.Wish(name="Nights", steps=steps)
    await notification_schemes.create(night.house, env.id, wish, night.now)

    text = text_of(await browser.open(path))
    assert "Who tells it Slow pages The scheme Nights" in text


async def test_a_channel_that_nothing_names_is_told_of_everything_with_one_button(
    browser: Browser, night: Night
) -> None:
    path = f"{CHANNELS}/{(await channel(night, await environment(night))).id}"

    for _ in range(2):
        page = await browser.open(path)
        answer = await browser.send(page, f"{path}/everything")

    text = text_of(await browser.open(answer.headers["location"]))
    assert "Who tells it Every alert rule of Production" in text
    assert "Tell it of every rule" not in text


async def test_a_channel_is_removed(browser: Browser, night: Night) -> None:
    env = await environment(night)
    one = await channel(night, env)
    path = f"{CHANNELS}/{one.id}"

    assert "The channel was removed." in await send(browser, path, f"{path}/delete")
    assert await notification_channels.find(night.house, env.id) == []
    assert (await browser.open(path)).status_code == 404


async def test_whoever_only_looks_changes_nothing(
    visitor: Visitor, resident: Resident, night: Night
) -> None:
    env = await environment(night)
    one = await channel(night, env, HOSTILE)
    browser = await visitor(await resident("Olga", role="observer"))
    page = await browser.open(f"{CHANNELS}/{one.id}")

    assert HOSTILE not in page.text
    assert "/test" not in page.text
    assert (await browser.send(page, f"{CHANNELS}/{one.id}/test")).status_code == 403
    assert (await browser.open(f"{CHANNELS}/{one.id}/edit")).status_code == 403


async def test_a_new_service_for_a_rule_is_told_by_it(browser: Browser, night: Night) -> None:
    env = await environment(night)
    one = await rule(night, env)
    within = f"/environments/{env.id}/channels"

    said = await send(
        browser, f"{within}/new/pagerduty?rule={one.id}", within, kind="pagerduty", name="New",
        key=KEY, region=EU, rule=one.id,
    )  # fmt: skip

    assert "The rule tells it from now on." in said
    made = (await only(night, env.id)).channel
    assert (await alert_rules.get(night.house, one.id)).channel_ids == (made.id,)
    assert "400 " in await send(
        browser, f"{within}/new/slack", within, kind="slack", name="S", url=HOOK, rule="QX"
    )
