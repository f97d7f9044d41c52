"""Incidents over REST: merged into one."""

import httpx
import pytest
import sqlalchemy as sa

from tests.api.conftest import Hands
from tests.api.watched import Json, Watched
from tocsin.store import tables


async def _merge(watched: Watched, target: Json, *sources: Json) -> httpx.Response:
    refs = [{"id": source["id"], "type": "incident_reference"} for source in sources]
    path = f"/incidents/{target['id']}/merge"
    return await watched.api.put(path, json={"source_incidents": refs})


async def test_incidents_go_on_as_one_with_all_their_alerts(watched: Watched, clock: Hands) -> None:
    target = await watched.trigger("disk-1")
    sources = [await watched.trigger("disk-2"), await watched.open("By hand")]
    clock.move(minutes=5)
    answer = await _merge(watched, target, *sources)

    assert answer.status_code == 200
    reference = answer.json()["incident"]
    assert reference == {
        "id": target["id"],
        "type": "incident_reference",
        "summary": "[#1] disk-1",
        "self": target["self"],
        "html_url": target["html_url"],
    }
    for source in sources:
        over = await watched.get(f"/incidents/{source['id']}")
        assert (over["status"], over["resolved_at"]) == ("resolved", "2026-11-21T12:05:00Z")
        reason = {"type": "merge_resolve_reason", "incident": reference}
        assert (over["resolve_reason"], over["is_mergeable"]) == (reason, False)
        assert over["last_status_change_by"]["id"] == watched.alice.id
        assert over["alert_counts"]["all"] == 0
    alerts = await watched.get(f"/incidents/{target['id']}/alerts")
    assert [(one["alert_key"], one["status"]) for one in alerts] == [
        ("disk-1", "triggered"),
        ("disk-2", "triggered"),
    ]


async def test_both_logs_tell_of_a_merge(watched: Watched) -> None:
    target, source = await watched.open("Target"), await watched.open("Source")
    await _merge(watched, target, source)

    (linked, *_) = await watched.get(f"/incidents/{target['id']}/log_entries")
    told, over, *_ = await watched.get(f"/incidents/{source['id']}/log_entries")
    assert linked["summary"] == "Linked to [#2] Source by Alice"
    assert linked["linked_incident"]["id"] == source["id"]
    assert told["summary"] == "Linked to [#1] Target by Alice"
    assert over["summary"] == "Resolved by Alice, merged into [#1] Target"


async def test_what_a_tool_says_of_a_moved_alert_reaches_the_target(watched: Watched) -> None:
    target, source = await watched.trigger("disk-1"), await watched.trigger("disk-2")
    await _merge(watched, target, source)

    await watched.tell("resolve", "disk-1")
    open_still = await watched.get(f"/incidents/{target['id']}")
    await watched.tell("resolve", "disk-2")
    over = await watched.get(f"/incidents/{target['id']}")

    assert (open_still["status"], over["status"]) == ("triggered", "resolved")


async def test_a_resolved_incident_can_be_merged_and_stays_as_it_was(
    watched: Watched, clock: Hands
) -> None:
    target, source = await watched.open(), await watched.trigger("disk-2")
    await watched.put(source, status="resolved")
    clock.move(minutes=5)
    await _merge(watched, target, source)

    over = await watched.get(f"/incidents/{source['id']}")
    assert over["resolved_at"] == "2026-11-21T12:00:00Z"
    assert over["resolve_reason"]["incident"]["id"] == target["id"]
    assert (await watched.get(f"/incidents/{target['id']}"))["alert_counts"]["resolved"] == 1


async def test_nothing_is_merged_into_what_is_over_or_into_itself(watched: Watched) -> None:
    over, source = await watched.open(), await watched.trigger("disk")
    await watched.put(over, status="resolved")

    into_over = await _merge(watched, over, source)
    into_itself = await _merge(watched, source, source)
    of_nothing = await _merge(watched, source)

    assert into_over.json()["error"]["code"] == 1001
    assert into_itself.json()["error"]["code"] == 2001
    assert of_nothing.json()["error"]["code"] == 2001
    assert await watched.get(f"/incidents/{source['id']}") == source


async def test_what_was_merged_is_not_merged_or_reopened_again(watched: Watched) -> None:
    first, second, third = [await watched.open(f"Disk {n}") for n in range(3)]
    await _merge(watched, first, second)

    assert (await _merge(watched, third, second)).json()["error"]["code"] == 1019
    assert (await watched.put(second, status="triggered")).json()["error"]["code"] == 1019


@pytest.mark.parametrize("of", ["target", "source"])
async def test_an_incident_that_is_not_there_is_not_merged(watched: Watched, of: str) -> None:
    incident, nothing = await watched.open(), {"id": "QNOTHING"}
    pair = (nothing, incident) if of == "target" else (incident, nothing)

    assert (await _merge(watched, *pair)).status_code == 404


async def test_an_incident_gets_no_more_than_a_thousand_alerts(watched: Watched) -> None:
    target, source = await watched.trigger("disk-1"), await watched.trigger("disk-2")
    alerts, numbers = tables.alerts.c, sa.func.generate_series(1, 999).alias("n")
    names = [column.name for column in alerts if column.name not in {"id", "integration_id"}]
    id_ = sa.func.concat("Q", sa.func.lpad(sa.cast(sa.column("n"), sa.Text), 13, "0"))
    copies = sa.select(id_, *(alerts[name] for name in names)).join_from(
        tables.alerts, numbers, alerts.incident_id == target["id"]
    )
    async with watched.house.database.begin() as tx:
        await tx.execute(tables.alerts.insert().from_select(["id", *names], copies))

    answer = await _merge(watched, target, source)

    assert answer.json()["error"]["errors"] == ["An incident cannot have more than 1000 alerts."]
    assert (await watched.get(f"/incidents/{source['id']}"))["status"] == "triggered"
