"""A watched service for tests of incidents: a monitoring tool before it, Alice and Bob behind."""

from typing import Any

import httpx
import msgspec

from tests.api.scenes import a_policy, ref
from tocsin.domain.intake.event import ChangeEvent, Event
from tocsin.domain.people.user import User
from tocsin.kit.sealing import digest
from tocsin.usecases.house import House
from tocsin.usecases.intake.batch import receive
from tocsin.usecases.intake.parcels import Parcel

Json = dict[str, Any]


class Watched(msgspec.Struct, kw_only=True):
    """A service with a way in, and the policy behind it."""

    api: httpx.AsyncClient
    house: House
    alice: User
    bob: User
    service_id: str
    policy_id: str
    integration_id: str
    key: str

    @property
    def service(self) -> Json:
        """A reference to the service, as clients send it."""
        return {"id": self.service_id, "type": "service_reference"}

    async def open(self, title: str = "Down", **fields: Any) -> Json:
        """Let an incident begin by hand."""
        incident = {"type": "incident", "title": title, "service": self.service} | fields
        answer = await self.api.post("/incidents", json={"incident": incident})
        assert answer.status_code == 201, answer.text
        return dict(answer.json()["incident"])

    async def put(self, incident: Json, **fields: Any) -> httpx.Response:
        """Change an incident."""
        body = {"incident": {"type": "incident_reference"} | fields}
        return await self.api.put(f"/incidents/{incident['id']}", json=body)

    async def get(self, path: str, **query: Any) -> Any:
        """Return what lies behind an answer's only important key."""
        answer = await self.api.get(path, params=query)
        assert answer.status_code == 200, answer.text
        body = answer.json()
        return next(body[key] for key in body if key not in _PAGING)

    async def tell(self, action: str, key: str, **event: Any) -> None:
        """Let the monitoring tool say something."""
        known = {"summary": key, "severity": "critical", "source": "db-1"}
        words = known | event | {"action": action, "dedup_key": key}
        await self.send(msgspec.convert(words, Event))

    async def trigger(self, key: str, **event: Any) -> Json:
        """Let the monitoring tool trigger an alert, and return its incident."""
        await self.tell("trigger", key, **event)
        (incident,) = await self.get("/incidents", incident_key=key, date_range="all")
        return dict(incident)

    async def send(self, what: Event | ChangeEvent, key: str | None = None) -> None:
        """Let a parcel arrive."""
        parcel = Parcel(
            key=key or self.key, what=what, path="/v2/enqueue", sender="192.0.2.7", body=b"{}"
        )
        async with self.house.database.hot() as connection:
            digests = [digest(parcel.key)]
            now = self.house.clock()
            await receive(connection, self.house.directory, [parcel], digests, now)


_PAGING = ("limit", "offset", "total", "more")


async def watch(api: httpx.AsyncClient, house: House, alice: User, bob: User) -> Watched:
    """Make it."""
    policy = a_policy("Night watch", [ref(alice)], [ref(bob)])
    made = await api.post("/escalation_policies", json={"escalation_policy": policy})
    policy_id = made.json()["escalation_policy"]["id"]
    service = {
        "type": "service",
        "name": "Checkout",
        "escalation_policy": {"id": policy_id, "type": "escalation_policy_reference"},
        "incident_urgency_rule": {"type": "constant", "urgency": "severity_based"},
    }
    made = await api.post("/services", json={"service": service})
    service_id = made.json()["service"]["id"]
    way_in = {"type": "events_api_v2_inbound_integration", "name": "Prometheus"}
    path = f"/services/{service_id}/integrations"
    made = await api.post(path, json={"integration": way_in})
    integration = made.json()["integration"]
    return Watched(
        api=api,
        house=house,
        alice=alice,
        bob=bob,
        service_id=service_id,
        policy_id=policy_id,
        integration_id=integration["id"],
        key=integration["integration_key"],
    )
