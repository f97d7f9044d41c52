"""Mail that comes back: who has written it, in which words, and what mail servers report."""

import email
import email.policy
from email.message import EmailMessage

import pytest

from tocsin.channels.mail_back import (
    COMPLAINT,
    Recipient,
    answer_address,
    bounce_address,
    is_by_machine,
    mark_of,
    read_recipient,
    read_report,
    words_of,
)

TOKEN = "Q1.abcdefghijklmnopqrstuv"
DOMAIN = "in.example.com"

REPORT = """\
From: Mail Delivery System <mailer-daemon@mx.example.net>
To: bounce@in.example.com
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type={type}; boundary="b"

--b
Content-Type: text/plain

It could not be delivered.

--b
Content-Type: message/{type}

{body}

--b
Content-Type: text/rfc822-headers

Subject: [Tocsin] #12 Disk full

--b--
"""
RECIPIENT = """\
Reporting-MTA: dns; mx.example.net
Arrival-Date: Sat, 10 Jan 2026 02:14:05 +0000

Final-Recipient: rfc822; ann@example.com
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 {status} No such user
"""


def parsed(text: str) -> EmailMessage:
    mail = email.message_from_bytes(text.encode(), policy=email.policy.default)
    assert isinstance(mail, EmailMessage)
    return mail


def report(action: str, status: str) -> EmailMessage:
    body = RECIPIENT.format(action=action, status=status)
    return parsed(REPORT.format(type="delivery-status", body=body))


def written(text: str, subtype: str = "plain", **headers: str) -> EmailMessage:
    mail = EmailMessage()
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    mail.set_content(text, subtype=subtype)
    return mail


def test_addresses_say_what_they_are_for() -> None:
    answer, bounce = answer_address(TOKEN, DOMAIN), bounce_address(TOKEN, DOMAIN)

    assert read_recipient(answer, DOMAIN) == Recipient("answer", TOKEN)
    assert read_recipient(bounce.replace("in.", "IN."), DOMAIN) == Recipient(
        "bounce", f"Q1.{mark_of(TOKEN)}"
    )
    assert max(len(one.partition("@")[0]) for one in (answer, bounce)) <= 64
    for other in ("ann@in.example.com", "ack+x@example.org", "ack+x", "", "@in.example.com"):
        assert read_recipient(other, DOMAIN) is None


@pytest.mark.parametrize(
    ("action", "status", "state", "retry"),
    [
        ("failed", "5.1.1", "failed", False),
        ("failed", "5.7.1", "failed", False),
        ("failed", "4.4.1", "failed", True),
        ("failed", "5.4.4", "failed", True),
        ("failed", "5.2.2", "failed", True),
        ("failed", "", "failed", True),
        ("Failed", "5.1.1 (bad destination)", "failed", False),
        ("delivered", "2.0.0", "delivered", False),
    ],
)
def test_a_report_says_whether_it_is_worth_another_try(
    action: str, status: str, state: str, retry: bool
) -> None:
    receipt = read_report(report(action, status))

    assert receipt
    assert (receipt.state, receipt.retry) == (state, retry)
    if state == "failed":
        assert receipt.detail.startswith(status.partition(" ")[0])
        assert "No such user" in receipt.detail


@pytest.mark.parametrize("action", ["delayed", "relayed", "expanded", "whatever", ""])
def test_what_is_no_end_of_it_is_no_news(action: str) -> None:
    assert read_report(report(action, "4.4.7")) is None


def test_a_complaint_is_a_failure_for_good() -> None:
    body = "Feedback-Type: abuse\nUser-Agent: Example/1\nVersion: 1"
    receipt = read_report(parsed(REPORT.format(type="feedback-report", body=body)))

    assert receipt
    assert (receipt.state, receipt.retry, receipt.detail) == ("failed", False, COMPLAINT)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0\0\0",
        "Subject: x\n\nI am away.",
        "Content-Type: multipart/report\n\nnothing",
        REPORT.format(type="delivery-status", body=""),
        REPORT.format(type="whatever", body="x"),
        REPORT.format(type="delivery-status", body="Action failed no colon"),
        REPORT[:200],
    ],
)
def test_what_is_no_report_says_nothing(text: str) -> None:
    assert read_report(parsed(text)) is None


@pytest.mark.parametrize(
    "headers",
    [
        {"Auto_Submitted": "auto-replied"},
        {"Auto_Submitted": "auto-generated; owner-email=x@example.com"},
        {"Precedence": "bulk"},
        {"Precedence": "auto_reply"},
        {"X_Autoreply": "yes"},
        {"List_Id": "<people.example.com>"},
    ],
)
def test_what_no_person_wrote_is_no_answer(headers: dict[str, str]) -> None:
    assert is_by_machine(written("ack", **headers))


@pytest.mark.parametrize("headers", [{}, {"Auto_Submitted": "no"}, {"Precedence": "first-class"}])
def test_what_a_person_wrote_may_be_one(headers: dict[str, str]) -> None:
    assert not is_by_machine(written("ack", **headers))


def test_a_report_is_no_persons_words() -> None:
    assert is_by_machine(report("failed", "5.1.1"))


def test_words_are_read_from_plain_text_or_from_a_page() -> None:
    html = "<html><head><style>p{}</style></head><p>ack<br></p><blockquote>resolve</blockquote>"

    assert words_of(written("ack\n> quoted")).startswith("ack")
    assert words_of(written(html, "html")).split() == ["ack"]
    both = written("plain")
    both.add_alternative("<p>rich</p>", subtype="html")
    assert words_of(both).strip() == "plain"
    assert words_of(parsed("Content-Type: image/png\n\nx")) == ""
    assert words_of(parsed("Content-Type: text/plain; charset=klingon\n\nack")) == ""
