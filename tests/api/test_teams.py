"""Teams over REST, as the reference, Terraform and scripts use them."""

from typing import Any, Final

import httpx
import pytest

from tests.api.conftest import Connect, Welcome
from tests.api.scenes import a_layer, a_policy, a_service, open_incident, ref
from tests.api.watched import Watched
from tocsin.domain.intake.event import ChangeEvent
from tocsin.domain.people.user import Role, User
from tocsin.usecases.house import House

Body = dict[str, Any]

OF_TEAMS: Final = (
    "users",
    "escalation_policies",
    "services",
    "incidents",
    "schedules",
    "log_entries",
    "maintenance_windows",
)


async def _team(api: httpx.AsyncClient, name: str = "Payments", **fields: Any) -> str:
    answer = await api.post("/teams", json={"team": {"type": "team", "name": name, **fields}})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["team"]["id"])


async def _policy(api: httpx.AsyncClient, user: User, *teams: str, name: str = "Night") -> str:
    refs = [{"id": id_, "type": "team_reference"} for id_ in teams]
    body = a_policy(name, [ref(user)], teams=refs)
    answer = await api.post("/escalation_policies", json={"escalation_policy": body})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["escalation_policy"]["id"])


async def _members(api: httpx.AsyncClient, team: str) -> list[tuple[str, str]]:
    answer = await api.get(f"/teams/{team}/members")
    return [(one["user"]["summary"], one["role"]) for one in answer.json()["members"]]


def _errors(answer: httpx.Response) -> list[str]:
    errors: list[str] = answer.json()["error"]["errors"]
    return errors


async def test_a_team_is_made_shown_changed_and_taken_away(api: httpx.AsyncClient) -> None:
    made = await api.post("/teams", json={"team": {"name": "Payments", "description": "Money"}})
    path = f"/teams/{made.json()['team']['id']}"
    shown = await api.get(path)
    changed = await api.put(path, json={"team": {"name": "Billing", "default_role": "none"}})
    gone = await api.delete(path)

    assert (made.status_code, changed.status_code, gone.status_code) == (201, 200, 204)
    assert made.json() == shown.json()
    assert changed.json()["team"] == shown.json()["team"] | {
        "name": "Billing",
        "summary": "Billing",
        "default_role": "none",
    }
    assert (await api.get(path)).status_code == 404


async def test_a_team_looks_as_the_reference_says(api: httpx.AsyncClient) -> None:
    id_ = await _team(api)

    assert (await api.get(f"/teams/{id_}")).json()["team"] == {
        "id": id_,
        "type": "team",
        "summary": "Payments",
        "self": f"https://oncall.example.com/teams/{id_}",
        "html_url": f"https://oncall.example.com/teams/{id_}",
        "name": "Payments",
        "description": None,
        "default_role": "manager",
    }


async def test_teams_are_listed_by_name_and_found_by_a_part_of_it(api: httpx.AsyncClient) -> None:
    for name in ("search", "Payments", "Platform"):
        await _team(api, name)

    everything = (await api.get("/teams?total=true&limit=2")).json()
    found = (await api.get("/teams?query=PAY")).json()

    assert [team["name"] for team in everything["teams"]] == ["Payments", "Platform"]
    assert (everything["total"], everything["more"]) == (3, True)
    assert [team["name"] for team in found["teams"]] == ["Payments"]


@pytest.mark.parametrize(
    ("team", "sentence"),
    [
        ({"name": " "}, "Name cannot be blank."),
        ({"name": "x" * 101}, "Name must have at most 100 characters, all of them printable."),
        ({"name": "payments"}, "Name has already been taken"),
        (
            {"name": "A", "description": "x" * 1025},
            "Description must have at most 1024 characters.",
        ),
        ({"name": "A", "default_role": "king"}, "Default role cannot be “king”."),
    ],
)
async def test_a_team_that_breaks_a_rule_is_refused_in_a_sentence(
    api: httpx.AsyncClient, team: Body, sentence: str
) -> None:
    await _team(api)

    answer = await api.post("/teams", json={"team": team})

    assert (answer.status_code, _errors(answer)) == (400, [sentence])


async def test_a_team_cannot_take_the_name_of_another(api: httpx.AsyncClient) -> None:
    await _team(api)
    other = await _team(api, "Search")

    answer = await api.put(f"/teams/{other}", json={"team": {"name": "PAYMENTS"}})

    assert (answer.status_code, _errors(answer)) == (400, ["Name has already been taken"])


async def test_people_join_a_team_change_their_role_and_leave(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    team, bob = await _team(api), await welcome("Bob")
    await api.put(f"/teams/{team}/users/{bob.id}", json={"role": "observer"})
    joined = await api.put(f"/teams/{team}/users/{alice.id}", json={"role": "responder"})
    before = await _members(api, team)

    await api.put(f"/teams/{team}/users/{alice.id}", json={"role": "manager"})
    again = await api.put(f"/teams/{team}/users/{bob.id}")
    after = await _members(api, team)
    left = await api.delete(f"/teams/{team}/users/{bob.id}")

    assert {joined.status_code, again.status_code, left.status_code} == {204}
    assert before == [("Alice", "responder"), ("Bob", "observer")]
    assert after == [("Alice", "manager"), ("Bob", "observer")]
    assert await _members(api, team) == [("Alice", "manager")]


@pytest.mark.parametrize(
    ("role", "on_joining"),
    [("owner", "manager"), ("limited_user", "responder"), ("restricted_access", "observer")],
)
async def test_who_joins_without_a_role_gets_one_that_suits_them(
    api: httpx.AsyncClient, welcome: Welcome, role: Role, on_joining: str
) -> None:
    team, bob = await _team(api), await welcome("Bob", role=role)

    await api.put(f"/teams/{team}/users/{bob.id}")

    assert await _members(api, team) == [("Bob", on_joining)]


async def test_a_stakeholder_joins_no_team(api: httpx.AsyncClient, welcome: Welcome) -> None:
    team, bob = await _team(api), await welcome("Bob", role="read_only_user")

    answer = await api.put(f"/teams/{team}/users/{bob.id}", json={"role": "observer"})

    sentence = "User cannot be added to a team: stakeholders are on none."
    assert (answer.status_code, _errors(answer)) == (400, [sentence])


async def test_members_are_shown_in_full_and_in_parts(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    team = await _team(api)
    for user in (alice, await welcome("Bob"), await welcome("Cleo")):
        await api.put(f"/teams/{team}/users/{user.id}")

    answer = await api.get(f"/teams/{team}/members?include[]=users&limit=1&offset=1&total=true")

    (member,) = answer.json()["members"]
    assert (answer.json()["total"], answer.json()["more"]) == (3, True)
    assert (member["user"]["email"], member["user"]["type"]) == ("bob@example.com", "user")


async def test_whoever_a_policy_of_the_team_pages_stays_on_it(
    api: httpx.AsyncClient, alice: User
) -> None:
    team = await _team(api)
    await api.put(f"/teams/{team}/users/{alice.id}")
    policy = await _policy(api, alice, team)

    refused = await api.delete(f"/teams/{team}/users/{alice.id}")
    await api.delete(f"/teams/{team}/escalation_policies/{policy}")
    allowed = await api.delete(f"/teams/{team}/users/{alice.id}")

    sentence = "User cannot be removed as they belong to an escalation policy on this team"
    assert (refused.status_code, _errors(refused)) == (400, [sentence])
    assert allowed.status_code == 204


async def test_a_policy_changes_from_team_to_team(api: httpx.AsyncClient, alice: User) -> None:
    one, other = await _team(api), await _team(api, "Search")
    policy = await _policy(api, alice)

    async def teams() -> list[str]:
        shown = (await api.get(f"/escalation_policies/{policy}")).json()["escalation_policy"]
        return [team["summary"] for team in shown["teams"]]

    answers = [await api.put(f"/teams/{one}/escalation_policies/{policy}")]
    first = await teams()
    answers.append(await api.put(f"/teams/{other}/escalation_policies/{policy}"))
    second = await teams()
    answers.append(await api.delete(f"/teams/{other}/escalation_policies/{policy}"))

    assert {answer.status_code for answer in answers} == {204}
    assert (first, second, await teams()) == (["Payments"], ["Search"], [])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/teams/PNOTEAM"),
        ("PUT", "/teams/PNOTEAM"),
        ("DELETE", "/teams/PNOTEAM"),
        ("GET", "/teams/PNOTEAM/members"),
        ("PUT", "/teams/{team}/users/PNOBODY"),
        ("DELETE", "/teams/{team}/users/PNOBODY"),
        ("PUT", "/teams/{team}/escalation_policies/PNOTHING"),
        ("DELETE", "/teams/{team}/escalation_policies/PNOTHING"),
    ],
)
async def test_what_is_not_there_is_said_to_be_missing(
    api: httpx.AsyncClient, method: str, path: str
) -> None:
    body = {"team": {"name": "A"}} if method == "PUT" else None

    answer = await api.request(method, path.format(team=await _team(api)), json=body)

    assert (answer.status_code, answer.json()["error"]["code"]) == (404, 2100)


async def test_a_team_that_answers_for_something_stays(api: httpx.AsyncClient, alice: User) -> None:
    team = await _team(api)
    await _policy(api, alice, team)
    await _schedule(api, alice, team)

    answer = await api.delete(f"/teams/{team}")

    assert answer.status_code == 400
    assert _errors(answer) == [
        "Team cannot be deleted while escalation policies belong to it: Night.",
        "Team cannot be deleted while schedules belong to it: Days.",
    ]


async def _schedule(api: httpx.AsyncClient, user: User, *teams: str) -> str:
    body = {
        "name": "Days",
        "time_zone": "Europe/Vienna",
        "schedule_layers": [a_layer(user)],
        "teams": [{"id": id_, "type": "team"} for id_ in teams],
    }
    answer = await api.post("/schedules", json={"schedule": body})
    assert answer.status_code == 201, answer.text
    return str(answer.json()["schedule"]["id"])


@pytest.mark.parametrize(
    ("teams", "sentence"),
    [
        (["PNOTEAM"], "Team PNOTEAM was not found."),
        (["{one}", "{other}"], "Teams can be one at most."),
    ],
)
async def test_a_policy_belongs_to_one_team_that_there_is(
    api: httpx.AsyncClient, alice: User, teams: list[str], sentence: str
) -> None:
    known = {"one": await _team(api), "other": await _team(api, "Search")}
    refs = [{"id": team.format(**known), "type": "team_reference"} for team in teams]

    body = {"escalation_policy": a_policy("Night", [ref(alice)], teams=refs)}
    answer = await api.post("/escalation_policies", json=body)

    assert (answer.status_code, _errors(answer)) == (400, [sentence])


async def test_a_team_is_named_by_a_reference_to_a_team(
    api: httpx.AsyncClient, alice: User
) -> None:
    body = {"escalation_policy": a_policy("Night", [ref(alice)], teams=[ref(alice)])}

    answer = await api.post("/escalation_policies", json=body)

    sentence = "Teams must be references to teams."
    assert (answer.status_code, _errors(answer)) == (400, [sentence])


async def test_a_policy_keeps_its_team_until_another_or_none_is_named(
    api: httpx.AsyncClient, alice: User
) -> None:
    policy = f"/escalation_policies/{await _policy(api, alice, await _team(api))}"

    async def change(body: Body) -> list[str]:
        answer = await api.put(policy, json={"escalation_policy": body})
        return [team["summary"] for team in answer.json()["escalation_policy"]["teams"]]

    assert await change({"name": "Day"}) == ["Payments"]
    assert await change({"teams": None}) == ["Payments"]
    assert await change({"teams": []}) == []


async def test_what_belongs_to_a_team_says_so_and_is_found_by_it(
    house: House, api: httpx.AsyncClient, alice: User
) -> None:
    team, other = await _team(api), await _team(api, "Search")
    await api.put(f"/teams/{team}/users/{alice.id}")
    policy = await _policy(api, alice, team)
    service = await a_service(house, "Checkout", policy)
    await open_incident(house, service, alice)
    await _schedule(api, alice, team)
    window = {
        "start_time": "2026-11-21T13:00:00Z",
        "end_time": "2026-11-21T14:00:00Z",
        "services": [{"id": service.id, "type": "service_reference"}],
    }
    await api.post("/maintenance_windows", json={"maintenance_window": window})

    for noun in OF_TEAMS:
        found = (await api.get(f"/{noun}?team_ids[]={team}")).json()[noun]
        nothing = (await api.get(f"/{noun}?team_ids[]={other}")).json()[noun]

        assert [found[0]["teams"][0]["id"], nothing] == [team, []], noun
        assert found[0]["teams"][0]["type"] == "team_reference"


async def test_changes_are_found_by_the_team_of_their_service(
    api: httpx.AsyncClient, watched: Watched
) -> None:
    team = await _team(api)
    await watched.send(ChangeEvent(summary="Deployed"))

    before = (await api.get(f"/change_events?team_ids[]={team}")).json()["change_events"]
    await api.put(f"/teams/{team}/escalation_policies/{watched.policy_id}")
    after = (await api.get(f"/change_events?team_ids[]={team}")).json()["change_events"]

    assert (before, [change["summary"] for change in after]) == ([], ["Deployed"])


async def test_teams_are_shown_in_full_to_who_asks(
    house: House, api: httpx.AsyncClient, alice: User
) -> None:
    team = await _team(api, description="Money")
    await api.put(f"/teams/{team}/users/{alice.id}")
    policy = await _policy(api, alice, team)
    service = await a_service(house, "Checkout", policy)
    await open_incident(house, service, alice)

    for noun in ("users", "escalation_policies", "services", "incidents", "log_entries"):
        (found, *_) = (await api.get(f"/{noun}?include[]=teams")).json()[noun]
        assert found["teams"][0]["description"] == "Money", noun


async def test_whoever_is_deleted_leaves_their_teams(
    house: House, api: httpx.AsyncClient, welcome: Welcome
) -> None:
    team, bob = await _team(api), await welcome("Bob")
    await api.put(f"/teams/{team}/users/{bob.id}")

    await api.delete(f"/users/{bob.id}")

    assert await _members(api, team) == []


async def test_an_observer_may_look_at_teams_and_change_none(
    api: httpx.AsyncClient, connect: Connect, welcome: Welcome
) -> None:
    team, bob = await _team(api), await welcome("Bob", role="observer")
    observer = await connect(bob)

    assert (await observer.get(f"/teams/{team}")).status_code == 200
    assert (await observer.post("/teams", json={"team": {"name": "A"}})).status_code == 403
    assert (await observer.put(f"/teams/{team}/users/{bob.id}")).status_code == 403
    assert (await observer.delete(f"/teams/{team}")).status_code == 403
