"""Licences: everybody has one."""

import pytest

from tocsin.domain.people.license import FULL, STAKEHOLDER, License, license_of
from tocsin.domain.people.user import Role


@pytest.mark.parametrize(
    ("role", "license_"),
    [("owner", FULL), ("observer", FULL), ("read_only_user", STAKEHOLDER)],
)
def test_the_licence_goes_with_the_role(role: Role, license_: License) -> None:
    assert license_of(role) == license_
