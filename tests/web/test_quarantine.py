"""The quarantine and the alarms as people read them."""

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from tests.night import Night
from tests.team import NOON
from tests.web.conftest import Browser, Resident, Visitor, text_of
from tocsin.kit.ids import new_id
from tocsin.store import tables
from tocsin.store.intake.quarantine import Kept
from tocsin.web.intake.quarantine import body_of

UNKNOWN = "No integration has this key."
UNREADABLE = "'event_action' is missing or blank"
UNSTORABLE = "The event cannot be stored."
FORGED = "It is not signed."


async def keep(night: Night, reason: str, body: bytes = b"{}", **given: Any) -> str:
    id_ = new_id("Q")
    values = {
        "id": id_,
        "at": night.now,
        "reason": reason,
        "path": "/v2/enqueue",
        "sender": "192.0.2.7",
        "key_hint": "R4nd",
        "body": body,
        "body_bytes": len(body),
    }
    await night.sql(sa.insert(tables.quarantine).values(values | given))
    return id_


async def test_each_kind_of_reason_is_counted_and_shown_alone(
    browser: Browser, night: Night
) -> None:
    for reason in (UNKNOWN, UNKNOWN, UNREADABLE, UNSTORABLE):
        await keep(night, reason)
    await keep(night, FORGED, path="/callbacks/P1")

    everything = text_of(await browser.open("/quarantine"))
    assert "All 5 Unknown key 2 Not understood 1 Cannot be stored 1 Callback 1" in everything
    for kind, shown, hidden in (
        ("unknown_key", "Unknown key /v2/enqueue", UNREADABLE),
        ("unreadable", UNREADABLE, "Unknown key /v2/enqueue"),
        ("unstorable", "Cannot be stored /v2/enqueue", UNREADABLE),
        ("callback", f"Callback : {FORGED} /callbacks/P1", UNREADABLE),
        ("unreadable", UNREADABLE, FORGED),
        ("nonsense", UNREADABLE, "There is nothing"),
    ):
        page = text_of(await browser.open(f"/quarantine?reason={kind}"))
        assert shown in page
        assert hidden not in page


async def test_one_request_is_shown_with_its_body_and_what_to_do(
    browser: Browser, night: Night
) -> None:
    id_ = await keep(
        night, UNREADABLE, b'{"payload": "<script>alert(1)</script>"}', body_bytes=9999
    )

    page = await browser.open(f"/quarantine/{id_}")

    said = text_of(page)
    assert "What was wrong: 'event_action' is missing or blank" in said
    assert "the rest was not kept" in said
    assert "192.0.2.7" in said
    assert "<script>alert" not in page.text
    assert "&lt;script&gt;alert(1)" in page.text
    assert (await browser.open("/quarantine/QNOTHING")).status_code == 404


async def test_a_callback_is_shown_with_its_headers(browser: Browser, night: Night) -> None:
    id_ = await keep(night, FORGED, path="/callbacks/P1", headers="x-mark: <b>")

    said = text_of(await browser.open(f"/quarantine/{id_}"))

    assert "What was wrong: It is not signed. Compare the secrets and the addresses" in said
    assert "Headers Secrets are not kept. x-mark: <b>" in said
    other = await keep(night, UNKNOWN)
    assert "Secrets are not kept." not in text_of(await browser.open(f"/quarantine/{other}"))


@pytest.mark.parametrize(
    ("body", "length", "text"),
    [
        ("Größe".encode(), 7, ("Größe", False)),
        (b"a\x00\x1b[31mb", 9, ("a\ufffd\ufffd[31mb", False)),
        ("Grö".encode()[:3], 90, ("Gr", False)),
        (b"\xff\x00AB", 4, (f"0000  {'ff 00 41 42':48} ..AB", True)),
        (b"", 0, ("", False)),
    ],
)
def test_a_body_is_text_where_it_is_one(body: bytes, length: int, text: tuple[str, bool]) -> None:
    given: Any = dict.fromkeys(("id", "reason", "path", "sender", "key_hint"), "")
    kept = Kept(at=NOON, body=body, body_bytes=length, **given)

    assert body_of(kept) == text


async def test_the_list_goes_on_on_further_pages(browser: Browser, night: Night) -> None:
    for number in range(27):
        await keep(night, UNKNOWN, sender=f"host-{number}")
        night.passes(minutes=1)

    first = await browser.open("/quarantine?reason=unknown_key")
    second = await browser.open("/quarantine?reason=unknown_key&page=2")

    assert "host-26" in first.text
    assert 'href="/quarantine?reason=unknown_key&amp;page=2"' in first.text
    assert "host-1<" in second.text
    assert "host-26" not in second.text


async def test_an_empty_quarantine_says_what_it_is_for(browser: Browser) -> None:
    assert "so that nothing is lost in silence" in text_of(await browser.open("/quarantine"))


async def test_alarms_lead_to_their_incidents(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    for hours, incident_id, sentence in (
        (1, incident.id, "Ann was not told."),
        (2, "QGONE", "<script>alert(1)</script>"),
        (3, None, "Nobody is on call."),
    ):
        at = night.now - timedelta(hours=hours)
        values = {"id": new_id("Q"), "at": at, "incident_id": incident_id, "sentence": sentence}
        await night.sql(sa.insert(tables.alarms).values(values))

    page = await browser.open("/alarms")

    said = text_of(page)
    assert "kept for 90 days" in said
    assert "Ann was not told. 1 h ago · #1 Disk full" in said
    assert "2 h ago · an incident that is gone" in said
    assert f'href="/incidents/{incident.id}"' in page.text
    assert "<script>alert" not in page.text


async def test_who_may_not_manage_sees_neither(visitor: Visitor, resident: Resident) -> None:
    browser = await visitor(await resident("Carl", role="limited_user"))

    for path in ("/quarantine", "/quarantine/Q1", "/alarms", "/settings/health"):
        assert (await browser.open(path)).status_code == 403
