"""A thousand schedules, each with a rotation and a policy, made through the API."""

import asyncio

import httpx

from bench.server import HEADERS

ZONES = ("Europe/Berlin", "America/New_York", "Asia/Tokyo", "UTC")


async def make(url: str, count: int) -> None:
    """Make ``count`` schedules of ten people, each used by a policy."""
    async with httpx.AsyncClient(base_url=url, headers=HEADERS, timeout=60) as http:
        users = [await _user(http, number) for number in range(10)]
        limit = asyncio.Semaphore(8)
        await asyncio.gather(*(_schedule(http, limit, n, users) for n in range(count)))


async def _user(http: httpx.AsyncClient, number: int) -> str:
    user = {"type": "user", "name": f"Bench {number}", "email": f"bench{number}@example.com"}
    answer = await http.post("/users", json={"user": user})
    answer.raise_for_status()
    return str(answer.json()["user"]["id"])


async def _schedule(
    http: httpx.AsyncClient, limit: asyncio.Semaphore, number: int, users: list[str]
) -> None:
    turned = users[number % len(users) :] + users[: number % len(users)]
    layer = {
        "name": "Rotation",
        "start": "2026-01-01T00:00:00Z",
        "rotation_virtual_start": "2026-01-01T08:00:00Z",
        "rotation_turn_length_seconds": 86400,
        "users": [{"user": {"id": id_, "type": "user_reference"}} for id_ in turned],
    }
    schedule = {
        "type": "schedule",
        "name": f"Bench {number}",
        "time_zone": ZONES[number % len(ZONES)],
        "schedule_layers": [layer],
    }
    async with limit:
        made = await http.post("/schedules", json={"schedule": schedule})
        made.raise_for_status()
        target = {"id": made.json()["schedule"]["id"], "type": "schedule_reference"}
        rule = {"escalation_delay_in_minutes": 30, "targets": [target]}
        policy = {"type": "escalation_policy", "name": f"P {number}", "escalation_rules": [rule]}
        answer = await http.post("/escalation_policies", json={"escalation_policy": policy})
        answer.raise_for_status()
