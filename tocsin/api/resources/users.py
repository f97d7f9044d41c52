"""Users: the people of the account."""

from collections.abc import Collection
from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from tocsin.api.resources.contact_methods import contact_method_ref, contact_method_shape
from tocsin.api.resources.notification_rules import (
    notification_rule_ref,
    notification_rule_shape,
)
from tocsin.api.rest import Answer, Call, Resource
from tocsin.api.team_shapes import TEAMS, teams_shape
from tocsin.domain.people.user import Role
from tocsin.usecases.people import users
from tocsin.usecases.people.users import Known, Wish

USERS = Resource("/users", scope="users")

INCLUDES: Final = ("contact_methods", "notification_rules", TEAMS)

# Clients look for these words in an error that is a plain text, unlike all others.
NOBODY: Final = "The current user cannot be told: this is an account-level access token."


class _User(msgspec.Struct, frozen=True, kw_only=True):
    name: str | UnsetType = UNSET
    email: str | UnsetType = UNSET
    role: Role | UnsetType = UNSET
    time_zone: str | UnsetType | None = UNSET
    color: str | UnsetType = UNSET
    job_title: str | UnsetType | None = UNSET
    description: str | UnsetType | None = UNSET


@USERS.lists("listUsers")
async def list_users(call: Call) -> dict[str, Any]:
    """List users by name."""
    page = call.query.page()
    search, team_ids = call.query.text("query"), call.query.many("team_ids")
    found, total = await users.find(call.house, search, page.part, team_ids=team_ids)
    return page.wrap("users", found, lambda known: _shape(call, known), total=total)


# The reference wants a From header here; the Terraform provider sends none.
@USERS.creates("createUser")
async def create_user(call: Call) -> dict[str, Any]:
    """Make a user."""
    known = await users.create(call.house, _wish(call), call.principal, call.now)
    return {"user": _shape(call, known)}


@USERS.op("getCurrentUser", "GET", "/me")
async def get_current_user(call: Call) -> dict[str, Any] | Answer:
    """Show whose key this is."""
    if call.principal.user is None:
        return Answer(status=400, body={"error": NOBODY})
    return {"user": _shape(call, await users.get(call.house, call.principal.user.id))}


@USERS.gets("getUser")
async def get_user(call: Call, id: str) -> dict[str, Any]:
    """Show a user."""
    return {"user": _shape(call, await users.get(call.house, id))}


@USERS.updates("updateUser", power="own")
async def update_user(call: Call, id: str) -> dict[str, Any]:
    """Change a user."""
    known = await users.change(call.house, id, _wish(call), call.principal, call.now)
    return {"user": _shape(call, known)}


@USERS.deletes("deleteUser")
async def delete_user(call: Call, id: str) -> None:
    """Take away a user whom no incident, policy or schedule needs."""
    await users.remove(call.house, id, call.principal, call.now)


def user_shape(call: Call, known: Known, includes: Collection[str] = ()) -> dict[str, Any]:
    """Return a user as they look on the wire."""
    user, links = known.user, call.links
    method = contact_method_shape if "contact_methods" in includes else contact_method_ref
    rule = notification_rule_shape if "notification_rules" in includes else notification_rule_ref
    used = {method.id: method for method in known.methods}
    return links.head("user", user.id, user.name) | {
        "name": user.name,
        "email": user.email,
        "time_zone": user.time_zone or call.house.account.time_zone,
        "color": user.color,
        "role": user.role,
        "description": user.description,
        "job_title": user.job_title,
        "avatar_url": None,
        "invitation_sent": user.invitation_sent,
        "created_via_sso": False,
        "teams": teams_shape(links, known.teams, includes),
        "contact_methods": [method(links, one) for one in known.methods],
        "notification_rules": [
            rule(links, one, used[one.contact_method_id]) for one in known.rules
        ],
    }


def _shape(call: Call, known: Known) -> dict[str, Any]:
    return user_shape(call, known, call.query.includes(*INCLUDES))


def _wish(call: Call) -> Wish:
    body = call.body(_User, "user")
    return Wish(**msgspec.structs.asdict(body))
