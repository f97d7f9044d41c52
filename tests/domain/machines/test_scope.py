"""Scopes: what covers what, and how many an app gets."""

import pytest

from tocsin.domain.machines.scope import allowed, covers


@pytest.mark.parametrize(
    ("granted", "needed", "is_covered"),
    [
        ({"incidents.read"}, "incidents.read", True),
        ({"incidents.read"}, "incidents.write", False),
        ({"incidents.write"}, "incidents.read", False),
        ({"read"}, "users:contact_methods.read", True),
        ({"read"}, "incidents.write", False),
        ({"write"}, "incidents.write", True),
        ({"write"}, "incidents.read", True),
        ({"openid"}, "incidents.read", False),
        (set(), "incidents.read", False),
    ],
)
def test_a_scope_is_covered_by_itself_or_by_the_old_ones(
    granted: set[str], needed: str, is_covered: bool
) -> None:
    assert covers(granted, needed) is is_covered


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ([], ("read", "openid")),
        (["openid"], ("openid",)),
        (["read", "read"], ("read",)),
        (["as_account-us.acme", "read"], ("as_account-us.acme", "read")),
        (["write"], None),
        (["read", "as_account-"], None),
    ],
)
def test_an_app_gets_what_it_asks_for_if_it_may(
    asked: list[str], got: tuple[str, ...] | None
) -> None:
    assert allowed(asked, ("read", "openid")) == got
