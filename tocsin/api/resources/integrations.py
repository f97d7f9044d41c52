"""Integrations: the ways into a service."""

from typing import Any, Final

import msgspec
from msgspec import UNSET, UnsetType

from tocsin.api.incoming import Ref
from tocsin.api.resources.vendors import vendor_shape
from tocsin.api.rest import Call, Resource
from tocsin.api.shapes import Links
from tocsin.domain.intake.service import Integration
from tocsin.domain.intake.vendor import VENDOR_OF_ID
from tocsin.kit.instants import write_instant
from tocsin.usecases.errors import Invalid
from tocsin.usecases.intake import integrations
from tocsin.usecases.intake.integrations import EMAIL, Known, Wish

INTEGRATIONS = Resource("/services/{id}/integrations", scope="services", item="integration_id")

# What happens to mails cannot be chosen: every mail opens an incident, or joins the one that its
# subject opened.
_MAIL: Final[dict[str, Any]] = {
    "email_incident_creation": "on_new_email_subject",
    "email_filter_mode": "all-email",
    "email_parsing_fallback": "open_new_incident",
}
_FILTER: Final = {
    f"{part}_{what}": value
    for part in ("subject", "body", "from_email")
    for what, value in (("mode", "always"), ("regex", None))
}


class _Filter(msgspec.Struct, frozen=True, kw_only=True):
    subject_mode: str = "always"
    body_mode: str = "always"
    from_email_mode: str = "always"


class _Integration(msgspec.Struct, frozen=True, kw_only=True):
    type: str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    vendor: Ref | UnsetType = UNSET
    integration_key: str | UnsetType = UNSET
    integration_email: str | UnsetType = UNSET
    email_incident_creation: str | UnsetType = UNSET
    email_filter_mode: str | UnsetType = UNSET
    email_parsing_fallback: str | UnsetType = UNSET
    email_filters: tuple[_Filter, ...] = ()
    email_parsers: tuple[Any, ...] = ()


@INTEGRATIONS.creates("createServiceIntegration")
async def create_integration(call: Call, id: str) -> dict[str, Any]:
    """Give a service one more way in."""
    return _whole(call, await integrations.create(call.house, id, _wish(call), call.now))


@INTEGRATIONS.gets("getServiceIntegration")
async def get_integration(call: Call, id: str, integration_id: str) -> dict[str, Any]:
    """Show a way into a service."""
    return _whole(call, await integrations.get(call.house, id, integration_id))


@INTEGRATIONS.updates("updateServiceIntegration")
async def update_integration(call: Call, id: str, integration_id: str) -> dict[str, Any]:
    """Change a way into a service."""
    return _whole(call, await integrations.change(call.house, id, integration_id, _wish(call)))


@INTEGRATIONS.deletes("deleteServiceIntegration")
async def delete_integration(call: Call, id: str, integration_id: str) -> None:
    """Take a way into a service away; what it began goes on."""
    await integrations.remove(call.house, id, integration_id)


def integration_shape(call: Call, known: Known) -> dict[str, Any]:
    """Return an integration as it looks on the wire."""
    one, service, links = known.integration, known.service, call.links
    head = links.head(
        "integration", one.id, one.name, as_type=one.kind, within=f"/services/{service.id}"
    )
    shape = head | {
        "name": one.name,
        "created_at": write_instant(one.created_at),
        "service": links.ref("service", service.id, service.name),
        "vendor": _vendor(call, one.vendor_id),
    }
    key = known.key if call.principal.sees_keys else None
    return shape | (_mail(key) if one.kind == EMAIL else _key(links, key))


def integration_ref(links: Links, integration: Integration) -> dict[str, Any]:
    """Return a reference to an integration."""
    within = f"/services/{integration.service_id}"
    kind, name = integration.kind, integration.name
    return links.ref("integration", integration.id, name, as_type=kind, within=within)


def _whole(call: Call, known: Known) -> dict[str, Any]:
    return {"integration": integration_shape(call, known)}


def _vendor(call: Call, vendor_id: str | None) -> dict[str, Any] | None:
    vendor = VENDOR_OF_ID.get(vendor_id or "")
    if vendor is None:
        return None
    if call.query.includes("vendors"):
        return vendor_shape(call.links, vendor)
    return call.links.ref("vendor", vendor.id, vendor.name)


def _key(links: Links, key: str | None) -> dict[str, Any]:
    """Return what senders of requests need: the key, and an address that holds it."""
    return {
        "integration_key": key,
        "integration_url": key and f"{links.public_url}/integration/{key}/enqueue",
        "integration_email": None,
    }


def _mail(address: str | None) -> dict[str, Any]:
    return {
        "integration_key": None,
        "integration_url": None,
        "integration_email": address,
        **_MAIL,
        "email_filters": [_FILTER],
    }


def _wish(call: Call) -> Wish:
    body = call.body(_Integration, "integration")
    _check_mail(body)
    kind = body.type and body.type.removesuffix("_reference")
    return Wish(
        name=body.name,
        # The Terraform provider calls everything with a vendor a "service_integration".
        kind=UNSET if kind == "service_integration" else kind,
        vendor_id=body.vendor.id if body.vendor else UNSET,
        key=body.integration_key,
        email=body.integration_email,
    )


def _check_mail(body: _Integration) -> None:
    """Refuse wishes about mails that would not come true."""
    for name, value in _MAIL.items():
        if getattr(body, name) not in {UNSET, value}:
            raise Invalid(f"{name.replace('_', ' ').capitalize()} can only be {value}.")
    if any(wanted != _Filter() for wanted in body.email_filters):
        raise Invalid("Email filters can only have the mode always.")
    if body.email_parsers:
        raise Invalid("Email parsers are not supported.")
