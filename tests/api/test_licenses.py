"""Licences over REST: clients want to see some."""

import httpx

from tests.api.conftest import Welcome
from tocsin.domain.people.user import User


async def test_terraform_finds_a_licence_for_each_user(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    bob = await welcome("Bob", role="read_only_user")

    owners = (await api.get(f"/users/{alice.id}/license")).json()["license"]
    watchers = (await api.get(f"/users/{bob.id}/license")).json()["license"]

    assert (owners["role_group"], watchers["role_group"]) == ("FullUser", "Stakeholder")
    assert "owner" in owners["valid_roles"]
    assert watchers["valid_roles"] == ["read_only_user", "read_only_limited_user"]
    assert owners["id"] != watchers["id"]


async def test_whoever_is_gone_has_none(api: httpx.AsyncClient) -> None:
    assert (await api.get("/users/PNOBODY/license")).status_code == 404


async def test_licences_are_counted_and_never_run_out(
    api: httpx.AsyncClient, welcome: Welcome
) -> None:
    await welcome("Bob", role="admin")
    await welcome("Carol", role="read_only_limited_user")

    full, stakeholder = (await api.get("/licenses")).json()["licenses"]

    assert (full["current_value"], full["allocations_available"]) == (2, None)
    assert (stakeholder["current_value"], stakeholder["name"]) == (1, "Stakeholder")


async def test_allocations_are_listed_in_parts(
    api: httpx.AsyncClient, alice: User, welcome: Welcome
) -> None:
    await welcome("Bob", role="read_only_user")

    listed = (await api.get("/license_allocations?limit=1&total=true")).json()

    (allocation,) = listed["license_allocations"]
    assert (allocation["user"]["id"], allocation["user"]["type"]) == (alice.id, "user_reference")
    assert allocation["license"]["role_group"] == "FullUser"
    assert allocation["allocated_at"] == "2026-11-21T12:00:00Z"
    assert (listed["more"], listed["total"]) == (True, 2)
