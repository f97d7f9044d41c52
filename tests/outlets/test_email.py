"""E-mail as an outlet: letters to a real mail server."""

from msgspec.structs import replace

from tests.domain.signals import LINK, TRIGGER
from tests.inbox import Inbox
from tocsin.domain.monitoring.channel_config import Email
from tocsin.outlets.email import NO_MAIL, tell
from tocsin.outlets.tools import Tools

BOTH = Email(addresses=("ann@example.com", "ben@example.com"))


async def test_people_read_what_is_wrong(smtp_inbox: Inbox, tools: Tools) -> None:
    outcome = await tell(TRIGGER, BOTH, tools)

    assert (outcome.ok, outcome.detail) == (True, "Sent to 2 of 2 addresses")
    ann, ben = smtp_inbox.mails
    assert [ann.envelope_to, ben.envelope_to] == list(BOTH.addresses)
    assert ann["From"] == "Tocsin <oncall@example.com>"
    assert ann["Subject"] == "[Tocsin] Alarm: Cart answers in 812 ms"
    assert ann["Message-ID"] == "<signal.QVIOLATION0001.trigger.1772452800@example.com>"
    for said in (
        "Watches: https://shop.example.com/cart",
        "Condition: response_time > 500",
        "Seen: from Vienna",
        "See the runbook.",
        "response_time: 812",
        LINK,
    ):
        assert said in ann.text
    assert outcome.request.startswith("To: ann@example.com, ben@example.com\nSubject: Alarm: Cart")


async def test_people_read_that_it_is_over(smtp_inbox: Inbox, tools: Tools) -> None:
    signal = replace(TRIGGER, action="resolve", summary="Resolved: Cart answers in 812 ms")

    outcome = await tell(signal, Email(addresses=("ann@example.com",)), tools)

    [mail] = smtp_inbox.mails
    assert mail["Subject"] == "[Tocsin] Resolved: Cart answers in 812 ms"
    assert outcome.detail == outcome.answer.removeprefix("ann@example.com: ")


async def test_a_refused_address_is_named_and_the_others_are_told(
    smtp_inbox: Inbox, tools: Tools
) -> None:
    smtp_inbox.at_rcpt = lambda to: "550 no such user" if to.startswith("ann") else "250 OK"

    outcome = await tell(TRIGGER, BOTH, tools)

    assert (outcome.ok, outcome.retry) == (False, False)
    assert outcome.detail == ("Sent to 1 of 2 addresses. ann@example.com: 550 no such user")
    assert len(smtp_inbox.mails) == 1


async def test_what_may_pass_is_tried_again(smtp_inbox: Inbox, tools: Tools) -> None:
    smtp_inbox.at_rcpt = lambda _to: "451 later"

    assert (await tell(TRIGGER, BOTH, tools)).retry


async def test_without_a_mail_server_nothing_is_promised(tools: Tools) -> None:
    assert await tell(TRIGGER, BOTH, replace(tools, postman=None)) == NO_MAIL
