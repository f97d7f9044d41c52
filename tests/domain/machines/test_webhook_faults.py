"""What a webhook subscription may not be."""

import pytest
from msgspec.structs import replace

from tests.domain.scene import NOON
from tocsin.domain.machines.delivery import WebhookSubscription
from tocsin.domain.machines.webhook_faults import apart, faults_of_headers, faults_of_subscription

GOOD = WebhookSubscription(
    id="P1",
    url="https://example.com/hook",
    events=("incident.triggered", "incident.responder.added"),
    filter_type="service_reference",
    filter_id="PWEB",
    headers_encrypted=b"",
    secrets_encrypted=b"",
    created_at=NOON,
)


def test_a_good_subscription_has_no_faults() -> None:
    assert list(faults_of_subscription(GOOD)) == []
    whole = replace(GOOD, filter_type="account_reference", filter_id=None)
    assert list(faults_of_subscription(whole)) == []


@pytest.mark.parametrize(
    ("bad", "fault"),
    [
        (replace(GOOD, url="ftp://example.com"), "URL must be an address"),
        (replace(GOOD, description="x" * 1001), "Description is too long"),
        (replace(GOOD, events=()), "Events cannot be empty."),
        (replace(GOOD, events=("incident.resolved",) * 2), "Events must be named once each."),
        (replace(GOOD, events=("incident.exploded",)), "Event incident.exploded is not known."),
        (replace(GOOD, filter_id=None), "Filter must have an id"),
    ],
)
def test_each_fault_is_told(bad: WebhookSubscription, fault: str) -> None:
    (told,) = faults_of_subscription(bad)

    assert told.startswith(fault)


@pytest.mark.parametrize(
    ("headers", "fault"),
    [
        ([(f"X-{n}", "1") for n in range(21)], "Custom headers must be at most 20."),
        ([("X-A", "1"), ("x-a", "2")], "Custom headers must have names of their own."),
        ([("X A", "1")], "Custom headers must have names of letters"),
        ([("Host", "example.org")], "Custom header Host cannot be set"),
        ([("X-A", "1\r\nX-B: 2")], "Custom header X-A must have a value"),
    ],
)
def test_each_fault_of_a_header_is_told(headers: list[tuple[str, str]], fault: str) -> None:
    (told,) = faults_of_headers(headers)

    assert told.startswith(fault)


def test_good_headers_have_no_faults() -> None:
    assert list(faults_of_headers([("Authorization", "Bearer abc")])) == []


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://example.com/hook", ("https://example.com/hook", None)),
        (
            "https://ann:p%40ss@example.com:8443/hook?a=b",
            ("https://example.com:8443/hook?a=b", "Basic YW5uOnBAc3M="),
        ),
        ("https://[broken", ("https://[broken", None)),
    ],
)
def test_name_and_password_are_taken_out_of_an_address(
    url: str, expected: tuple[str, str | None]
) -> None:
    assert apart(url) == expected
