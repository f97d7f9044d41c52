"""Vendors: the tools that send events, by the ids and names under which clients look for them."""

from typing import Final, Literal

import msgspec

GenericType = Literal["api", "email"]


class Vendor(msgspec.Struct, frozen=True):
    """A tool, and whether it sends requests or e-mails."""

    id: str
    name: str
    generic_service_type: GenericType = "api"


VENDORS: Final = (
    Vendor("PZQ6AUS", "Amazon CloudWatch"),
    Vendor("PBLACKF", "Blackfire"),
    Vendor("PCOSCAL", "CoScale"),
    Vendor("PAM4FGS", "Datadog"),
    Vendor("PEMAIL0", "Email", "email"),
    Vendor("PEVENTS", "Events API v2"),
    Vendor("PGRAFAN", "Grafana"),
    Vendor("PATLAS0", "MongoDB Atlas"),
    Vendor("PPROMET", "Prometheus"),
    Vendor("PTESTOM", "Testomato"),
    Vendor("PTHOUSE", "ThousandEyes"),
)
VENDOR_OF_ID: Final = {vendor.id: vendor for vendor in VENDORS}


def suggest_name(tool: str, service: str) -> str:
    """Return what an integration may be called: which tool it is for, and which service."""
    return f"{'-'.join(tool.lower().split())}-{'-'.join(service.split())}"
