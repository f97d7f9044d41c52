"""The REST API of the other side: what is asked of it, and what its answers mean."""

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any, Final

import httpx
import pytest
from msgspec.structs import replace

from tests.hook import Hook
from tests.team import NOON
from tocsin.domain.monitoring.channel_config import FarSide
from tocsin.domain.monitoring.envoy import FarFault, FarIncident, FarKey
from tocsin.kit.http import Outbound, make_client
from tocsin.outlets.pagerduty_rest import PagerDutyRest

KEY: Final = "k" * 32
INCIDENT: Final = {
    "id": "Q1",
    "status": "acknowledged",
    "created_at": "2026-03-02T11:00:00Z",
    "incident_key": "one",
    "last_status_change_at": "2026-03-02T12:00:00Z",
    "last_status_change_by": {"summary": "Ben"},
    "acknowledgements": [{"acknowledger": {"summary": "Ann"}}],
}
SERVICE: Final = {
    "id": "PS",
    "name": "Shop",
    "integrations": [{"id": "PX"}, {"id": "PI", "integration_key": KEY}],
}


class Desk:
    """An envoy, and the server that it asks."""

    def __init__(self, rest: PagerDutyRest, hook: Hook) -> None:
        self.rest = rest
        self.hook = hook
        base = hook.url.removesuffix("/hook")
        self.far = FarSide(rest_base_url=base, token="u+token", user_email="ann@example.com")
        self.app = replace(self.far, oauth_url=base, client_id="PAPP", client_secret="s3cret")

    def answers(self, body: Any, status: str = "200 OK") -> None:
        text = body if isinstance(body, str) else json.dumps(body)
        self.hook.say(status, f"Content-Length: {len(text.encode())}", body=text)

    @property
    def asked(self) -> list[str]:
        return [one.line.removesuffix(" HTTP/1.1") for one in self.hook.heard]


@pytest.fixture
async def desk(hook: Hook) -> AsyncIterator[Desk]:
    async with make_client(Outbound(), user_agent="Tocsin") as http:
        yield Desk(PagerDutyRest(http, lambda: NOON), hook)


async def test_an_incident_is_found_by_its_key(desk: Desk) -> None:
    older = INCIDENT | {"id": "Q0", "created_at": "2026-03-02T10:00:00Z"}
    desk.answers({"incidents": [older, INCIDENT]})

    found = await desk.rest.incidents(desk.far, ["one"])

    assert found == {
        "one": FarIncident(id="Q1", key="one", status="acknowledged", at=NOON, by="Ann")
    }
    assert desk.asked == ["GET /incidents?incident_key=one&date_range=all&limit=100"]
    headers = desk.hook.heard[0].headers
    assert headers["authorization"] == "Token token=u+token"
    assert headers["from"] == "ann@example.com"
    assert headers["accept"] == "application/vnd.pagerduty+json;version=2"


async def test_many_are_asked_for_at_once_and_what_is_not_open_one_by_one(desk: Desk) -> None:
    desk.answers({"incidents": [INCIDENT]})
    keys = ["one", "two", "three", "four", "five"]

    found = await desk.rest.incidents(replace(desk.far, service_id="PS"), keys)

    assert set(found) == set(keys)
    assert len(desk.asked) == 5
    assert "service_ids%5B%5D=PS&statuses%5B%5D=triggered" in desk.asked[0]


async def test_of_what_was_merged_the_target_is_looked_at(desk: Desk) -> None:
    merged = INCIDENT | {"resolve_reason": {"incident": {"id": "Q2"}}, "status": "resolved"}
    target = INCIDENT | {"id": "Q2", "status": "triggered", "acknowledgements": None}
    desk.answers({"incidents": [merged], "incident": target})

    found = await desk.rest.incidents(desk.far, ["one"])

    assert (found["one"].id, found["one"].status, found["one"].by) == ("Q2", "triggered", "Ben")
    assert desk.asked[1] == "GET /incidents/Q2"


async def test_what_is_not_there_is_not_found(desk: Desk) -> None:
    desk.answers({"incidents": []})

    assert await desk.rest.incidents(desk.far, ["one"]) == {}


async def test_a_key_leads_to_its_service(desk: Desk) -> None:
    desk.answers({"services": [SERVICE]})
    known = FarKey(service_id="PS", service_name="Shop", integration_id="PI")

    assert await desk.rest.find_key(desk.far, KEY) == known
    assert await desk.rest.find_key(desk.far, "unknown") is None
    desk.answers({"service": SERVICE})
    assert await desk.rest.find_key(replace(desk.far, service_id="PS"), KEY) == known
    assert desk.asked[-1] == "GET /services/PS?include%5B%5D=integrations"
    desk.answers({})
    assert await desk.rest.find_key(replace(desk.far, service_id="PS"), KEY) is None


async def test_services_are_searched_page_by_page_but_not_for_ever(desk: Desk) -> None:
    desk.answers({"services": [], "more": True})

    assert await desk.rest.find_key(desk.far, KEY) is None

    assert len(desk.asked) == 20
    assert desk.asked[1].endswith("&limit=100&offset=100")


async def test_an_app_swaps_and_renews_its_tokens(desk: Desk) -> None:
    desk.answers({"access_token": "a", "expires_in": 3600})

    swapped = await desk.rest.swap(desk.app, "code", "verifier", "https://here.example.com/b")
    renewed = await desk.rest.refresh(replace(desk.app, refresh_token="again"))

    assert (swapped.token, swapped.expires_at) == ("a", NOON + timedelta(hours=1))
    assert renewed.refresh_token == "again"
    first, second = (httpx.QueryParams(one.body.decode()) for one in desk.hook.heard)
    assert first["code_verifier"] == "verifier"
    assert (first["client_id"], first["client_secret"]) == ("PAPP", "s3cret")
    assert second["grant_type"] == "refresh_token"


async def test_a_public_app_has_no_secret(desk: Desk) -> None:
    desk.answers({"access_token": "a"})

    tokens = await desk.rest.swap(replace(desk.app, client_secret=""), "c", "v", "b")

    assert tokens.expires_at is None
    assert "client_secret" not in httpx.QueryParams(desk.hook.heard[0].body.decode())


async def test_only_what_an_app_was_given_is_given_back(desk: Desk) -> None:
    desk.answers({})

    await desk.rest.revoke(desk.far)
    await desk.rest.revoke(replace(desk.app, refresh_token="again"))

    told = [httpx.QueryParams(one.body.decode())["token"] for one in desk.hook.heard]
    assert told == ["again", "u+token"]


async def test_a_token_of_a_whole_account_acts_for_nobody(desk: Desk) -> None:
    desk.answers({"user": {"email": "ann@example.com"}})
    assert await desk.rest.who(desk.app) == "ann@example.com"
    assert desk.hook.heard[0].headers["authorization"] == "Bearer u+token"

    desk.answers({"error": {}}, "400 Bad Request")
    with pytest.raises(FarFault):
        await desk.rest.who(desk.far)
    assert desk.asked[-1] == "GET /abilities"


async def test_a_subscription_is_made_greeted_and_taken_away(desk: Desk) -> None:
    made = {"id": "PSUB", "delivery_method": {"secret": "s"}}
    desk.answers({"webhook_subscription": made})

    subscription = await desk.rest.subscribe(
        replace(desk.far, service_id="PS"), "https://here.example.com/c", "Tocsin"
    )
    far = replace(desk.far, subscription_id=subscription.id, service_id="PS", integration_id="PI")
    desk.answers({}, "404 Not Found")
    await desk.rest.greet(far)
    await desk.rest.unsubscribe(far)
    await desk.rest.delete_integration(far)

    assert (subscription.id, subscription.secret) == ("PSUB", "s")
    wish = desk.hook.heard[0].json["webhook_subscription"]
    assert wish["filter"] == {"type": "service_reference", "id": "PS"}
    assert "incident.reopened" in wish["events"]
    assert desk.asked[1:] == [
        "POST /webhook_subscriptions/PSUB/ping",
        "DELETE /webhook_subscriptions/PSUB",
        "DELETE /services/PS/integrations/PI",
    ]


async def test_a_subscription_without_a_secret_is_none(desk: Desk) -> None:
    desk.answers({})

    with pytest.raises(FarFault, match="did not say what its webhooks are signed with"):
        await desk.rest.subscribe(desk.far, "https://here.example.com/c", "Tocsin")
    assert desk.hook.heard[0].json["webhook_subscription"]["filter"] == {
        "type": "account_reference"
    }


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        ("401 Unauthorized", "over"),
        ("403 Forbidden", "refused"),
        ("429 Too Many Requests", "passing"),
        ("503 Service Unavailable", "passing"),
        ("302 Found", "refused"),
    ],
)
async def test_a_refusal_says_whether_it_passes(desk: Desk, status: str, kind: str) -> None:
    desk.answers("Not you.", status)

    with pytest.raises(FarFault) as fault:
        await desk.rest.unsubscribe(desk.far)

    assert fault.value.kind == kind
    assert status in fault.value.sentence
    assert "Not you" in fault.value.sentence


async def test_a_grant_that_is_refused_is_over(desk: Desk) -> None:
    desk.answers({"error": "invalid_grant"}, "400 Bad Request")

    with pytest.raises(FarFault, match="invalid_grant") as fault:
        await desk.rest.refresh(desk.app)

    assert fault.value.kind == "over"


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"error": {"message": "Not Found", "code": 2100}}, "HTTP 403 Forbidden: Not Found."),
        ({"error": "x", "error_description": "It is over."}, "HTTP 403 Forbidden: It is over."),
        ({"error": "invalid_scope"}, "HTTP 403 Forbidden: invalid_scope."),
        ("", "HTTP 403 Forbidden."),
        ([1], "HTTP 403 Forbidden: [1]."),
    ],
)
async def test_a_refusal_is_told_in_the_words_of_the_other_side(
    desk: Desk, body: Any, said: str
) -> None:
    desk.answers(body, "403 Forbidden")

    with pytest.raises(FarFault) as fault:
        await desk.rest.incidents(desk.far, ["one"])

    assert fault.value.sentence == f"127.0.0.1 answered {said}"


async def test_what_is_no_api_is_found_out(desk: Desk) -> None:
    desk.answers("<html>Welcome</html>")

    with pytest.raises(FarFault, match="is this its address") as fault:
        await desk.rest.incidents(desk.far, ["one"])

    assert fault.value.kind == "refused"


async def test_an_answer_without_an_end_is_cut_off(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.outlets.pagerduty_answers.MOST_READ", 1000)
    desk.answers("x" * 2000)

    with pytest.raises(FarFault, match="answers without an end"):
        await desk.rest.incidents(desk.far, ["one"])


async def test_silence_is_waited_for_only_so_long(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tocsin.outlets.pagerduty_rest.TIMEOUT", 0.1)
    desk.hook.open.clear()

    with pytest.raises(FarFault, match="did not answer within") as fault:
        await desk.rest.incidents(desk.far, ["one"])

    assert fault.value.kind == "passing"


async def test_who_is_away_may_come_back(desk: Desk) -> None:
    await desk.hook.stop()

    with pytest.raises(FarFault, match="cannot be reached now") as fault:
        await desk.rest.incidents(desk.far, ["one"])

    assert fault.value.kind == "passing"


async def test_where_nothing_may_be_sent_nothing_is_asked(hook: Hook) -> None:
    async with make_client(Outbound(("private",)), user_agent="Tocsin") as http:
        desk = Desk(PagerDutyRest(http, lambda: NOON), hook)
        with pytest.raises(FarFault, match="no address that Tocsin may reach") as fault:
            await desk.rest.incidents(desk.far, ["one"])

    assert fault.value.kind == "refused"
    assert hook.heard == []
