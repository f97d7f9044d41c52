"""Instructions: pasted as a guide prints them, they become a request."""

import json

from tests.domain.guide import ACKNOWLEDGE, TRIGGER, instructions
from tests.domain.monitoring.test_placeholders import VALUES
from tocsin.domain.intake.header_lines import content_type_of, read_headers
from tocsin.domain.monitoring.instructions import read_instructions, still_open
from tocsin.domain.monitoring.placeholders import fill_body


def test_the_guide_is_read_as_it_is_pasted() -> None:
    read = instructions(TRIGGER)

    assert (read.request.method, read.request.url) == (
        "POST",
        "https://api.pagerduty.com/incidents",
    )
    assert read.parse_response == "incident.id"
    assert read_headers(read.request.headers) == [
        ("Content-Type", "application/json"),
        ("Accept", "application/vnd.pagerduty+json;version=2"),
        ("Authorization", "Token token=[[your token]]"),
        ("From", "[[your email]]"),
    ]
    body = json.loads(fill_body(read.request.body, VALUES, "application/json"))
    assert body["incident"]["service"] == {"id": "PXFL9LI", "type": "service_reference"}


def test_what_ends_an_incident_is_read_too() -> None:
    read = instructions(ACKNOWLEDGE)

    assert (read.request.method, read.parse_response) == ("PUT", "")
    assert json.loads(read.request.body)["incidents"][0]["id"] == "{ID}"


def test_headings_may_have_their_words_behind_them() -> None:
    read = instructions(
        "```\r\n# Method: delete\r\n# URL: https://example.com/a\r\n"
        "# Parse response: Don't parse response\r\n## Notes\r\n```"
    )

    assert (read.request.method, read.request.url) == ("DELETE", "https://example.com/a")
    assert (read.request.body, read.request.headers, read.parse_response) == ("", "", "")


def test_an_unknown_method_is_a_post() -> None:
    assert instructions("# URL: https://example.com\n# Method: SING").request.method == "POST"


def test_without_an_address_there_is_nothing_to_read() -> None:
    assert read_instructions("# Method: POST\n# Body: hello") is None
    assert read_instructions("hello") is None


def test_what_must_be_replaced_is_listed_once() -> None:
    assert still_open(TRIGGER, ACKNOWLEDGE) == ["[[your token]]", "[[your email]]"]
    assert still_open('{"a": [["b"]]}') == ['[["b"]]']


def test_a_line_that_is_no_header_is_left_out() -> None:
    assert read_headers("Accept: a\nhello\n\nX: ") == [("Accept", "a"), ("X", "")]
    assert content_type_of([("content-TYPE", "text/plain")]) == "text/plain"
    assert content_type_of([]) == ""
