"""Mappings: what the JSON of a tool means that speaks no dialect known here."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, Literal, get_args

import msgspec

from tocsin.domain.intake.body_text import faults_of_path, faults_of_text, fill_in, find_all
from tocsin.domain.intake.event import Event, Severity
from tocsin.domain.intake.event_making import links, make
from tocsin.domain.intake.severity_words import severity_of
from tocsin.kit import foreign_json

Meaning = Literal["trigger", "acknowledge", "resolve", "ignore"]

MOST_EVENTS: Final = 200  # of one body
MOST_WORDS: Final = 50
LONGEST_WORD: Final = 200
OTHERWISE: Final[Severity] = "error"
LABELS: Final = {
    "summary": "Summary",
    "dedup_key": "Dedup key",
    "action": "Action",
    "severity": "Severity",
    "source": "Source",
    "component": "Component",
    "group": "Group",
    "event_class": "Class",
    "link": "Link",
}

NO_LIST: Final = "The list of events leads to nothing in this body."
NO_OBJECTS: Final = "The list of events leads to something that is not an object."
TOO_MANY: Final = f"The body has more than {MOST_EVENTS} events."
NO_KEY: Final = "The dedup key is blank, so that no alert can be found to {}."

_KNOWN_WORDS: Final[dict[Meaning, str]] = {
    "resolve": "resolve resolved recovered recovery ok up closed close cleared clear normal healthy"
    " success successful inactive fixed ended",
    "acknowledge": "acknowledge acknowledged ack acked",
    "ignore": "ignore ignored",
}
_MEANING_OF_WORD: Final = {
    word: meaning for meaning, words in _KNOWN_WORDS.items() for word in words.split()
}
_ANY: Final = msgspec.json.Decoder(Any)


class BodyMapping(msgspec.Struct, frozen=True, kw_only=True):
    """What the bodies of a tool mean: texts with paths into the body.

    ``events`` is the path of a list of events, nothing if a body is one. ``actions`` and
    ``severities`` say what the tool's own words mean; usual ones are known without it.
    """

    events: str = ""
    summary: str = "{{ summary | title | message | description | name | text | subject }}"
    dedup_key: str = "{{ dedup_key | incident_key | fingerprint | alert_id | id | key }}"
    action: str = "{{ event_action | action | status | state }}"
    severity: str = "{{ severity | priority | level | urgency }}"
    source: str = "{{ source | host | hostname | instance | server | service }}"
    component: str = "{{ component }}"
    group: str = "{{ group }}"
    event_class: str = "{{ class | type }}"
    link: str = "{{ link | url | permalink | href }}"
    actions: Mapping[str, Meaning] = {}
    severities: Mapping[str, Severity] = {}


class Unmapped(Exception):  # noqa: N818 - the body's fault, not ours
    """A body of which no event can be made: why, in a sentence."""


def faults_of_mapping(mapping: BodyMapping) -> Iterator[str]:
    """Say what is wrong with a mapping."""
    if mapping.events:
        yield from faults_of_path("List of events", mapping.events)
    for field, label in LABELS.items():
        yield from faults_of_text(label, getattr(mapping, field))
    yield from _faults_of_words("Words for actions", mapping.actions, get_args(Meaning))
    yield from _faults_of_words("Words for severities", mapping.severities, get_args(Severity))


def events_of(mapping: BodyMapping, body: bytes, new_key: Callable[[], str]) -> tuple[Event, ...]:
    """Return the events of a body. Raises Unmapped."""
    return tuple(
        event for one in _bodies(mapping, body) if (event := _event(mapping, one, new_key))
    )


def _bodies(mapping: BodyMapping, body: bytes) -> list[dict[str, Any]]:
    found: list[Any]
    try:
        said = foreign_json.decode(body, _ANY)
    except foreign_json.NotJsonError as error:
        raise Unmapped(f"{error}.") from None
    found = find_all(mapping.events, said, MOST_EVENTS + 1) if mapping.events else [said]
    if not found:
        raise Unmapped(NO_LIST)
    if len(found) == 1 and isinstance(found[0], list):
        found = list(found[0])
    if len(found) > MOST_EVENTS:
        raise Unmapped(TOO_MANY)
    if not all(isinstance(one, dict) for one in found):
        raise Unmapped(NO_OBJECTS if mapping.events else f"{foreign_json.NOT_AN_OBJECT}.")
    return found


def _event(mapping: BodyMapping, body: dict[str, Any], new_key: Callable[[], str]) -> Event | None:
    said = {field: fill_in(getattr(mapping, field), body) for field in LABELS}
    action = meaning_of(mapping, said["action"])
    if action == "ignore":
        return None
    if action != "trigger" and not said["dedup_key"]:
        raise Unmapped(NO_KEY.format(action))
    return make(
        action,
        said["dedup_key"] or new_key(),
        said["summary"] or msgspec.json.encode(body).decode(),
        severity=_severity(mapping, said["severity"]) if action == "trigger" else None,
        source=said["source"],
        component=said["component"],
        group=said["group"],
        event_class=said["event_class"],
        links=links((said["link"], "")),
        custom_details=body,
    )


def meaning_of(mapping: BodyMapping, word: str) -> Meaning:
    """Return what a word for an action means. One that nobody knows triggers: it must be seen."""
    known = {known.casefold(): meaning for known, meaning in mapping.actions.items()}
    word = word.casefold()
    return known.get(word) or _MEANING_OF_WORD.get(word, "trigger")


def _severity(mapping: BodyMapping, word: str) -> Severity:
    known = {known.casefold(): severity for known, severity in mapping.severities.items()}
    return known.get(word.casefold()) or severity_of(word, OTHERWISE)


def _faults_of_words(
    label: str, words: Mapping[str, str], meanings: tuple[str, ...]
) -> Iterator[str]:
    if len(words) > MOST_WORDS:
        yield f"{label} must be at most {MOST_WORDS}."
    for word, meaning in words.items():
        if not 0 < len(word) <= LONGEST_WORD:
            yield f"{label} must have 1 to {LONGEST_WORD} characters each."
        if meaning not in meanings:
            yield f"{label}: {word!r} must mean {', '.join(meanings[:-1])} or {meanings[-1]}."
