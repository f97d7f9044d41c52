"""Settings of integrations: what may be said, and how vendors may be called."""

import re
from typing import Any

import pytest

from tocsin.domain.intake.integration_settings import (
    AtlasAccess,
    IntegrationSettings,
    faults_of_settings,
)
from tocsin.domain.intake.mapping import BodyMapping
from tocsin.domain.intake.vendor import VENDORS, suggest_name

ACCESS: dict[str, Any] = {"client": "key", "secret": "word"}


def test_good_settings_have_no_faults() -> None:
    for settings in (
        IntegrationSettings(),
        IntegrationSettings(secret="x", mapping=BodyMapping(), atlas=AtlasAccess(**ACCESS)),
        IntegrationSettings(atlas=AtlasAccess(**ACCESS, url="http://127.0.0.1:8080")),
    ):
        assert list(faults_of_settings(settings)) == []


@pytest.mark.parametrize(
    ("settings", "fault"),
    [
        (IntegrationSettings(secret=""), "Secret cannot be blank."),
        (IntegrationSettings(secret="x" * 501), "Secret must have at most 500 characters."),
        (IntegrationSettings(mapping=BodyMapping(link="$[")), "Link has '$[', which is no path"),
        (
            IntegrationSettings(atlas=AtlasAccess(**ACCESS | {"client": ""})),
            "Public key or client ID cannot be blank.",
        ),
        (
            IntegrationSettings(atlas=AtlasAccess(**ACCESS | {"secret": ""})),
            "Private key or client secret cannot be blank.",
        ),
    ],
)
def test_faults_are_told(settings: IntegrationSettings, fault: str) -> None:
    [told] = faults_of_settings(settings)

    assert told.startswith(fault)


@pytest.mark.parametrize(
    "url",
    [
        "cloud.mongodb.com",
        "ftp://cloud.mongodb.com",
        "https://",
        "https://a.example.com?x",
        "https://a.example.com#x",
        "https://me:word@a.example.com",
        "https://a b.example.com",
        "https://a.example.com:99999",
        "https://[::1",
    ],
)
def test_an_address_of_atlas_is_bare(url: str) -> None:
    settings = IntegrationSettings(atlas=AtlasAccess(**ACCESS, url=url))

    assert list(faults_of_settings(settings)) == [
        "Address of Atlas must be like https://cloud.mongodb.com."
    ]


def test_vendors_have_ids_as_clients_want_them_and_come_by_name() -> None:
    assert all(re.fullmatch(r"[PQ][A-Z0-9]{6,13}", vendor.id) for vendor in VENDORS)
    assert len({vendor.id for vendor in VENDORS}) == len(VENDORS)
    names = [vendor.name.casefold() for vendor in VENDORS]
    assert names == sorted(names)
    known = {vendor.name: vendor.id for vendor in VENDORS}
    assert (known["Datadog"], known["Amazon CloudWatch"]) == ("PAM4FGS", "PZQ6AUS")
    assert "Blackfire.io" in known


def test_names_are_suggested_as_the_guides_write_them() -> None:
    assert suggest_name("Blackfire.io", "Shopping Cart") == "blackfire-Shopping-Cart"
    assert suggest_name("MongoDB Atlas", "Shop") == "mongodb-atlas-Shop"
