"""Vendors: the tools that send events, by the ids and names under which clients look for them."""

from typing import Final, Literal

import msgspec

GenericType = Literal["api", "email"]


class Signature(msgspec.Struct, frozen=True):
    """How a tool signs what it sends: an HMAC of the body, with a secret, in a header."""

    header: str
    digest: Literal["sha1", "sha256"]
    encoding: Literal["base64", "hex"]


class Vendor(msgspec.Struct, frozen=True):
    """A tool, and whether it sends requests or e-mails.

    ``signature``: how it signs, if it can. ``is_mapped``: people say what its bodies mean.
    ``hears_back``: it can be told that somebody has its alert.
    """

    id: str
    name: str
    generic_service_type: GenericType = "api"
    signature: Signature | None = None
    is_mapped: bool = False
    hears_back: bool = False


ATLAS: Final = Vendor(
    "PATLAS0",
    "MongoDB Atlas",
    signature=Signature("X-MMS-Signature", "sha1", "base64"),
    hears_back=True,
)
CUSTOM_JSON: Final = Vendor("PCUSTOM", "Custom JSON", is_mapped=True)
GRAFANA: Final = Vendor(
    "PGRAFAN", "Grafana", signature=Signature("X-Grafana-Alerting-Signature", "sha256", "hex")
)
SENTRY: Final = Vendor(
    "PSENTRY", "Sentry", signature=Signature("Sentry-Hook-Signature", "sha256", "hex")
)

VENDORS: Final = (
    Vendor("PZQ6AUS", "Amazon CloudWatch"),
    Vendor("PAZUREM", "Azure Monitor"),
    Vendor("PBLACKF", "Blackfire.io"),
    Vendor("PCOSCAL", "CoScale"),
    CUSTOM_JSON,
    Vendor("PAM4FGS", "Datadog"),
    Vendor("PEMAIL0", "Email", "email"),
    Vendor("PEVENTS", "Events API v2"),
    Vendor("PGOOGLE", "Google Cloud Monitoring"),
    GRAFANA,
    Vendor("PICINGA", "Icinga"),
    ATLAS,
    Vendor("PNEWREL", "New Relic"),
    Vendor("POPSGEN", "Opsgenie"),
    Vendor("PPROMET", "Prometheus"),
    SENTRY,
    Vendor("PTESTOM", "Testomato"),
    Vendor("PTHOUSE", "ThousandEyes"),
    Vendor("PUPTIME", "Uptime Kuma"),
)
VENDOR_OF_ID: Final = {vendor.id: vendor for vendor in VENDORS}


def suggest_name(tool: str, service: str) -> str:
    """Return what an integration may be called: which tool it is for, and which service."""
    word = "-".join(tool.lower().split()).removesuffix(".io")
    return f"{word}-{'-'.join(service.split())}"
