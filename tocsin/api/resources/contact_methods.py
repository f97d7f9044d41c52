"""Contact methods: the ways to reach a user."""

from typing import Any

import msgspec
from msgspec import UNSET, UnsetType

from tocsin.api.rest import Call, Resource
from tocsin.api.shapes import Links
from tocsin.domain.people.user import ContactMethod
from tocsin.domain.reaching.address import TELEPHONES
from tocsin.usecases.people import contact_methods
from tocsin.usecases.people.contact_methods import Wish

CONTACT_METHODS = Resource(
    "/users/{id}/contact_methods", scope="users:contact_methods", item="contact_method_id"
)


class _ContactMethod(msgspec.Struct, frozen=True, kw_only=True):
    type: str | UnsetType = UNSET
    label: str | UnsetType = UNSET
    address: str | UnsetType = UNSET
    country_code: int | UnsetType = UNSET
    send_short_email: bool | UnsetType = UNSET


@CONTACT_METHODS.lists("getUserContactMethods")
async def list_contact_methods(call: Call, id: str) -> dict[str, Any]:
    """List the ways to reach a user."""
    found = await contact_methods.find(call.house, id)
    return {"contact_methods": [contact_method_shape(call.links, method) for method in found]}


@CONTACT_METHODS.creates("createUserContactMethod")
async def create_contact_method(call: Call, id: str) -> dict[str, Any]:
    """Give a user one more way to be reached."""
    return _whole(call, await contact_methods.create(call.house, id, _wish(call), call.now))


@CONTACT_METHODS.gets("getUserContactMethod")
async def get_contact_method(call: Call, id: str, contact_method_id: str) -> dict[str, Any]:
    """Show one way to reach a user."""
    return _whole(call, await contact_methods.get(call.house, id, contact_method_id))


@CONTACT_METHODS.updates("updateUserContactMethod")
async def update_contact_method(call: Call, id: str, contact_method_id: str) -> dict[str, Any]:
    """Change one way to reach a user."""
    changed = await contact_methods.change(call.house, id, contact_method_id, _wish(call))
    return _whole(call, changed)


@CONTACT_METHODS.deletes("deleteUserContactMethod")
async def delete_contact_method(call: Call, id: str, contact_method_id: str) -> None:
    """Take away one way to reach a user, and the rules that use it."""
    await contact_methods.remove(call.house, id, contact_method_id)


def contact_method_shape(links: Links, method: ContactMethod) -> dict[str, Any]:
    """Return a contact method as it looks on the wire."""
    within = f"/users/{method.user_id}"
    head = links.head(
        "contact_method", method.id, method.label, as_type=_type(method), within=within
    )
    shape = head | {"label": method.label, "address": method.address, "enabled": True}
    if method.kind in TELEPHONES:
        return shape | {"country_code": method.country_code, "blacklisted": False}
    if method.kind == "email":
        return shape | {"send_short_email": method.send_short_email}
    return shape


def contact_method_ref(links: Links, method: ContactMethod) -> dict[str, Any]:
    """Return a reference to a contact method."""
    within = f"/users/{method.user_id}"
    return links.ref(
        "contact_method", method.id, method.label, as_type=_type(method), within=within
    )


def _whole(call: Call, method: ContactMethod) -> dict[str, Any]:
    return {"contact_method": contact_method_shape(call.links, method)}


def _type(method: ContactMethod) -> str:
    return f"{method.kind}_contact_method"


def _wish(call: Call) -> Wish:
    body = call.body(_ContactMethod, "contact_method")
    return Wish(
        kind=body.type and body.type.removesuffix("_reference").removesuffix("_contact_method"),
        label=body.label,
        address=body.address,
        country_code=body.country_code,
        send_short_email=body.send_short_email,
    )
