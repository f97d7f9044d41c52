"""Notes on the page of an incident: written, corrected, taken away."""

import re

from tests.night import Night
from tests.web.conftest import Browser, text_of


async def test_notes_are_written_corrected_and_taken_away(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    page = await browser.press(incident.id, "note", note="Looked at\n<b>it</b>")
    assert "Carol just now Looked at <b>it</b>" in text_of(page)
    [note_id] = set(re.findall(r'<li id="note-(\w+)"', page.text))

    page = await browser.press(incident.id, "correct-note", id=note_id, note="Mended it")
    assert "Mended it" in text_of(page)
    page = await browser.press(incident.id, "remove-note", id=note_id)
    assert "Nobody has written anything yet." in text_of(page)
    assert "Note added by Carol Looked at <b>it</b>" in text_of(page)


async def test_a_note_that_is_refused_is_not_lost(browser: Browser, night: Night) -> None:
    [incident] = await night.trigger("Disk full")
    note = "x" * 25_001
    answer = await browser.press(incident.id, "note", note=note)

    assert answer.status_code == 409
    assert "Content is too long" in text_of(answer)
    assert note in answer.text
