"""Placeholders: filled in addresses, headers and bodies, so that each stays what it is."""

import json
from urllib.parse import parse_qs

import pytest
from msgspec.structs import replace

from tests.domain.signals import LINK, TRIGGER
from tocsin.domain.monitoring.placeholders import (
    NAMES,
    fill_body,
    fill_header,
    fill_url,
    is_json,
    needs_remote_id,
    short_host,
    values_of,
)

VALUES = values_of(replace(TRIGGER, remote_id="PT4KHLK"))
FORM = "application/x-www-form-urlencoded"
TITLE = (
    "Alert {ACTION} for {MSG} {METRIC}{SUBJECT}{DIMENSIONS}at {TIME} ({DATE}) on application"
    " {APP_NAME}. {LINK}"
)


def test_each_placeholder_stands_for_something() -> None:
    assert dict(VALUES) == {
        "ALERT_ID": "QVIOLATION0001",
        "SUBJECT": "https://shop.example.com/cart",
        "METRIC": "response_time > 500",
        "DIMENSIONS": "from Vienna",
        "APP_NAME": "Shop",
        "ACTION": "triggered",
        "MSG": "Cart answers in 812 ms",
        "LINK": LINK,
        "DATE": "2026-03-02",
        "TIME": "12:00:00 UTC",
        "SHORTHOST": "shop",
        "TIMESTAMP": "1772452800",
        "ID": "PT4KHLK",
    }
    assert set(VALUES) == set(NAMES)


def test_the_title_of_the_guide_reads_well() -> None:
    title = fill_body(TITLE, VALUES, "text/plain")

    assert title == (
        "Alert triggered for Cart answers in 812 ms response_time > 500"
        " https://shop.example.com/cart from Vienna at 12:00:00 UTC (2026-03-02) on application"
        f" Shop. {LINK}"
    )


def test_the_title_reads_well_where_something_is_not_known() -> None:
    values = values_of(replace(TRIGGER, dimensions=""))

    assert "response_time > 500 https://shop.example.com/cart at 12:00" in fill_body(
        TITLE, values, ""
    )


def test_a_value_alone_comes_without_a_space() -> None:
    body = fill_body('{"source": "{SUBJECT}", "type": "{METRIC}"}', VALUES, "application/json")

    assert json.loads(body) == {
        "source": "https://shop.example.com/cart",
        "type": "response_time > 500",
    }


@pytest.mark.parametrize("content_type", ["application/json", "application/vnd.x+JSON;v=2", ""])
def test_nothing_ends_a_text_in_json(content_type: str) -> None:
    values = {**VALUES, "MSG": 'He said: "no"\nC:\\temp'}

    body = fill_body(' {"message": "{MSG}", "at": {TIMESTAMP}}', values, content_type)

    assert json.loads(body) == {"message": 'He said: "no"\nC:\\temp', "at": 1772452800}


def test_nothing_ends_a_field_of_a_form() -> None:
    values = {**VALUES, "MSG": "a=1&b=2 c"}

    assert parse_qs(fill_body("message={MSG}&id={ID}", values, FORM)) == {
        "message": ["a=1&b=2 c"],
        "id": ["PT4KHLK"],
    }


def test_a_plain_body_holds_what_is_told_as_it_is() -> None:
    assert fill_body("{MSG} & more", {**VALUES, "MSG": '"<a>"'}, "text/plain") == '"<a>" & more'


def test_nothing_ends_a_part_of_an_address() -> None:
    values = {**VALUES, "SUBJECT": "a/b?c=d&e f"}

    assert fill_url("https://example.com/{SUBJECT}{ID}?q={SUBJECT}", values) == (
        "https://example.com/a%2Fb%3Fc%3Dd%26e%20fPT4KHLK?q=a%2Fb%3Fc%3Dd%26e%20f"
    )


def test_nothing_begins_another_header() -> None:
    values = {**VALUES, "MSG": "down\r\nX-Admin: yes\x00"}

    assert fill_header("about {MSG}", values) == "about down X-Admin: yes\ufffd"


def test_other_words_and_braces_stay_as_they_are() -> None:
    body = '{"a": {"b": "{UNKNOWN} {id} {{ID}}"}}'

    assert fill_body(body, VALUES, "application/json") == body.replace("{ID}", "PT4KHLK")


def test_what_is_filled_in_is_not_filled_again() -> None:
    assert fill_body("{MSG}", {**VALUES, "MSG": "{ID}"}, "text/plain") == "{ID}"


@pytest.mark.parametrize(
    ("body", "content_type", "told"),
    [
        ("{", "text/plain", False),
        ("[1]", "", True),
        ('{"a": 1}', "", True),
        ("{ACTION} of {SUBJECT}", "", False),
        ("hello", "", False),
        ("hello", "application/json", True),
    ],
)
def test_json_is_what_is_said_to_be_or_looks_like_it(
    body: str, content_type: str, told: bool
) -> None:
    assert is_json(body, content_type) is told


@pytest.mark.parametrize(
    ("subject", "host"),
    [
        ("db-1.example.com:5432", "db-1"),
        ("https://ann@shop.example.com/cart", "shop"),
        ("10.0.0.7", "10.0.0.7"),
        ("Cart", "Cart"),
    ],
)
def test_a_short_host_has_no_domain(subject: str, host: str) -> None:
    assert short_host(subject) == host


def test_only_what_asks_for_it_needs_the_other_side_s_id() -> None:
    assert needs_remote_id("https://example.com/{ID}", "")
    assert not needs_remote_id("{ALERT_ID}", "{}")
