"""Licences: clients read them, so everybody has one."""

from typing import Any

from tocsin.api.rest import Call, Resource
from tocsin.domain.people.license import LICENSES as ALL
from tocsin.domain.people.license import License, license_of
from tocsin.kit.instants import write_instant
from tocsin.usecases.people import users
from tocsin.usecases.people.users import Known

LICENSES = Resource("/licenses", scope="licenses")
ALLOCATIONS = Resource("/license_allocations", scope="licenses")
USERS_LICENSE = Resource("/users/{id}/license", scope="licenses")


@LICENSES.lists("listLicenses")
async def list_licenses(call: Call) -> dict[str, Any]:
    """List the licences with how many people have each."""
    roles = await users.count_roles(call.house)

    def shape(one: License) -> dict[str, Any]:
        held = sum(roles.get(role, 0) for role in one.roles)
        return license_shape(one) | {"current_value": held, "allocations_available": None}

    return {"licenses": [shape(one) for one in ALL]}


@ALLOCATIONS.lists("listLicenseAllocations")
async def list_allocations(call: Call) -> dict[str, Any]:
    """List who has which licence."""
    page = call.query.page()
    found, total = await users.find(call.house, None, page.part)

    def shape(known: Known) -> dict[str, Any]:
        user = known.user
        return {
            "user": call.links.ref("user", user.id, user.name),
            "license": license_shape(license_of(user.role)),
            "allocated_at": write_instant(user.created_at),
        }

    return page.wrap("license_allocations", found, shape, total=total)


# The Terraform provider forgets a user who has none.
@USERS_LICENSE.lists("getUserLicense")
async def get_license(call: Call, id: str) -> dict[str, Any]:
    """Show the licence of a user."""
    known = await users.get(call.house, id)
    return {"license": license_shape(license_of(known.user.role))}


def license_shape(one: License) -> dict[str, Any]:
    """Return a licence as it looks on the wire."""
    return {
        "id": one.id,
        "type": "license",
        "summary": one.name,
        "self": None,
        "html_url": None,
        "name": one.name,
        "description": "",
        "valid_roles": one.roles,
        "role_group": one.group,
    }
