"""The way of a REST request through the door, whatever it asks for."""

import gzip
from typing import Any, Final

import httpx
import msgspec
import pytest
import uvicorn
from starlette.types import ASGIApp

from tests.api.conftest import PUBLIC_URL, Connect, Hands, Welcome
from tocsin.api.http import BODY_LIMIT, rest_app
from tocsin.api.resources import OPS
from tocsin.api.rest import Answer, Call, Resource
from tocsin.domain.people.user import Role, User
from tocsin.store.database import Database
from tocsin.usecases.errors import (
    Arguments,
    Complaint,
    Conflict,
    DatabaseAway,
    Forbidden,
    Invalid,
    NotFound,
    PaymentRequired,
    Refused,
    TooMany,
)
from tocsin.usecases.house import House

THINGS = Resource("/things", scope="things")
USERS_THINGS = Resource("/users/{id}/things", scope="users:contact_methods", item="thing_id")

COMPLAINTS: Final[dict[str, tuple[Exception, int, int]]] = {
    "invalid": (Invalid("Name cannot be blank."), 400, 2001),
    "arguments": (Arguments("Service was not found."), 400, 2002),
    "refused": (Refused("It is resolved already.", 1001), 400, 1001),
    "ability": (PaymentRequired("It has its price."), 402, 2014),
    "forbidden": (Forbidden("Not you."), 403, 2010),
    "missing": (NotFound("Thing", "P1"), 404, 2100),
    "conflict": (Conflict("Somebody was faster."), 409, 2001),
    "many": (TooMany("250 at most."), 413, 2001),
    "away": (DatabaseAway("It sleeps at 10.0.0.7."), 503, 2000),
    "accident": (RuntimeError("the password is hunter2"), 500, 2000),
}


class Thing(msgspec.Struct):
    name: str


@THINGS.lists("listThings")
async def list_things(call: Call) -> dict[str, Any]:
    return {"flag": call.query.flag("flag"), "from": call.requester and call.requester.name}


@THINGS.creates("createThing")
async def create_thing(call: Call) -> dict[str, Any]:
    return {"thing": {"name": call.body(Thing, "thing").name}}


@THINGS.gets("getThing")
async def get_thing(call: Call, id: str) -> dict[str, Any]:
    return {"thing": call.links.ref("team", id, "The team")}


@THINGS.updates("updateThing", needs_from=True)
async def update_thing(call: Call, id: str) -> Answer:
    assert call.requester is not None
    return Answer(body={"id": id, "by": call.requester.name}, status=202, headers={"x-old": "1"})


@THINGS.deletes("deleteThing", power="respond")
async def delete_thing(_call: Call, id: str) -> None:
    raise COMPLAINTS[id][0]


@USERS_THINGS.deletes("deleteUserThing")
async def delete_users_thing(_call: Call, id: str, thing_id: str) -> None:
    """Take one away."""


@pytest.fixture
def app(house: House) -> ASGIApp:
    return rest_app(house, (*OPS, *THINGS.ops, *USERS_THINGS.ops))


async def test_servers_see_what_the_application_is(app: ASGIApp) -> None:
    config = uvicorn.Config(app)
    config.load()

    assert config.interface == "asgi3"


async def test_every_answer_has_an_id_and_headers_that_keep_it_safe(api: httpx.AsyncClient) -> None:
    answers = [await api.get(path) for path in ("/things", "/things?flag=x", "/nowhere")]

    assert [answer.status_code for answer in answers] == [200, 400, 404]
    assert len({answer.headers["x-request-id"] for answer in answers}) == 3
    for answer in answers:
        assert answer.headers["content-type"] == "application/json"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("name", COMPLAINTS)
async def test_a_complaint_becomes_a_status_a_code_and_sentences(
    api: httpx.AsyncClient, name: str
) -> None:
    complaint, status, code = COMPLAINTS[name]

    answer = await api.delete(f"/things/{name}")

    error = answer.json()["error"]
    assert (answer.status_code, error["code"]) == (status, code)
    if isinstance(complaint, Complaint):
        assert error["errors"] == list(complaint.sentences)


def test_every_complaint_has_its_place_on_the_wire() -> None:
    tried = {type(complaint) for complaint, _, _ in COMPLAINTS.values()}

    complaints = {c for c in Complaint.__subclasses__() if c.__module__ == Complaint.__module__}
    assert complaints <= tried


@pytest.mark.parametrize("name", ["accident", "away"])
async def test_an_accident_tells_nothing_of_what_happened(
    api: httpx.AsyncClient, name: str
) -> None:
    answer = await api.delete(f"/things/{name}")

    assert str(COMPLAINTS[name][0]) not in answer.text


async def test_an_accident_is_found_in_the_log_by_its_id(
    api: httpx.AsyncClient, capsys: pytest.CaptureFixture[str]
) -> None:
    answer = await api.delete("/things/accident")

    assert answer.headers["x-request-id"] in answer.json()["error"]["errors"][0]
    assert answer.headers["x-request-id"] in capsys.readouterr().out


async def test_without_a_database_clients_are_told_when_to_come_back(house: House) -> None:
    away = await Database.open("postgresql://nobody@127.0.0.1:1/nothing")
    app = rest_app(msgspec.structs.replace(house, database=away))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PUBLIC_URL) as client:
        answer = await client.get("/abilities", headers={"authorization": "Token token=any"})
    await away.close()

    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5")


async def test_a_path_with_a_slash_at_its_end_is_the_same_path(api: httpx.AsyncClient) -> None:
    assert (await api.get("/things/P1/")).json() == (await api.get("/things/P1")).json()


async def test_a_method_that_a_path_does_not_have_is_not_allowed(api: httpx.AsyncClient) -> None:
    answer = await api.patch("/things")

    assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


async def test_options_tells_the_methods_without_a_key(api: httpx.AsyncClient) -> None:
    answer = await api.options("/things/P1", headers={"authorization": ""})

    assert (answer.status_code, answer.headers["allow"]) == (204, "DELETE, GET, PUT")
    assert (await api.options("/nowhere")).status_code == 404


async def test_head_is_get_without_the_body(api: httpx.AsyncClient) -> None:
    whole, head = await api.get("/things"), await api.head("/things")

    assert (head.status_code, head.content) == (200, b"")
    assert head.headers["content-length"] == str(len(whole.content))


@pytest.mark.parametrize("path", ["/things/a%00b", "/things/%ed%a0%80", "/things/%ff"])
async def test_a_path_that_no_text_can_be_is_no_accident(api: httpx.AsyncClient, path: str) -> None:
    assert (await api.get(path)).status_code in {200, 404}


async def test_a_reference_leads_back_to_the_house(api: httpx.AsyncClient) -> None:
    assert (await api.get("/things/P1")).json()["thing"] == {
        "id": "P1",
        "type": "team_reference",
        "summary": "The team",
        "self": "https://oncall.example.com/teams/P1",
        "html_url": "https://oncall.example.com/teams/P1",
    }


async def test_an_answer_may_have_a_status_and_headers_of_its_own(api: httpx.AsyncClient) -> None:
    answer = await api.put("/things/P1")

    assert (answer.status_code, answer.headers["x-old"]) == (202, "1")


@pytest.mark.parametrize("authorization", ["", "Token token=", "Token token=wrong", "Basic YTpi"])
async def test_without_a_good_key_nobody_enters(api: httpx.AsyncClient, authorization: str) -> None:
    answer = await api.get("/things", headers={"authorization": authorization})

    assert (answer.status_code, answer.json()["error"]["code"]) == (401, 2006)


@pytest.mark.parametrize("form", ["Token token={}", 'Token token="{}"', "Bearer {}", "bearer {}"])
async def test_a_key_is_written_in_several_ways(api: httpx.AsyncClient, form: str) -> None:
    key = api.headers["authorization"].removeprefix("Token token=")

    answer = await api.get("/things", headers={"authorization": form.format(key)})

    assert answer.status_code == 200


async def test_a_key_that_can_only_read_changes_nothing(connect: Connect) -> None:
    client = await connect(read_only=True)

    assert (await client.get("/things")).status_code == 200
    assert (await client.post("/things", json={"thing": {"name": "x"}})).status_code == 403


@pytest.mark.parametrize(
    ("role", "manages", "responds"),
    [
        ("owner", 201, 400),
        ("admin", 201, 400),
        ("user", 201, 400),
        ("limited_user", 403, 400),
        ("observer", 403, 403),
        ("read_only_user", 403, 403),
    ],
)
async def test_a_users_key_may_do_what_their_role_may(
    connect: Connect, welcome: Welcome, role: Role, manages: int, responds: int
) -> None:
    client = await connect(await welcome("Bob", role=role))

    assert (await client.get("/things")).status_code == 200
    assert (await client.post("/things", json={"thing": {"name": "x"}})).status_code == manages
    assert (await client.delete("/things/refused")).status_code == responds


async def test_people_change_what_is_their_own_and_administrators_everything(
    connect: Connect, welcome: Welcome, alice: User
) -> None:
    bob = await welcome("Bob", role="limited_user")
    as_bob, as_alice = await connect(bob), await connect(alice)

    assert (await as_bob.delete(f"/users/{bob.id}/things/T")).status_code == 204
    assert (await as_bob.delete(f"/users/{alice.id}/things/T")).status_code == 403
    assert (await as_alice.delete(f"/users/{bob.id}/things/T")).status_code == 204


async def test_an_account_acts_in_the_name_that_from_tells(connect: Connect, alice: User) -> None:
    client = await connect()

    nobody = await client.put("/things/P1")
    stranger = await client.put("/things/P1", headers={"from": "mallory@example.com"})
    known = await client.put("/things/P1", headers={"from": alice.email.upper()})

    assert (nobody.status_code, nobody.json()["error"]["code"]) == (400, 2001)
    assert (stranger.status_code, stranger.json()["error"]["code"]) == (400, 1008)
    assert known.json() == {"id": "P1", "by": "Alice"}


async def test_a_users_key_acts_in_their_own_name(
    connect: Connect, welcome: Welcome, alice: User
) -> None:
    client = await connect(await welcome("Bob"))

    answer = await client.put("/things/P1", headers={"from": alice.email})

    assert answer.json() == {"id": "P1", "by": "Bob"}


async def test_a_body_needs_no_content_type_and_may_be_packed(api: httpx.AsyncClient) -> None:
    body = b'{"thing": {"name": "x"}}'

    plain = await api.post("/things", content=body)
    packed = await api.post(
        "/things", content=gzip.compress(body), headers={"content-encoding": "gzip"}
    )

    assert (plain.status_code, packed.status_code) == (201, 201)


async def test_a_body_where_none_is_wanted_does_no_harm(api: httpx.AsyncClient) -> None:
    assert (await api.request("GET", "/things", content=b"{}")).status_code == 200


async def test_a_body_has_its_limits(api: httpx.AsyncClient) -> None:
    large = await api.post("/things", content=b" " * (BODY_LIMIT + 1))
    strange = await api.post("/things", content=b"{}", headers={"content-encoding": "br"})

    assert (large.status_code, strange.status_code) == (413, 415)
    assert large.json()["error"]["errors"] == [f"The body is larger than {BODY_LIMIT} bytes."]


async def test_an_answer_tells_how_many_more_there_may_be(
    api: httpx.AsyncClient, clock: Hands
) -> None:
    left = [(await api.get("/things")).headers["ratelimit-remaining"] for _ in range(2)]
    clock.move(minutes=1)
    later = await api.get("/things")

    assert left == ["2999", "2998"]
    assert later.headers["ratelimit-remaining"] == "2999"


async def test_who_asks_too_often_is_told_when_to_come_back(
    house: House, api: httpx.AsyncClient, clock: Hands
) -> None:
    house.decisions.newest = {"requests_per_minute": 1}
    app = rest_app(house, THINGS.ops)
    key = {"authorization": api.headers["authorization"]}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=PUBLIC_URL) as client:
        statuses = [(await client.get("/things", headers=key)).status_code for _ in range(2)]
        refusal = await client.get("/things", headers=key)
        clock.move(minutes=1)
        later = await client.get("/things", headers=key)

    assert (statuses, later.status_code) == ([200, 429], 200)
    assert refusal.json()["error"]["code"] == 2020
    assert refusal.headers["ratelimit-reset"] == "60"


async def test_the_description_names_every_operation(api: httpx.AsyncClient) -> None:
    answer = await api.get("/openapi.json", headers={"authorization": ""})

    described = {
        operation["operationId"]: (method.upper(), path)
        for path, methods in answer.json()["paths"].items()
        for method, operation in methods.items()
    }
    ops = (*OPS, *THINGS.ops, *USERS_THINGS.ops)
    assert described == {op.id: (op.method, op.path) for op in ops}


def test_a_function_must_take_what_its_path_holds() -> None:
    async def show(call: Call, name: str) -> None:
        """Take something else."""

    with pytest.raises(TypeError, match="getOther takes"):
        Resource("/others", scope="others").gets("getOther")(show)
