"""Escalation policies over REST, as the reference, Terraform and scripts use them."""

from typing import Any

import httpx
import pytest

from tests.api.conftest import Connect, Welcome
from tests.api.scenes import a_policy, a_schedule, a_service, ref
from tocsin.domain.people.user import User
from tocsin.usecases.house import House

INCLUDE = "include[]=escalation_rule_assignment_strategies"


async def _create(api: httpx.AsyncClient, body: dict[str, Any]) -> httpx.Response:
    return await api.post("/escalation_policies", json={"escalation_policy": body})


async def test_a_policy_is_made_shown_changed_and_taken_away(
    api: httpx.AsyncClient, alice: User
) -> None:
    made = await _create(api, a_policy("Night", [ref(alice)], description="Dark", num_loops=2))
    path = f"/escalation_policies/{made.json()['escalation_policy']['id']}"
    shown = await api.get(path)
    changed = await api.put(path, json={"escalation_policy": {"name": "Day"}})
    gone = await api.delete(path)

    assert (made.status_code, changed.status_code, gone.status_code) == (201, 200, 204)
    assert made.json() == shown.json()
    assert changed.json()["escalation_policy"]["name"] == "Day"
    assert changed.json()["escalation_policy"]["num_loops"] == 2
    assert (await api.get(path)).status_code == 404


async def test_a_policy_looks_as_the_reference_says(api: httpx.AsyncClient, alice: User) -> None:
    policy = (await _create(api, a_policy("Night", [ref(alice)]))).json()["escalation_policy"]

    (rule,) = policy.pop("escalation_rules")
    assert policy == {
        "id": policy["id"],
        "type": "escalation_policy",
        "summary": "Night",
        "self": f"https://oncall.example.com/escalation_policies/{policy['id']}",
        "html_url": f"https://oncall.example.com/escalation_policies/{policy['id']}",
        "name": "Night",
        "description": None,
        "num_loops": 0,
        "on_call_handoff_notifications": "if_has_services",
        "services": [],
        "teams": [],
    }
    assert rule == {
        "id": rule["id"],
        "escalation_delay_in_minutes": 30,
        "targets": [
            {
                "id": alice.id,
                "type": "user_reference",
                "summary": "Alice",
                "self": f"https://oncall.example.com/users/{alice.id}",
                "html_url": f"https://oncall.example.com/users/{alice.id}",
            }
        ],
    }


async def test_targets_keep_their_order_whatever_their_type(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    bob, night = await welcome("Bob"), await a_schedule(api, "Night", [[alice]])
    targets = [{"id": bob.id, "type": "user"}, {"id": night, "type": "schedule"}, ref(alice)]

    policy = (await _create(api, a_policy("P", targets))).json()["escalation_policy"]

    assert [(t["id"], t["type"]) for t in policy["escalation_rules"][0]["targets"]] == [
        (bob.id, "user_reference"),
        (night, "schedule_reference"),
        (alice.id, "user_reference"),
    ]


@pytest.mark.parametrize("spelling", ["round_robin", {"type": "round_robin"}])
async def test_a_strategy_may_be_a_word_or_an_object_and_is_told_when_asked_for(
    api: httpx.AsyncClient, alice: User, spelling: object
) -> None:
    body = a_policy("Ring", [ref(alice)])
    body["escalation_rules"][0]["escalation_rule_assignment_strategy"] = spelling
    path = f"/escalation_policies/{(await _create(api, body)).json()['escalation_policy']['id']}"

    plain = (await api.get(path)).json()["escalation_policy"]["escalation_rules"][0]
    told = (await api.get(f"{path}?{INCLUDE}")).json()["escalation_policy"]["escalation_rules"][0]

    assert "escalation_rule_assignment_strategy" not in plain
    assert told == plain | {"escalation_rule_assignment_strategy": {"type": "round_robin"}}


async def test_a_policy_sent_back_as_it_was_shown_stays_the_same(
    api: httpx.AsyncClient, alice: User
) -> None:
    body = a_policy("Ring", [ref(alice)])
    body["escalation_rules"][0]["escalation_rule_assignment_strategy"] = "round_robin"
    shown = (await _create(api, body)).json()
    path = f"/escalation_policies/{shown['escalation_policy']['id']}"
    before = (await api.get(f"{path}?{INCLUDE}")).json()

    await api.put(path, json=shown)

    assert (await api.get(f"{path}?{INCLUDE}")).json() == before


async def test_rules_sent_back_keep_their_ids_and_others_get_new_ones(
    api: httpx.AsyncClient, alice: User
) -> None:
    policy = (await _create(api, a_policy("P", [ref(alice)], [ref(alice)]))).json()
    first, second = policy["escalation_policy"]["escalation_rules"]
    path = f"/escalation_policies/{policy['escalation_policy']['id']}"
    rules = [second, {**first, "id": "PUNKNOWN"}, second]

    changed = await api.put(path, json={"escalation_policy": {"escalation_rules": rules}})

    ids = [rule["id"] for rule in changed.json()["escalation_policy"]["escalation_rules"]]
    assert ids[0] == second["id"]
    assert len({*ids, first["id"], "PUNKNOWN"}) == 5


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        ({"name": " "}, ["Name cannot be blank."]),
        ({"name": "A & B"}, ["Name cannot contain \\ / & < >"]),
        ({"name": "x" * 256}, ["Name must have at most 255 characters, all of them printable."]),
        ({"num_loops": 10}, ["Num loops must be from 0 to 9."]),
        ({"num_loops": -1}, ["Num loops must be from 0 to 9."]),
        ({"num_loops": "many"}, ["Num loops must be a whole number."]),
        ({"escalation_rules": []}, ["Escalation rules cannot be empty."]),
        ({"description": "x" * 2001}, ["Description must have at most 2000 characters."]),
    ],
)
async def test_a_policy_that_breaks_a_rule_is_refused_in_a_sentence(
    api: httpx.AsyncClient, alice: User, change: dict[str, Any], sentences: list[str]
) -> None:
    answer = await _create(api, a_policy("P", [ref(alice)]) | change)

    assert answer.status_code == 400
    assert answer.json()["error"] == {
        "message": "Invalid Input Provided",
        "code": 2001,
        "errors": sentences,
    }


@pytest.mark.parametrize(
    ("change", "sentences"),
    [
        (
            {"escalation_delay_in_minutes": 0},
            ["Escalation rule 1 must have a delay of 1 to 525600 minutes."],
        ),
        ({"targets": []}, ["Escalation rule 1 must have 1 to 10 targets."]),
        (
            {"targets": [{"id": f"P{n}", "type": "user_reference"} for n in range(11)]},
            ["Escalation rule 1 must have 1 to 10 targets."],
        ),
        (
            {"targets": [{"id": "PTEAM", "type": "team_reference"}]},
            ["Escalation rule targets must be users or schedules."],
        ),
        (
            {"targets": [{"id": "PNO", "type": "user"}, {"id": "PNONE", "type": "schedule"}]},
            ["User PNO was not found.", "Schedule PNONE was not found."],
        ),
    ],
)
async def test_a_rule_needs_a_delay_and_targets_that_exist(
    api: httpx.AsyncClient, alice: User, change: dict[str, Any], sentences: list[str]
) -> None:
    body = a_policy("P", [ref(alice)])
    body["escalation_rules"][0] |= change

    answer = await _create(api, body)

    assert (answer.status_code, answer.json()["error"]["errors"]) == (400, sentences)


async def test_the_last_rule_cannot_be_taken_away(api: httpx.AsyncClient, alice: User) -> None:
    made = (await _create(api, a_policy("P", [ref(alice)]))).json()["escalation_policy"]

    answer = await api.put(
        f"/escalation_policies/{made['id']}", json={"escalation_policy": {"escalation_rules": []}}
    )

    assert answer.status_code == 400
    assert answer.json()["error"]["errors"] == ["Cannot Delete Only Rule For Escalation Policy"]


async def test_a_name_belongs_to_one_policy(api: httpx.AsyncClient, alice: User) -> None:
    await _create(api, a_policy("Night", [ref(alice)]))
    other = (await _create(api, a_policy("Day", [ref(alice)]))).json()["escalation_policy"]

    twice = await _create(api, a_policy("night", [ref(alice)]))
    renamed = await api.put(
        f"/escalation_policies/{other['id']}", json={"escalation_policy": {"name": "NIGHT"}}
    )

    assert (twice.status_code, renamed.status_code) == (400, 400)
    assert (
        ["Escalation Policy has already been taken"]
        == twice.json()["error"]["errors"]
        == renamed.json()["error"]["errors"]
    )


async def test_a_policy_that_a_service_uses_names_the_service_and_stays(
    api: httpx.AsyncClient, house: House, alice: User
) -> None:
    made = (await _create(api, a_policy("Night", [ref(alice)]))).json()["escalation_policy"]
    service = await a_service(house, "Database", made["id"])
    path = f"/escalation_policies/{made['id']}"

    refused = await api.delete(path)
    shown = (await api.get(path)).json()["escalation_policy"]

    assert refused.status_code == 400
    assert refused.json()["error"]["errors"] == [
        "Escalation policy can't be deleted while services use it: Database."
    ]
    assert [(s["id"], s["type"], s["summary"], s["html_url"]) for s in shown["services"]] == [
        (
            service.id,
            "service_reference",
            "Database",
            f"https://oncall.example.com/service-directory/{service.id}",
        )
    ]


async def test_policies_are_listed_by_name_in_pages(api: httpx.AsyncClient, alice: User) -> None:
    for name in ("beta", "Alpha", "gamma"):
        await _create(api, a_policy(name, [ref(alice)]))

    async def names(query: str) -> tuple[list[str], bool, int | None]:
        page = (await api.get(f"/escalation_policies?{query}")).json()
        return [p["name"] for p in page["escalation_policies"]], page["more"], page["total"]

    assert await names("") == (["Alpha", "beta", "gamma"], False, None)
    assert await names("limit=2&total=true") == (["Alpha", "beta"], True, 3)
    assert await names("limit=2&offset=2") == (["gamma"], False, None)
    assert await names("sort_by=name:desc&limit=1") == (["gamma"], True, None)
    assert await names("query=ALPH&total=true") == (["Alpha"], False, 1)
    assert await names("query=%25") == ([], False, None)
    assert await names("team_ids[]=PTEAM") == ([], False, None)


async def test_policies_are_found_by_the_people_they_page_directly(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    bob, cleo = await welcome("Bob"), await welcome("Cleo")
    night = await a_schedule(api, "Night", [[cleo]])
    await _create(api, a_policy("A", [ref(alice)], [ref(bob)]))
    await _create(api, a_policy("B", [{"id": night, "type": "schedule_reference"}]))
    await _create(api, a_policy("C", [ref(alice)]))

    async def names(*people: User) -> list[str]:
        query = "&".join(f"user_ids[]={user.id}" for user in people)
        page = (await api.get(f"/escalation_policies?{query}")).json()
        return [policy["name"] for policy in page["escalation_policies"]]

    assert await names(alice) == ["A", "C"]
    assert await names(bob, cleo) == ["A"]
    assert await names(cleo) == []


async def test_targets_and_services_are_shown_whole_when_asked_for(
    api: httpx.AsyncClient, house: House, alice: User
) -> None:
    night = await a_schedule(api, "Night", [[alice]])
    targets = [ref(alice), {"id": night, "type": "schedule_reference"}]
    made = (await _create(api, a_policy("P", targets))).json()["escalation_policy"]
    await a_service(house, "Database", made["id"])

    query = "include[]=targets&include[]=services"
    shown = (await api.get(f"/escalation_policies/{made['id']}?{query}")).json()

    user, schedule = shown["escalation_policy"]["escalation_rules"][0]["targets"]
    (service,) = shown["escalation_policy"]["services"]
    assert (user["type"], user["email"]) == ("user", "alice@example.com")
    assert (schedule["type"], schedule["time_zone"]) == ("schedule", "UTC")
    assert (service["type"], service["status"]) == ("service", "active")


async def test_who_may_only_read_changes_no_policy(
    api: httpx.AsyncClient, alice: User, connect: Connect, welcome: Welcome
) -> None:
    made = (await _create(api, a_policy("P", [ref(alice)]))).json()["escalation_policy"]
    path = f"/escalation_policies/{made['id']}"

    for client in (
        await connect(await welcome("Olga", role="observer")),
        await connect(await welcome("Lim", role="limited_user")),
        await connect(alice, read_only=True),
    ):
        assert (await client.get(path)).status_code == 200
        assert (await _create(client, a_policy("Q", [ref(alice)]))).status_code == 403
        assert (await client.put(path, json={"escalation_policy": {}})).status_code == 403
        assert (await client.delete(path)).status_code == 403


async def test_who_runs_the_on_call_may_make_policies(
    connect: Connect, welcome: Welcome, alice: User
) -> None:
    client = await connect(await welcome("Mia", role="user"))

    assert (await _create(client, a_policy("P", [ref(alice)]))).status_code == 201
