"""Abilities, priorities and vendors: the same for everybody, and known to clients by heart."""

import httpx
import pytest


async def test_abilities_are_listed(api: httpx.AsyncClient) -> None:
    answer = await api.get("/abilities")

    assert answer.status_code == 200
    assert {"teams", "urgencies", "service_support_hours"} <= set(answer.json()["abilities"])


@pytest.mark.parametrize(
    ("ability", "status", "code"),
    [("teams", 204, None), ("sso", 402, 2014), ("flying", 404, 2100)],
)
async def test_an_ability_is_given_withheld_or_unheard_of(
    api: httpx.AsyncClient, ability: str, status: int, code: int | None
) -> None:
    answer = await api.get(f"/abilities/{ability}")

    assert answer.status_code == status
    assert (answer.json()["error"]["code"] if answer.content else None) == code


async def test_priorities_begin_with_the_most_severe(api: httpx.AsyncClient) -> None:
    priorities = (await api.get("/priorities")).json()["priorities"]

    assert [(p["id"], p["name"]) for p in priorities] == [
        ("PSLWBL8", "P1"),
        ("P53ZZH5", "P2"),
        ("PGE9YCZ", "P3"),
        ("PVJPWYW", "P4"),
        ("P81SUUT", "P5"),
    ]


@pytest.mark.parametrize(
    ("name", "id_"), [("Datadog", "PAM4FGS"), ("Amazon CloudWatch", "PZQ6AUS")]
)
async def test_a_vendor_has_the_id_that_clients_know(
    api: httpx.AsyncClient, name: str, id_: str
) -> None:
    listed = (await api.get("/vendors?limit=100")).json()["vendors"]
    shown = (await api.get(f"/vendors/{id_}")).json()["vendor"]

    assert [vendor for vendor in listed if vendor["name"] == name] == [shown]
    assert shown == {
        "id": id_,
        "type": "vendor",
        "summary": name,
        "self": f"https://oncall.example.com/vendors/{id_}",
        "html_url": None,
        "name": name,
        "generic_service_type": "api",
    }


async def test_an_unknown_vendor_is_not_found(api: httpx.AsyncClient) -> None:
    answer = await api.get("/vendors/PNOBODY")

    assert answer.status_code == 404
    assert answer.json() == {
        "error": {
            "message": "Not Found",
            "code": 2100,
            "errors": ["Vendor PNOBODY was not found."],
        }
    }
