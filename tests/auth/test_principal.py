"""What a role may do, and what a scope needs."""

from datetime import UTC, datetime
from typing import get_args

import pytest

from tocsin.auth.principal import POWER_OF_ROLE, Needed, Principal, needed_for
from tocsin.domain.people.user import Role, User

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)


def holder(role: Role, *, read_only: bool = False) -> Principal:
    user = User(id="PALICE", name="Alice", email="a@example.com", role=role, created_at=NOON)
    return Principal(key_id="PKEY", user=user, read_only=read_only)


def test_every_role_has_a_power() -> None:
    assert set(get_args(Role)) == set(POWER_OF_ROLE)


@pytest.mark.parametrize(
    ("role", "needed", "may"),
    [
        ("read_only_user", "read", True),
        ("read_only_user", "respond", False),
        ("limited_user", "respond", True),
        ("limited_user", "manage", False),
        ("user", "manage", True),
        ("user", "administer", False),
        ("admin", "administer", True),
    ],
)
def test_a_power_holds_those_below_it(role: Role, needed: Needed, may: bool) -> None:
    assert holder(role).may(needed) is may


def test_ones_own_needs_no_power_but_to_be_oneself() -> None:
    assert holder("observer").may("own", whose="PALICE")
    assert not holder("user").may("own", whose="PBOB")
    assert not holder("user").may("own")
    assert holder("admin").may("own", whose="PBOB")
    assert Principal(key_id="PKEY").may("own", whose="PBOB")


def test_a_key_that_can_only_read_changes_not_even_ones_own() -> None:
    assert not holder("owner", read_only=True).may("own", whose="PALICE")
    assert holder("owner", read_only=True).may("read")


@pytest.mark.parametrize(
    ("scope", "needed"),
    [
        ("users.read", "read"),
        ("users.write", "administer"),
        ("users:contact_methods.write", "own"),
        ("incidents.write", "respond"),
        ("services.write", "manage"),
    ],
)
def test_a_scope_needs_a_power(scope: str, needed: Needed) -> None:
    assert needed_for(scope) == needed


@pytest.mark.parametrize(
    ("scopes", "sees"),
    [
        (None, True),
        ({"write"}, True),
        ({"services.write"}, True),
        ({"services.read", "read"}, False),
    ],
)
def test_an_app_that_only_reads_gets_no_keys_to_page_people_with(
    scopes: set[str] | None, sees: bool
) -> None:
    bound = None if scopes is None else frozenset(scopes)

    assert Principal(key_id="PAPP", scopes=bound).sees_keys is sees
