"""Vendors: the tools that can send events."""

from typing import Any

from tocsin.api.rest import Call, Resource
from tocsin.api.shapes import Links
from tocsin.domain.intake.vendor import VENDOR_OF_ID, Vendor
from tocsin.domain.intake.vendor import VENDORS as KNOWN
from tocsin.usecases.errors import NotFound

VENDORS = Resource("/vendors", scope="vendors")


@VENDORS.lists("listVendors")
async def list_vendors(call: Call) -> dict[str, Any]:
    """List vendors by name."""
    return call.query.page().cut("vendors", KNOWN, lambda vendor: vendor_shape(call.links, vendor))


@VENDORS.gets("getVendor")
async def get_vendor(call: Call, id: str) -> dict[str, Any]:
    """Show a vendor."""
    if id not in VENDOR_OF_ID:
        raise NotFound("Vendor", id)
    return {"vendor": vendor_shape(call.links, VENDOR_OF_ID[id])}


def vendor_shape(links: Links, vendor: Vendor) -> dict[str, Any]:
    """Return a vendor as it looks on the wire."""
    return links.head("vendor", vendor.id, vendor.name) | {
        "name": vendor.name,
        "generic_service_type": vendor.generic_service_type,
    }
