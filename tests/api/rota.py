"""Schedules made, shown and changed over REST, and what is read of them."""

from typing import Any

import httpx

Body = dict[str, Any]


def schedule_body(*layers: Body, **others: Any) -> Body:
    """Return a request that wants a schedule with these layers, the lowest first."""
    schedule = {"type": "schedule", "name": "Night", "time_zone": "UTC", **others}
    return {"schedule": schedule | {"schedule_layers": list(layers)}}


async def make_schedule(api: httpx.AsyncClient, *layers: Body, **others: Any) -> Body:
    """Make a schedule."""
    answer = await api.post("/schedules", json=schedule_body(*layers, **others))
    assert answer.status_code == 201, answer.text
    schedule: Body = answer.json()["schedule"]
    return schedule


async def show_schedule(api: httpx.AsyncClient, schedule: Body, **query: Any) -> Body:
    """Show a schedule."""
    answer = await api.get(f"/schedules/{schedule['id']}", params=query)
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()["schedule"]
    return found


async def change_schedule(api: httpx.AsyncClient, schedule: Body, **change: Any) -> Body:
    """Change a schedule."""
    answer = await api.put(f"/schedules/{schedule['id']}", json={"schedule": change})
    assert answer.status_code == 200, answer.text
    found: Body = answer.json()["schedule"]
    return found


def shifts_of(part: Body) -> list[tuple[str, str | None, str]]:
    """Return start, end and person of each shift that is rendered."""
    return [
        (entry["start"], entry["end"], entry["user"]["summary"])
        for entry in part["rendered_schedule_entries"]
    ]
