"""Mappings: what people say a body means, what comes of it, and what cannot be said."""

from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.intake.body_text import LONGEST_PATH, LONGEST_TEXT
from tocsin.domain.intake.event import Link
from tocsin.domain.intake.mapping import (
    LABELS,
    MOST_EVENTS,
    MOST_WORDS,
    BodyMapping,
    Unmapped,
    events_of,
    faults_of_mapping,
)
from tocsin.domain.intake.severity_words import severity_of

BODY = {
    "title": "Disk full",
    "labels": {"host": "db-1", "a b": "spaced", "n": 7, "on": True, "none": None},
    "tags": ["prod", "db", None],
    "id": 7,
}


def filled(text: str, body: Any = BODY) -> str:
    [event] = events_of(BodyMapping(summary=text), msgspec.json.encode(body), lambda: "new")
    return event.summary


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("$.title", "Disk full"),
        ("{{ title }} on {{labels.host}}", "Disk full on db-1"),
        ("{{ $.labels['a b'] }}", "spaced"),
        ("{{ ['labels'].host }}", "db-1"),
        ("{{ missing | labels.none | title }}", "Disk full"),
        ("{{ labels['|'] | labels[\"x'y\"] | title }}", "Disk full"),
        ("{{ labels.n }} {{ labels.on }}", "7 true"),
        ("{{ tags[*] }}", "prod, db"),
        ("{{ tags[-2] }}", "db"),
        ("{{ tags }}", '["prod","db",null]'),
        ("{{ tags[9] }}plain", "plain"),
        ("no path", "no path"),
    ],
)
def test_a_text_is_filled_in(text: str, told: str) -> None:
    assert list(faults_of_mapping(BodyMapping(summary=text))) == []
    assert filled(text) == told


def test_a_blank_summary_shows_the_body_instead() -> None:
    assert filled("$.nothing", {"id": 1}) == '{"id":1}'


@pytest.mark.parametrize(
    "path",
    [
        "a..b",
        "",
        "$.a[?@.b]",
        "$.a[",
        "a[0:2]",
        "$.a['",
        "@.a",
        "a[99999999999999999999]",
        "a[*,*]",
    ],
)
def test_a_path_that_could_take_long_or_is_none_is_refused(path: str) -> None:
    told = f"Summary has {path!r}, which is no path such as $.host, $.items[0] or $['a-b']."

    assert list(faults_of_mapping(BodyMapping(summary=f"{{{{ {path} }}}}"))) == [told]


@pytest.mark.parametrize(
    ("change", "fault"),
    [
        ({"events": "$..a"}, "List of events has '$..a', which is no path"),
        ({"source": "x" * (LONGEST_TEXT + 1)}, "Source must have at most 1000 characters."),
        ({"link": "$." + "x" * LONGEST_PATH}, "Link has a path of more than 200 characters."),
        (
            {"actions": dict.fromkeys(map(str, range(MOST_WORDS + 1)), "resolve")},
            "Words for actions must be at most 50.",
        ),
        ({"actions": {"": "resolve"}}, "Words for actions must have 1 to 200 characters each."),
        (
            {"severities": {"x": "loud"}},
            "Words for severities: 'x' must mean critical, error, warning or info.",
        ),
    ],
)
def test_what_cannot_be_is_told(change: dict[str, Any], fault: str) -> None:
    [told] = faults_of_mapping(BodyMapping(**change))

    assert told.startswith(fault)


@pytest.mark.parametrize(
    ("word", "action"),
    [
        ("Problem", "trigger"),
        ("", "trigger"),
        ("OK", "resolve"),
        ("ack", "acknowledge"),
        ("Back To Normal", "resolve"),
        ("up", "acknowledge"),
    ],
)
def test_words_are_known_and_may_be_given_another_meaning(word: str, action: str) -> None:
    mapping = BodyMapping(actions={"back to normal": "resolve", "UP": "acknowledge"})
    [event] = events_of(mapping, msgspec.json.encode({"id": 1, "status": word}), lambda: "new")

    assert event.action == action


def test_what_is_ignored_is_no_event() -> None:
    assert events_of(BodyMapping(action="ignore"), b"{}", lambda: "new") == ()


@pytest.mark.parametrize(
    ("word", "severity"),
    [("P1", "critical"), ("blocker", "warning"), ("Warn", "warning"), ("?", "error")],
)
def test_severities_have_words_too(word: str, severity: str) -> None:
    mapping = BodyMapping(severities={"Blocker": "warning"})
    [event] = events_of(mapping, msgspec.json.encode({"severity": word}), lambda: "new")

    assert event.severity == severity


def test_every_field_has_its_text() -> None:
    texts: dict[str, Any] = dict.fromkeys(LABELS, "x")
    mapping = BodyMapping(**texts | {"link": "https://example.com/{{ id }}"})
    [event] = events_of(mapping, msgspec.json.encode(BODY), lambda: "new")

    assert (event.dedup_key, event.source, event.component) == ("x", "x", "x")
    assert (event.group, event.event_class) == ("x", "x")
    assert event.links == (Link("https://example.com/7", ""),)
    assert event.custom_details == BODY


@pytest.mark.parametrize(
    ("events", "body", "keys"),
    [
        ("", b'{"id": 1}', ["1"]),
        ("", b'[{"id": 1}, {"id": 2}]', ["1", "2"]),
        ("", b"[]", []),
        ("$.all", b'{"all": [{"id": 1}, {"id": 2}]}', ["1", "2"]),
        ("all[*].one", b'{"all": [{"one": {"id": 1}}, {}, {"one": {"id": 2}}]}', ["1", "2"]),
        ("$.all", b'{"all": {"id": 1}}', ["1"]),
        ("$.all", b'{"all": []}', []),
    ],
)
def test_a_body_may_hold_many_events(events: str, body: bytes, keys: list[str]) -> None:
    found = events_of(BodyMapping(events=events), body, lambda: "new")

    assert [event.dedup_key for event in found] == keys


@pytest.mark.parametrize(
    ("events", "body", "why"),
    [
        ("", b"?", "JSON parse error."),
        ("", b"7", "The body is not a JSON object."),
        ("", b"[7]", "The body is not a JSON object."),
        ("$.all", b"{}", "The list of events leads to nothing in this body."),
        ("$.all", b'{"all": 7}', "The list of events leads to something that is not an object."),
        ("", b"[" + b"{}," * MOST_EVENTS + b"{}]", "The body has more than 200 events."),
        (
            "",
            b'{"status": "ok"}',
            "The dedup key is blank, so that no alert can be found to resolve.",
        ),
    ],
)
def test_what_has_no_meaning_is_told(events: str, body: bytes, why: str) -> None:
    with pytest.raises(Unmapped) as refusal:
        events_of(BodyMapping(events=events), body, lambda: "new")
    assert str(refusal.value) == why


@given(st.text(max_size=60), st.text(max_size=60))
def test_no_text_makes_a_mapping_stumble(summary: str, events: str) -> None:
    mapping = BodyMapping(summary=f"{{{{ {summary} }}}}", action=f"${summary}", events=events)
    if not list(faults_of_mapping(mapping)):
        try:
            events_of(mapping, msgspec.json.encode(BODY), lambda: "new")
        except Unmapped:
            return


def test_a_severity_in_capitals_and_spaces_is_known() -> None:
    assert severity_of(" CRIT ", "info") == "critical"
