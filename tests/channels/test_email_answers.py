"""Mails that are answered: buttons, replies and bounces, in the language of the person."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from tests.channels.test_email import DISK, MESSAGE, about, disk
from tests.inbox import Inbox
from tocsin.channels.email import Email
from tocsin.channels.mail_back import mark_of
from tocsin.domain.reaching.message import Briefing, Message, Notice
from tocsin.kit.smtp import MailServer

TOKEN = "Q1.abcdefghijklmnopqrstuv"
PAGE_URL = f"https://oncall.example.com/answer/{TOKEN}"


@pytest.fixture
async def channel(smtp_inbox: Inbox) -> AsyncIterator[Email]:
    server = MailServer(host="127.0.0.1", port=smtp_inbox.port)
    yield Email(server)
    await server.close()


def asked(*incidents: Briefing, **changes: Any) -> Message:
    deeds = ("acknowledge", "resolve", "escalate")
    given = {"deeds": deeds, "token": TOKEN, "answer_url": PAGE_URL} | changes
    return about(*(incidents or (DISK,)), **given)


async def test_a_mail_leads_to_the_page_that_answers_it(channel: Email, smtp_inbox: Inbox) -> None:
    for message in (asked(), asked(DISK, disk(number=13)), asked(short=True)):
        await channel.send(message, "ann@example.com")

    for mail in smtp_inbox.mails[:2]:
        for deed, label in (("acknowledge", "Acknowledge"), ("resolve", "Resolve")):
            assert f"{label}: {PAGE_URL}?do={deed}" in mail.text
            assert mail.html.count(f'href="{PAGE_URL}?do={deed}"') == 1
            assert f">{label}</a>" in mail.html
    assert smtp_inbox.mails[2].text.splitlines()[-1] == PAGE_URL
    assert smtp_inbox.mails[0]["Reply-To"] is None
    assert "reply to this mail" not in smtp_inbox.mails[0].text


async def test_where_answers_come_back_a_reply_and_a_bounce_name_the_message(
    smtp_inbox: Inbox,
) -> None:
    server = MailServer(host="127.0.0.1", port=smtp_inbox.port)
    channel = Email(server, "in.example.com")
    await channel.send(asked(), "ann@example.com")
    await channel.send(asked(deeds=()), "ann@example.com")
    await channel.send(MESSAGE, "ann@example.com")
    await server.close()

    page, notice, bare = smtp_inbox.mails
    assert page["Reply-To"] == f"ack+{TOKEN}@in.example.com"
    assert "reply to this mail: 4 acknowledges" in page.text
    assert "reply to this mail: 4 acknowledges" in page.html
    assert page.envelope_from == f"bounce+Q1.{mark_of(TOKEN)}@in.example.com"
    assert TOKEN.partition(".")[2] not in page.envelope_from
    assert (notice["Reply-To"], notice.envelope_from) == (None, page.envelope_from)
    assert (bare["Reply-To"], bare.envelope_from) == (None, "oncall@example.com")


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("de", ["Dienst: Checkout", "Bestätigen: https", "dieser Vorfall wartet", "Samstag"]),
        ("fr", ["Gravité: critical", "Acquitter: https", "cet incident vous attend", "samedi"]),
        ("es", ["Servicio: Checkout", "Confirmar: https", "este incidente le espera", "sábado"]),
        ("ja", ["サービス: Checkout", "確認する: https", "対応を待っています", "土曜日"]),
    ],
)
async def test_a_mail_speaks_the_language_of_the_person(
    channel: Email, smtp_inbox: Inbox, language: str, words: list[str]
) -> None:
    await channel.send(asked(language=language), "ann@example.com")

    (mail,) = smtp_inbox.mails
    assert [word for word in words if word not in mail.text] == []
    assert f'<html lang="{language}">' in mail.html


async def test_what_is_no_page_is_told_in_its_own_words(channel: Email, smtp_inbox: Inbox) -> None:
    awake = asked(kind="awake", title="Are you awake?", body="Others\nwait.", deeds=("confirm",))
    await channel.send(awake, "ann@example.com")

    (mail,) = smtp_inbox.mails
    assert mail["Subject"] == "[Tocsin] Are you awake?"
    assert mail.text.splitlines()[:2] == ["Others", "wait."]
    assert f"I am awake: {PAGE_URL}?do=confirm" in mail.text
    assert "Others\r\nwait." in mail.html
    assert mail.html.count("</a>") == 1


async def test_a_copy_says_whose_page_it_is(channel: Email, smtp_inbox: Inbox) -> None:
    copy = about(DISK, kind="copy", title="FYI", notice=Notice(person="Ben <b>"))
    await channel.send(copy, "ann@example.com")

    (mail,) = smtp_inbox.mails
    assert "this page went to Ben <b>" in mail.text
    assert "this page went to Ben &lt;b&gt;" in mail.html
    assert "waits for you" not in mail.text


async def test_a_notice_may_be_short_too(channel: Email, smtp_inbox: Inbox) -> None:
    await channel.send(about(kind="code", short=True, text="Your code is 123."), "ann@example.com")

    assert smtp_inbox.mails[0].text.splitlines() == ["Your code is 123."]
