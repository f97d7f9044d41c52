"""What other servers say of incidents: believed if it is signed, taken once, in its order."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import httpx
import pytest
import sqlalchemy as sa
from msgspec.structs import replace

from tests.envoys import Acquaintance
from tests.night import Night
from tests.telling import Town
from tocsin.api.callbacks import CallbacksApp
from tocsin.domain.machines.webhook import sign
from tocsin.domain.monitoring.alert_rule import Violation
from tocsin.domain.monitoring.channel_config import PagerDuty
from tocsin.domain.monitoring.far_server import FarServer
from tocsin.domain.monitoring.notification_channel import NotificationChannel, Thread
from tocsin.kit.instants import write_instant
from tocsin.store.database import Database
from tocsin.store.intake.quarantine import QUARANTINE
from tocsin.store.monitoring.violations import VIOLATIONS
from tocsin.usecases.monitoring import connections, notification_channels

SECRET = "a secret of webhooks"
SERVER = FarServer(base_url="https://far.example.com", client_id="PAPP")


class Line:
    """A channel that was told of one violation, and the other side of it."""

    def __init__(self, town: Town, channel: NotificationChannel, violation: Violation) -> None:
        self.town = town
        self.channel = channel
        self.told = violation
        transport = httpx.ASGITransport(CallbacksApp(town.house))
        self.http = httpx.AsyncClient(transport=transport, base_url="https://here.example.com")
        self.path = f"/callbacks/pagerduty/{channel.id}"

    async def says(
        self,
        turn: str,
        *,
        seconds: float = 0,
        webhook_id: str = "",
        secret: str = SECRET,
        signature: str | None = None,
        **data: Any,
    ) -> tuple[int, str]:
        """Let the other side say what was done ``seconds`` after noon."""
        at = self.town.night.now + timedelta(seconds=seconds)
        event = {
            "id": f"Q{turn}{seconds}",
            "event_type": turn if "." in turn else f"incident.{turn}",
            "occurred_at": write_instant(at),
            "agent": {"id": "PBEN", "summary": "Ben"},
            "data": {"id": "QFAR", "incident_key": self.told.id} | data,
        }
        body = json.dumps({"event": event}).encode()
        headers = {"x-pagerduty-signature": signature or sign(body, (secret,))}
        if webhook_id:
            headers["x-webhook-id"] = webhook_id
        answer = await self.http.post(self.path, content=body, headers=headers)
        return answer.status_code, answer.text

    async def violation(self) -> Violation:
        async with self.town.night.database.read() as tx:
            found = await VIOLATIONS.get(tx, self.told.id)
        assert found is not None
        return found

    async def thread(self) -> Thread:
        found = await self.town.thread(self.channel, self.told)
        assert found is not None
        return found

    async def told_now(self) -> list[str]:
        return await self.town.told()


@pytest.fixture
async def line(database: Database) -> AsyncIterator[Line]:
    night = await Night.falls(database)
    night.house = replace(night.house, envoy=Acquaintance())
    town = await Town.stands(night)
    pager = await town.channel(config=PagerDuty(integration_key="k" * 32, base_url=SERVER.base_url))
    await connections.connect(town.house, pager.id, replace(SERVER.far, token="token"), night.now)
    await town.attach(pager, await town.channel("Mail"))
    violation = await town.begins()
    assert sorted(await town.told()) == ["trigger", "trigger"]
    line = Line(town, pager, violation)
    yield line
    await line.http.aclose()


async def test_who_acknowledges_there_acknowledges_here_and_others_hear_of_it(line: Line) -> None:
    assert await line.says("acknowledged") == (200, "OK")

    assert (await line.violation()).acknowledged_by == "Ben"
    assert await line.told_now() == ["acknowledge"]  # the mail alone
    thread = await line.thread()
    assert (thread.remote_id, thread.remote_status) == ("QFAR", "acknowledged")


async def test_who_resolves_there_closes_here_and_others_hear_of_it(line: Line) -> None:
    await line.says("resolved")

    violation = await line.violation()
    assert (violation.cleared_because, violation.cleared_by) == ("closed elsewhere", "Ben")
    assert await line.told_now() == ["resolve"]
    assert (await line.thread()).closed_at is not None


async def test_an_acknowledgement_that_ran_out_there_is_none_here(line: Line) -> None:
    await line.says("acknowledged")
    await line.says("unacknowledged", seconds=1)

    assert (await line.violation()).acknowledged_at is None
    assert (await line.thread()).remote_status == "triggered"


async def test_what_is_reopened_there_goes_on_here(line: Line) -> None:
    await line.says("resolved")
    await line.says("reopened", seconds=1)

    violation = await line.violation()
    assert (violation.state, violation.cleared_at) == ("active", None)
    assert (await line.thread()).closed_at is None


async def test_what_nobody_watches_any_more_is_not_reopened(line: Line) -> None:
    await line.says("resolved")
    await line.town.night.sql(_delete_rules())
    await line.says("reopened", seconds=1)

    assert (await line.violation()).state == "cleared"
    assert (await line.thread()).closed_at is not None


async def test_the_same_webhook_again_changes_nothing(line: Line) -> None:
    await line.says("acknowledged", webhook_id="Q1")
    await line.says("unacknowledged", seconds=1, webhook_id="Q2")

    assert await line.says("acknowledged", seconds=2, webhook_id="Q1") == (200, "OK")

    assert (await line.violation()).acknowledged_at is None


async def test_an_old_word_does_not_undo_a_newer_one(line: Line) -> None:
    await line.says("resolved", seconds=5)
    await line.says("acknowledged", seconds=1)
    await line.says("reopened", seconds=2)
    await line.says("triggered", seconds=0)

    violation = await line.violation()
    assert (violation.state, violation.acknowledged_at) == ("cleared", None)
    assert (await line.thread()).remote_status == "resolved"


async def test_what_we_resolved_ourselves_comes_back_and_changes_nothing(line: Line) -> None:
    await line.town.clears(line.told)
    assert sorted(await line.told_now()) == ["resolve", "resolve"]

    await line.says("acknowledged")
    await line.says("resolved", seconds=1)

    assert (await line.violation()).cleared_because == "recovered"
    assert (await line.thread()).remote_status == "resolved"
    assert await line.told_now() == []


async def test_an_incident_that_was_merged_is_followed_into_its_target(line: Line) -> None:
    reason = {"type": "merge_resolve_reason", "incident": {"id": "QTARGET"}}
    await line.says("resolved", resolve_reason=reason)
    assert (await line.violation()).state == "active"

    await line.says("acknowledged", seconds=1, id="QTARGET", incident_key="of another")

    assert (await line.violation()).acknowledged_by == "Ben"


async def test_an_incident_that_we_did_not_begin_is_none_of_our_business(line: Line) -> None:
    assert await line.says("resolved", id="QELSE", incident_key=None) == (200, "OK")

    assert (await line.violation()).state == "active"


async def test_a_greeting_proves_that_webhooks_arrive(line: Line) -> None:
    assert await line.says("pagey.ping") == (200, "OK")
    now = line.town.night.now
    line.town.night.passes(minutes=5)
    await line.says("triggered")

    standing = await connections.standing(line.town.house, line.channel.id)
    assert standing is not None
    assert standing.heard_at == now
    known = await notification_channels.get(line.town.house, line.channel.id)
    assert known.channel.proof == "confirmed"


@pytest.mark.parametrize("signature", ["v1=00", "v1=", "nonsense", "v2=abc,v1=def"])
async def test_a_forged_webhook_is_refused(line: Line, signature: str) -> None:
    status, text = await line.says("resolved", signature=signature)

    assert (status, text) == (
        401,
        "X-PagerDuty-Signature is not made with the channel's secret.",
    )
    assert (await line.violation()).state == "active"


async def test_an_unsigned_webhook_is_refused(line: Line) -> None:
    answer = await line.http.post(line.path, content=b"{}")

    assert (answer.status_code, answer.text) == (401, "X-PagerDuty-Signature is missing.")


async def test_what_is_not_believed_or_understood_is_kept_with_its_reason(line: Line) -> None:
    signed = {"x-pagerduty-signature": sign(b"{}", (SECRET,))}
    await line.says("resolved", signature="v1=00")
    await line.http.post(line.path, content=b"{}", headers={"authorization": "Bearer t0ken"})
    await line.http.post(line.path, content=b"{}", headers=signed)
    await line.says("acknowledged")

    async with line.town.night.database.read() as tx:
        found = await QUARANTINE.select(tx, order_by=(QUARANTINE.c.id,))
    assert [kept.reason for kept in found] == [
        "X-PagerDuty-Signature is not made with the channel's secret.",
        "X-PagerDuty-Signature is missing.",
        "The body is no webhook of version 3.",
    ]
    assert {kept.path for kept in found} == {line.path}
    assert "t0ken" not in found[1].headers


async def test_any_of_several_signatures_will_do(line: Line) -> None:
    body = b'{"event": {"event_type": "pagey.ping", "occurred_at": "2026-03-02T12:00:00Z"}}'
    signature = f"{sign(body, ('an older secret',))},{sign(body, (SECRET,))}"

    answer = await line.http.post(
        line.path, content=body, headers={"x-pagerduty-signature": signature}
    )

    assert answer.status_code == 200


async def test_what_is_no_webhook_is_refused(line: Line) -> None:
    signed = {"x-pagerduty-signature": sign(b"{}", (SECRET,))}

    answer = await line.http.post(line.path, content=b"{}", headers=signed)

    assert (answer.status_code, answer.text) == (400, "The body is no webhook of version 3.")


async def test_a_body_without_an_end_is_refused(line: Line) -> None:
    answer = await line.http.post(line.path, content=b"x" * 600_000)

    assert answer.status_code == 413


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("POST", "/callbacks/pagerduty/PGONE", 404),
        ("POST", "/callbacks/pagerduty/", 404),
        ("POST", "/callbacks/elsewhere", 404),
    ],
)
async def test_nobody_hears_at_other_addresses(
    line: Line, method: str, path: str, status: int
) -> None:
    answer = await line.http.request(method, path, content=b"{}")

    assert (answer.status_code, answer.text) == (
        status,
        "No notification channel hears at this address.",
    )


async def test_a_callback_is_posted(line: Line) -> None:
    answer = await line.http.get(line.path)

    assert (answer.status_code, answer.text) == (405, "Use POST.")


async def test_a_removed_channel_hears_nothing(line: Line) -> None:
    await notification_channels.remove(line.town.house, line.channel.id, line.town.night.now)

    assert (await line.says("resolved"))[0] == 404


def _delete_rules() -> Any:
    return sa.text("delete from alert_rules")
