"""A shop for tests: the service that most of them ask about, and what may be said of it."""

from typing import Any, Final

import httpx

from tests.api.scenes import a_policy, ref
from tocsin.domain.intake.service import Service
from tocsin.domain.people.user import User
from tocsin.store.intake.services import SERVICES
from tocsin.usecases.house import House

Body = dict[str, Any]

RULE: Final = {
    "type": "use_support_hours",
    "during_support_hours": {"type": "constant", "urgency": "high"},
    "outside_support_hours": {"type": "constant", "urgency": "low"},
}
HOURS: Final = {
    "type": "fixed_time_per_day",
    "time_zone": "America/Lima",
    "days_of_week": [1, 2, 3, 4, 5],
    "start_time": "09:00:00",
    "end_time": "17:30:00",
}
ACTION: Final = {
    "type": "urgency_change",
    "at": {"type": "named_time", "name": "support_hours_start"},
    "to_urgency": "high",
}


async def make_policy(api: httpx.AsyncClient, user: User) -> str:
    """Make a policy that pages somebody, and return its id."""
    body = {"escalation_policy": a_policy("Web", [ref(user)])}
    answer = await api.post("/escalation_policies", json=body)
    return str(answer.json()["escalation_policy"]["id"])


def shop_body(policy: str, **fields: Any) -> Body:
    """Return a request that wants a service."""
    reference = {"id": policy, "type": "escalation_policy_reference"}
    shop = {"type": "service", "name": "Shop", "escalation_policy": reference}
    return {"service": shop | fields}


async def make_shop(api: httpx.AsyncClient, policy: str, **fields: Any) -> Body:
    """Make a service."""
    answer = await api.post("/services", json=shop_body(policy, **fields))
    assert answer.status_code == 201, answer.text
    service: Body = answer.json()["service"]
    return service


async def stored_shop(house: House, service: Body) -> Service:
    """Read a service from the database."""
    async with house.database.read() as tx:
        found = await SERVICES.get(tx, service["id"])
    assert found is not None
    return found
