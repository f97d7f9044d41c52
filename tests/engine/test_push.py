"""Pages by push, from an alert to a browser, and what becomes of them when the browser is gone."""

from collections.abc import AsyncIterator

import pytest
from prometheus_client import CollectorRegistry

from tests.hook import Hook
from tests.inbox import Inbox
from tests.night import Night
from tests.standins.push_browser import PushBrowser
from tests.team import METHODS
from tocsin.channels.email import Email
from tocsin.channels.web_push import GONE, WebPush
from tocsin.domain.people.user import ContactMethod
from tocsin.engine.engine import Engine
from tocsin.kit.http import Outbound, make_client
from tocsin.kit.smtp import MailServer
from tocsin.kit.vapid import vapid_of
from tocsin.usecases.reaching import devices


@pytest.fixture
async def engine(night: Night, smtp_inbox: Inbox) -> AsyncIterator[Engine]:
    server = MailServer(host="127.0.0.1", port=smtp_inbox.port)
    async with make_client(Outbound(), user_agent="Tocsin/test") as http:
        push = WebPush(http, lambda: night.now, vapid_of(night.house.sealer))
        yield Engine(night.house, [Email(server), push], CollectorRegistry())
    await server.close()


@pytest.fixture
def phone() -> PushBrowser:
    return PushBrowser()


@pytest.fixture
async def device(night: Night, phone: PushBrowser, hook: Hook) -> ContactMethod:
    """Let Ann have a telephone in place of mail."""
    ann = night.team.ann
    await night.take_away((await night.default_email(ann)).id)
    wish = devices.Wish(subscription=phone.subscription(hook.url), label="Phone")
    return await devices.add(night.house, ann.id, wish, night.now)


async def fault_of(night: Night, method: ContactMethod) -> str | None:
    async with night.database.read() as tx:
        known = await METHODS.get(tx, method.id)
    assert known
    return known.fault


async def test_an_alert_rings_on_the_device(
    night: Night, engine: Engine, hook: Hook, phone: PushBrowser, device: ContactMethod
) -> None:
    await night.trigger("Disk full")
    await engine.run_due(night.now)

    [heard] = hook.heard
    assert phone.read(heard).told["title"].endswith("Disk full")
    [told] = await night.notifications()
    assert (told.status, told.kind) == ("success", "push_notification")
    assert hook.url not in told.address


async def test_a_device_that_is_gone_is_marked_and_its_owner_told_another_way(
    night: Night, engine: Engine, hook: Hook, smtp_inbox: Inbox, device: ContactMethod
) -> None:
    hook.say("410 Gone")
    await night.trigger("Disk full")
    await engine.run_due(night.now)

    assert await fault_of(night, device) == GONE
    assert [mail.envelope_to for mail in smtp_inbox.mails] == ["ann@example.com"]


async def test_a_device_that_adds_itself_again_is_good_again(
    night: Night, engine: Engine, hook: Hook, phone: PushBrowser, device: ContactMethod
) -> None:
    hook.say("410 Gone")
    await night.trigger("Disk full")
    await engine.run_due(night.now)

    wish = devices.Wish(subscription=phone.subscription(hook.url), label="Phone")
    again = await devices.add(night.house, night.team.ann.id, wish, night.now)

    assert (again.id, await fault_of(night, device)) == (device.id, None)
