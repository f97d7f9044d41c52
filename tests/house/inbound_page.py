"""Writes docs/reference/inbound.md from the declared tools: `make docs`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tocsin.domain.intake.vendor import VENDORS, Vendor
from tocsin.inbound import ADAPTER_OF_VENDOR

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "inbound.md"
HEAD: Final = """# Integration types

Each integration of a service is made for a tool.
At its own address, `/integration/<key>/enqueue`, it understands the tool's own words.
Events API v2 and v1 are understood there, too, and at their own addresses.
The id goes into `vendor` when an integration is made over the REST API.
A signature is checked once a secret is set on the integration's page.
What becomes of each field is told in [sending events](../guides/send-events.md).
This page is generated from `tocsin/domain/intake/vendor.py` and `tocsin/inbound/` by `make docs`.

| Integration Type | id | own words | signature |
|---|---|---|---|
"""


def inbound_page() -> str:
    """Return the page as it should be."""
    return HEAD + "".join(f"| {' | '.join(_cells(vendor))} |\n" for vendor in VENDORS)


def _cells(vendor: Vendor) -> Iterator[str]:
    yield vendor.name
    yield f"`{vendor.id}`"
    yield _own_words(vendor)
    sign = vendor.signature
    yield f"`{sign.header}`: {sign.encoding} of HMAC-{sign.digest.upper()}" if sign else ""


def _own_words(vendor: Vendor) -> str:
    if vendor.generic_service_type == "email":
        return "none: mails are not received"
    if vendor.id not in ADAPTER_OF_VENDOR:
        return "none: the Events API alone"
    words = "understood as a [mapping](../guides/custom-json.md) says" if vendor.is_mapped else ""
    back = "understood, and told of acknowledgements" if vendor.hears_back else ""
    return words or back or "understood"


if __name__ == "__main__":
    PAGE.write_text(inbound_page())
