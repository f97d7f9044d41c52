"""Notes beside an incident over REST."""

import httpx
import pytest
import sqlalchemy as sa

from tests.api.conftest import Connect, Hands, Welcome
from tests.api.watched import Json, Watched
from tocsin.domain.people.user import Role
from tocsin.store import tables


async def _write(watched: Watched, incident: Json, content: str = "Looking") -> httpx.Response:
    path = f"/incidents/{incident['id']}/notes"
    return await watched.api.post(path, json={"note": {"content": content}})


async def test_a_note_is_written_corrected_and_taken_away(watched: Watched, clock: Hands) -> None:
    incident = await watched.open()
    made = (await _write(watched, incident)).json()["note"]
    notes = f"/incidents/{incident['id']}/notes"
    clock.move(minutes=5)
    changed = await watched.api.put(f"{notes}/{made['id']}", json={"note": {"content": "Found"}})
    listed = await watched.get(notes)
    gone = await watched.api.delete(f"{notes}/{made['id']}")

    assert (made["user"]["summary"], made["user"]["type"]) == ("Alice", "user_reference")
    assert (made["content"], made["created_at"]) == ("Looking", "2026-11-21T12:00:00Z")
    assert made["channel"]["summary"]
    news = {"content": "Found", "updated_at": "2026-11-21T12:05:00Z"}
    assert changed.json()["note"] == made | news
    assert listed == [made | news]
    assert (gone.status_code, await watched.get(notes)) == (204, [])


async def test_the_log_keeps_what_a_note_said_at_first(watched: Watched) -> None:
    incident = await watched.open()
    note = (await _write(watched, incident)).json()["note"]
    path = f"/incidents/{incident['id']}/notes/{note['id']}"
    await watched.api.put(path, json={"note": {"content": "Found"}})
    await watched.api.delete(path)

    log = f"/incidents/{incident['id']}/log_entries"
    (entry, *_) = await watched.get(log, **{"include[]": "channels"})
    assert (entry["type"], entry["note"]) == ("annotate_log_entry", "Looking")
    assert entry["channel"] == {"type": "note", "summary": "Looking", "content": "Looking"}
    assert (entry["summary"], entry["agent"]["summary"]) == ("Note added by Alice", "Alice")


async def test_notes_are_listed_in_their_order_also_of_what_is_over(watched: Watched) -> None:
    incident = await watched.open()
    await _write(watched, incident, "First")
    await watched.put(incident, status="resolved")
    await _write(watched, incident, "Second")

    notes = await watched.get(f"/incidents/{incident['id']}/notes")
    assert [note["content"] for note in notes] == ["First", "Second"]


@pytest.mark.parametrize("body", [{}, {"note": {}}, {"note": {"content": " "}}])
async def test_an_empty_note_is_refused(watched: Watched, body: Json) -> None:
    incident = await watched.open()
    answer = await watched.api.post(f"/incidents/{incident['id']}/notes", json=body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 2001)


async def test_a_note_is_no_book(watched: Watched) -> None:
    incident = await watched.open()

    assert (await _write(watched, incident, "x" * 25_001)).status_code == 400


async def test_an_incident_has_at_most_two_thousand_notes(watched: Watched) -> None:
    incident = await watched.open()
    await _write(watched, incident)
    notes = tables.notes
    names = notes.c.keys()
    number = sa.func.lpad(sa.cast(sa.column("n"), sa.Text), 13, "0")
    copies = sa.select(sa.func.concat("Q", number), *(notes.c[name] for name in names[1:]))
    copies = copies.join_from(notes, sa.func.generate_series(1, 1999).alias("n"), sa.true())
    async with watched.house.database.begin() as tx:
        await tx.execute(notes.insert().from_select(names, copies))

    answer = await _write(watched, incident)

    assert answer.json()["error"]["errors"] == ["An incident cannot have more than 2000 notes."]


async def test_a_note_that_is_not_there_is_not_found(watched: Watched) -> None:
    incident, other = await watched.open(), await watched.open()
    note = (await _write(watched, incident)).json()["note"]
    body = {"note": {"content": "Found"}}

    assert (await watched.api.get("/incidents/QNOTHING/notes")).status_code == 404
    assert (await _write(watched, {"id": "QNOTHING"})).status_code == 404
    for path in (f"{other['id']}/notes/{note['id']}", f"{incident['id']}/notes/QNOTHING"):
        assert (await watched.api.put(f"/incidents/{path}", json=body)).status_code == 404
        assert (await watched.api.delete(f"/incidents/{path}")).status_code == 404


@pytest.mark.parametrize(("role", "status"), [("limited_user", 200), ("observer", 403)])
async def test_who_may_respond_may_write_notes(
    watched: Watched, connect: Connect, welcome: Welcome, role: Role, status: int
) -> None:
    incident = await watched.open()
    carol = await connect(await welcome("Carol", role=role))
    path = f"/incidents/{incident['id']}/notes"

    assert (await carol.post(path, json={"note": {"content": "Hm"}})).status_code == status
    assert (await carol.get(path)).status_code == 200
