"""Amazon SES over HTTP: its topic is confirmed, and a bounce finds the message it is about."""

from collections.abc import AsyncIterator

import httpx
import pytest
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from tests.inbox import Inbox
from tests.night import URL, Night
from tests.standins.mail_services import (
    SES_NAME,
    STRANGER,
    TOPIC,
    Amazon,
    Detour,
    confirmation,
    noted,
    ses_bounce,
    ses_event,
)
from tests.standins.tooling import open_tools
from tests.team import METHODS
from tocsin.api.hearing import HearingApp
from tocsin.channels.mail_server import SmtpServer
from tocsin.domain.reaching.hearing import Callback
from tocsin.domain.reaching.sent import Sent
from tocsin.engine.carrying import Carrying
from tocsin.engine.engine import Engine
from tocsin.store.database import Database
from tocsin.store.reaching.messages import MESSAGES
from tocsin.usecases.reaching import providers
from tocsin.usecases.reaching.providers import Wish


class Ses:
    """A mail server of SES that pages have gone by, and the way by which SNS calls."""

    def __init__(
        self, night: Night, amazon: Amazon, engine: Engine, http: httpx.AsyncClient
    ) -> None:
        self.night, self.amazon = night, amazon
        self._engine, self._http = engine, http

    async def page(self) -> Sent:
        """Let Ann be paged, and return what was kept of it."""
        await self.night.trigger("Disk full")
        await self._engine.run_due(self.night.now)
        return await self.sent()

    async def sent(self) -> Sent:
        async with self.night.database.read() as tx:
            [sent] = await MESSAGES.select(tx)
        return sent

    async def fault(self) -> str | None:
        """What is known to be wrong with the address of the page."""
        async with self.night.database.read() as tx:
            method = await METHODS.get(tx, (await self.sent()).contact_method_id or "")
        return method.fault if method else None

    async def calls(self, call: Callback) -> int:
        [known] = await providers.find(self.night.house)
        path = f"/callbacks/{known.provider.id}"
        return (await self._http.post(path, content=call.body)).status_code


@pytest.fixture
async def ses(database: Database, smtp_inbox: Inbox) -> AsyncIterator[Ses]:
    night = await Night.falls(database)
    smtp_inbox.at_data = f"250 Ok {SES_NAME}"
    place = {"host": "127.0.0.1", "port": str(smtp_inbox.port), "encryption": "none"}
    wish = Wish(type="smtp", settings=place | {"bounces": "ses", "topic": TOPIC})
    await providers.create(night.house, wish, night.now)
    async with Amazon() as amazon, open_tools() as usual:
        tools = replace(usual, http=httpx.AsyncClient(transport=Detour(amazon)))
        carrying = Carrying([], lambda one: SmtpServer.make(tools, one.settings, ""))
        engine = Engine(night.house, carrying, CollectorRegistry())
        app = HearingApp(night.house, lambda one: carrying.of(one.kind, one), engine.count_heard)
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=URL) as http:
            yield Ses(night, amazon, engine, http)
        await carrying.close()
        await tools.http.aclose()


async def test_the_topic_is_confirmed(ses: Ses) -> None:
    assert await ses.calls(confirmation(ses.night.now, key=STRANGER)) == 401
    assert await ses.calls(confirmation(ses.night.now)) == 200

    assert [path.partition("&")[0] for path in ses.amazon.paths[1:]] == [
        "/?Action=ConfirmSubscription"
    ]


async def test_a_bounce_marks_the_address(ses: Ses) -> None:
    assert (await ses.page()).provider_ref == SES_NAME

    bounce = ses_event("Bounce", bounce=ses_bounce())
    assert await ses.calls(noted(bounce, ses.night.now, key=STRANGER)) == 401
    assert await ses.fault() is None
    assert await ses.calls(noted(bounce, ses.night.now, version="2")) == 200

    assert (await ses.sent()).receipt == "failed"
    assert await ses.fault() == "Amazon SES: smtp; 550 5.1.1 no such user"


async def test_what_is_told_again_changes_nothing_more(ses: Ses) -> None:
    await ses.page()
    delivery = noted(ses_event("Delivery"), ses.night.now)
    bounce = noted(ses_event("Bounce", bounce=ses_bounce("Transient")), ses.night.now)
    for call in (delivery, bounce, bounce, delivery):
        assert await ses.calls(call) == 200

    assert (await ses.sent()).receipt == "failed"
    assert [work.kind for work in await ses.night.work("email")] == ["notify"]


async def test_what_ses_tells_of_mails_of_others_is_taken_and_forgotten(ses: Ses) -> None:
    await ses.page()
    bounce = ses_event("Bounce", name="0107-another", bounce=ses_bounce())

    assert await ses.calls(noted(bounce, ses.night.now)) == 200
    assert (await ses.sent()).receipt == "accepted"
