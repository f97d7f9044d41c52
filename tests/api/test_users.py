"""Users over REST, as the reference, Terraform and scripts use them."""

import asyncio
from typing import Any

import httpx
import pytest

from tests.api.conftest import Connect, Welcome
from tests.api.scenes import a_policy, a_schedule, a_service, open_incident, ref
from tocsin.domain.people.user import Role, User
from tocsin.usecases.house import House

BOB = {"type": "user", "name": "Bob", "email": "Bob@example.com"}
URL = "https://oncall.example.com"


async def _create(api: httpx.AsyncClient, **fields: Any) -> httpx.Response:
    return await api.post("/users", json={"user": BOB | fields})


async def test_a_user_is_made_shown_changed_and_taken_away(api: httpx.AsyncClient) -> None:
    made = await _create(api)
    path = f"/users/{made.json()['user']['id']}"
    shown = await api.get(path)
    changed = await api.put(path, json={"user": {"job_title": "Pilot"}})
    gone = await api.delete(path)

    assert (made.status_code, changed.status_code, gone.status_code) == (201, 200, 204)
    assert made.json() == shown.json()
    assert changed.json()["user"] == shown.json()["user"] | {"job_title": "Pilot"}
    assert (await api.get(path)).status_code == 404
    assert (await api.delete(path)).json()["error"]["code"] == 2100


async def test_a_user_looks_as_the_reference_says(api: httpx.AsyncClient) -> None:
    user = (await _create(api, role="admin", description="The boss")).json()["user"]

    here = f"{URL}/users/{user['id']}"
    (method,), rules = user.pop("contact_methods"), user.pop("notification_rules")
    assert user.pop("color").isalpha()
    assert user == {
        "id": user["id"],
        "type": "user",
        "summary": "Bob",
        "self": here,
        "html_url": here,
        "name": "Bob",
        "email": "Bob@example.com",
        "time_zone": "UTC",
        "role": "admin",
        "description": "The boss",
        "job_title": None,
        "avatar_url": None,
        "invitation_sent": False,
        "created_via_sso": False,
        "teams": [],
    }
    assert method == {
        "id": method["id"],
        "type": "email_contact_method_reference",
        "summary": "Default",
        "self": f"{here}/contact_methods/{method['id']}",
        "html_url": None,
    }
    assert [(rule["type"], rule["summary"]) for rule in rules] == [
        ("assignment_notification_rule_reference", "Default")
    ] * 2


async def test_a_new_user_is_mailed_at_once_whatever_the_urgency(api: httpx.AsyncClient) -> None:
    user = (await _create(api)).json()["user"]
    include = "include[]=contact_methods&include[]=notification_rules"

    whole = (await api.get(f"/users/{user['id']}?{include}")).json()["user"]

    (method,) = whole["contact_methods"]
    assert (method["type"], method["address"]) == ("email_contact_method", "Bob@example.com")
    assert {
        (rule["urgency"], rule["start_delay_in_minutes"], rule["contact_method"]["id"])
        for rule in whole["notification_rules"]
    } == {("high", 0, method["id"]), ("low", 0, method["id"])}


async def test_a_whole_user_can_be_sent_back(api: httpx.AsyncClient) -> None:
    user = (await _create(api, time_zone="Europe/Vienna")).json()["user"]

    again = await api.put(f"/users/{user['id']}", json={"user": user})

    assert again.json()["user"] == user


async def test_nulls_empty_what_can_be_empty_and_leave_the_rest(api: httpx.AsyncClient) -> None:
    user = (await _create(api, description="Old", job_title="Old", color="teal")).json()["user"]
    nulls = dict.fromkeys((*BOB, "role", "color", "description", "job_title", "time_zone"))

    changed = (await api.put(f"/users/{user['id']}", json={"user": nulls})).json()["user"]

    assert changed == user | {"description": None, "job_title": None}


async def test_spaces_in_a_name_are_collapsed(api: httpx.AsyncClient) -> None:
    user = (await _create(api, name="  Bob \t B.  ")).json()["user"]

    assert (user["name"], user["summary"]) == ("Bob B.", "Bob B.")


@pytest.mark.parametrize("email", ["bob@example.com", "BOB@EXAMPLE.COM"])
async def test_an_address_belongs_to_one_user(api: httpx.AsyncClient, email: str) -> None:
    await _create(api)
    carol = (await _create(api, email="carol@example.com")).json()["user"]

    made = await _create(api, name="Another", email=email)
    changed = await api.put(f"/users/{carol['id']}", json={"user": {"email": email}})

    for answer in (made, changed):
        assert answer.status_code == 400
        assert answer.json()["error"] == {
            "message": "Invalid Input Provided",
            "code": 2001,
            "errors": ["Email has already been taken"],
        }


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"name": " "}, "Name cannot be blank."),
        ({"name": "x" * 101}, "Name must have at most 100 characters, all of them printable."),
        ({"name": "x\u202e"}, "Name must have at most 100 characters, all of them printable."),
        ({"email": "bob"}, "Email must have 6 to 100 characters."),
        ({"email": "bob@@bob"}, "Email must be an e-mail address such as alice@example.com."),
        ({"role": "king"}, "Role cannot be “king”."),
        ({"name": 7}, "Name must be a text."),
        (
            {"time_zone": "Mars"},
            "Time zone must be the name of a time zone, such as Europe/Vienna.",
        ),
        ({"color": "#fff"}, "Color must be the name of a colour, such as dark-slate-grey."),
        (
            {"job_title": "x" * 101},
            "Job title must have at most 100 characters, all of them printable.",
        ),
        ({"description": "x" * 2001}, "Description must have at most 2000 characters."),
    ],
)
async def test_a_user_who_cannot_be_is_refused_in_a_sentence(
    api: httpx.AsyncClient, fields: dict[str, Any], sentence: str
) -> None:
    answer = await _create(api, **fields)

    assert answer.status_code == 400
    assert answer.json()["error"]["errors"] == [sentence]


async def test_a_body_needs_its_wrapper(api: httpx.AsyncClient) -> None:
    answer = await api.post("/users", json=BOB)

    assert (answer.status_code, answer.json()["error"]["code"]) == (400, 2001)


async def test_names_of_an_own_network_are_addresses_too(api: httpx.AsyncClient) -> None:
    assert (await _create(api, email="bob@mail.internal")).status_code == 201


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Alice", "Bob", "carol"]),
        ("query=", ["Alice", "Bob", "carol"]),
        ("query=CAR", ["carol"]),
        ("query=bob@example.com", ["Bob"]),
        ("query=nobody", []),
        ("team_ids[]=PNOTEAM", []),
        ("limit=1&offset=1", ["Bob"]),
    ],
)
async def test_users_are_found_by_name_or_address(
    api: httpx.AsyncClient, welcome: Welcome, query: str, names: list[str]
) -> None:
    await welcome("carol")
    await welcome("Bob")

    answer = (await api.get(f"/users?{query}")).json()

    assert [user["name"] for user in answer["users"]] == names


async def test_a_list_comes_in_parts(api: httpx.AsyncClient, welcome: Welcome) -> None:
    for name in ("Bob", "Carol"):
        await welcome(name)

    first = (await api.get("/users?limit=2&total=true")).json()
    second = (await api.get("/users?limit=2&offset=2")).json()

    assert (first["more"], first["total"], first["limit"], first["offset"]) == (True, 3, 2, 0)
    assert (second["more"], second["total"], len(second["users"])) == (False, None, 1)


async def test_a_users_key_tells_who_they_are(connect: Connect, alice: User) -> None:
    client = await connect(alice)

    assert (await client.get("/users/me")).json()["user"]["id"] == alice.id


async def test_the_accounts_key_is_nobodys(api: httpx.AsyncClient) -> None:
    answer = await api.get("/users/me")

    assert answer.status_code == 400
    assert "account-level access token" in answer.json()["error"]


async def test_terraform_sends_no_from_header(api: httpx.AsyncClient) -> None:
    del api.headers["from"]

    assert (await _create(api)).status_code == 201


@pytest.mark.parametrize("role", ["user", "limited_user", "observer", "read_only_user"])
async def test_only_administrators_make_and_take_away_users(
    connect: Connect, welcome: Welcome, alice: User, role: Role
) -> None:
    client = await connect(await welcome("Carol", role))

    assert (await _create(client)).status_code == 403
    assert (await client.delete(f"/users/{alice.id}")).status_code == 403
    assert (await client.get(f"/users/{alice.id}")).status_code == 200


async def test_a_read_only_key_only_reads(connect: Connect, alice: User) -> None:
    client = await connect(alice, read_only=True)

    assert (await client.get("/users")).status_code == 200
    assert (await _create(client)).json()["error"]["code"] == 2010
    assert (await client.put(f"/users/{alice.id}", json={"user": {}})).status_code == 403


async def test_people_change_themselves_but_not_their_role(
    connect: Connect, welcome: Welcome, alice: User
) -> None:
    carol = await welcome("Carol", role="limited_user")
    client = await connect(carol)

    renamed = await client.put(f"/users/{carol.id}", json={"user": {"name": "Caroline"}})
    promoted = await client.put(f"/users/{carol.id}", json={"user": {"role": "admin"}})
    meddled = await client.put(f"/users/{alice.id}", json={"user": {"name": "Mallory"}})

    assert renamed.json()["user"]["name"] == "Caroline"
    assert promoted.json()["error"]["errors"] == [
        "Only an administrator can change the role of a user."
    ]
    assert (promoted.status_code, meddled.status_code) == (403, 403)


async def test_owners_are_made_and_unmade_by_owners_only(
    connect: Connect, welcome: Welcome, alice: User
) -> None:
    admin = await connect(await welcome("Carol", role="admin"))
    account = await connect()  # with a key that any administrator can make
    owner = await connect(alice)
    path = f"/users/{alice.id}"

    for client in (admin, account):
        made = await _create(client, role="owner")
        demoted = await client.put(path, json={"user": {"role": "user"}})
        moved = await client.put(path, json={"user": {"email": "carol@example.org"}})
        deleted = await client.delete(path)

        answers = (made, demoted, moved, deleted)
        assert [answer.status_code for answer in answers] == [403] * 4
    assert (await _create(owner, role="owner")).status_code == 201


async def test_owners_who_leave_at_once_do_not_all_leave(
    connect: Connect, welcome: Welcome, alice: User
) -> None:
    owners = [alice, *[await welcome(f"Otto{n}", role="owner") for n in range(4)]]
    clients = {owner.id: await connect(owner) for owner in owners}

    answers = await asyncio.gather(
        *(
            client.put(f"/users/{user_id}", json={"user": {"role": "user"}})
            for user_id, client in clients.items()
        )
    )

    assert sorted(answer.status_code for answer in answers) == [200] * 4 + [400]


async def test_the_last_owner_stays(connect: Connect, alice: User) -> None:
    api = await connect(alice)
    path = f"/users/{alice.id}"

    demoted = await api.put(path, json={"user": {"role": "user"}})
    deleted = await api.delete(path)
    await _create(api, role="owner")
    after = await api.delete(path)

    assert (demoted.status_code, deleted.status_code, after.status_code) == (400, 400, 204)
    assert deleted.json()["error"]["errors"] == [
        "The account needs an owner: let somebody else be one first."
    ]


async def test_whoever_is_needed_cannot_be_taken_away(
    api: httpx.AsyncClient, house: House, welcome: Welcome
) -> None:
    bob = await welcome("Bob")
    await a_schedule(api, "Nights", [[bob]])
    policy = a_policy("Web", [ref(bob)])
    made = await api.post("/escalation_policies", json={"escalation_policy": policy})
    service = await a_service(house, "Shop", made.json()["escalation_policy"]["id"])
    await open_incident(house, service, bob)

    answer = await api.delete(f"/users/{bob.id}")

    assert answer.status_code == 400
    assert answer.json()["error"]["errors"] == [
        "User cannot be deleted while incidents are assigned to them: #1.",
        "User cannot be deleted while escalation policies page them: Web.",
        "User cannot be deleted while they are on schedules: Nights.",
    ]
