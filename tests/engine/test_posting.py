"""Posting: letters go by one mail server after the other, whatever becomes of the first."""

from collections.abc import AsyncIterator

import pytest
from msgspec.structs import replace

from tests.inbox import Inbox
from tests.night import Night
from tests.standins.tooling import open_tools
from tocsin.channels.email import Email
from tocsin.channels.mail_server import SmtpServer
from tocsin.domain.reaching.letter import Letter, trial
from tocsin.domain.reaching.provider import Provider
from tocsin.engine import posting
from tocsin.engine.carrying import Carrying
from tocsin.engine.posting import AWAY, NO_MAIL, Posting
from tocsin.kit.smtp import MailServer
from tocsin.store.database import Database
from tocsin.usecases.reaching import providers
from tocsin.usecases.reaching.providers import Wish


class Office:
    """One and Two are mail servers of administrators; the one of the settings comes last."""

    def __init__(self, night: Night, carrying: Carrying, one: Inbox, two: Inbox) -> None:
        self.night, self.one, self.two = night, one, two
        self.posting = Posting(night.house, carrying)
        self.letter = Letter(
            id="L1",
            at=night.now,
            sender="oncall@example.com",
            recipient="Ann",
            address="ann@example.com",
            words=trial(house="https://oncall.example.com"),
        )

    async def set_up(self, name: str, inbox: Inbox) -> Provider:
        place = {"host": "127.0.0.1", "port": str(inbox.port), "encryption": "none"}
        wish = Wish(type="smtp", name=name, settings=place | {"bounces": "none"})
        return await providers.create(self.night.house, wish, self.night.now)


@pytest.fixture
async def office(database: Database, smtp_inbox: Inbox) -> AsyncIterator[Office]:
    night = await Night.falls(database)
    one, two = Inbox(), Inbox()
    await one.start()
    await two.start()
    spare = MailServer(host="127.0.0.1", port=smtp_inbox.port)
    async with open_tools() as tools:
        carrying = Carrying(
            [Email(spare)], lambda provider: SmtpServer.make(tools, provider.settings, "")
        )
        yield Office(night, carrying, one, two)
        await carrying.close()
    await spare.close()
    for inbox in (one, two):
        inbox.open.set()
        await inbox.stop()


async def test_a_server_that_hangs_is_given_up_for_the_next(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(posting, "LONGEST", 0.3)
    office.one.open.clear()
    one = await office.set_up("One", office.one)
    await office.set_up("Two", office.two)

    delivery = await office.posting.post(office.letter)

    assert (delivery.ok, delivery.detail) == (True, "Two: OK: kept")
    assert (await providers.get(office.night.house, one.id)).health.last_detail == (
        "Not sent in 0.3 seconds."
    )


async def test_one_that_rests_is_asked_after_those_that_do_not(
    office: Office, smtp_inbox: Inbox
) -> None:
    office.one.at_data = "451 later"
    one = await office.set_up("One", office.one)
    await office.set_up("Two", office.two)
    for _ in range(3):
        await office.posting.post(office.letter)
    assert (await providers.get(office.night.house, one.id)).health.rests_until
    connections = office.one.connections

    await office.posting.post(office.letter)

    assert office.one.connections == connections
    assert (len(office.two.mails), smtp_inbox.mails) == (4, [])
    office.night.passes(seconds=16)
    office.one.at_data = "250 OK: kept"
    await office.posting.post(office.letter)
    assert (await providers.get(office.night.house, one.id)).health.failures == 0


async def test_an_address_that_is_refused_is_asked_for_nowhere_else(
    office: Office, smtp_inbox: Inbox
) -> None:
    office.one.at_rcpt = lambda _: "550 5.1.1 no such user"
    await office.set_up("One", office.one)

    delivery = await office.posting.post(office.letter)

    assert (delivery.ok, delivery.detail) == (False, "One: 550 5.1.1 no such user")
    assert smtp_inbox.connections == 0


async def test_the_server_of_the_settings_is_the_last(office: Office, smtp_inbox: Inbox) -> None:
    office.one.at_data = "554 5.7.1 not from you"
    await office.set_up("One", office.one)

    delivery = await office.posting.post(office.letter)

    assert (delivery.ok, delivery.detail, len(smtp_inbox.mails)) == (True, "OK: kept", 1)


async def test_without_any_server_there_is_no_mail(office: Office) -> None:
    assert await Posting(office.night.house, Carrying([])).post(office.letter) == NO_MAIL


async def test_while_the_database_is_away_a_letter_waits(office: Office) -> None:
    nowhere = await Database.open("postgresql://127.0.0.1:1/nothing")
    house = replace(office.night.house, database=nowhere)

    assert await Posting(house, Carrying([])).post(office.letter) == AWAY
    await nowhere.close()
