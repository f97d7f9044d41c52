"""What an administrator tells of a gateway for SMS that is asked over HTTP."""

from collections.abc import Mapping
from typing import Final, Self

import msgspec

from tocsin.channels.texts.keys import KEY
from tocsin.domain.reaching.contact_kind import Field
from tocsin.kit.pattern import Pattern, PatternError

_PATH: Final = r"[\w-]+(\.[\w-]+)*"
_HEADER: Final = r"[A-Za-z0-9-]+:[^|]+"
_PLACES: Final = "{to} (+15550100), {number} (15550100), {text}, {id}, {secret} and {callback}"


def _field(name: str, label: str, example: str, help_: str = "", pattern: str = "") -> Field:
    """Make a field that may stay empty."""
    return Field(
        name=name,
        label=label,
        kind="text",
        example=example,
        help=help_,
        required=False,
        pattern=pattern,
    )


SETTINGS: Final = (
    Field(
        name="url",
        label="Address",
        kind="url",
        example="https://sms.example.com/send?to={to}",
        help=f"May hold {_PLACES}.",
    ),
    Field(
        name="method",
        label="Method",
        kind="choice",
        example="POST",
        choices=(("POST", "POST"), ("GET", "GET"), ("PUT", "PUT")),
    ),
    Field(
        name="form",
        label="Form of the body",
        kind="choice",
        example="json",
        choices=(("json", "JSON"), ("form", "Form"), ("xml", "XML"), ("none", "No body")),
    ),
    _field("body", "Body", '{"to": "{to}", "text": "{text}"}', f"May hold {_PLACES}."),
    _field(
        "headers",
        "Headers",
        "Authorization: Bearer {secret} | X-App: oncall",
        "names and values, divided by |,",
        rf"{_HEADER}(\|\s*{_HEADER})*",
    ),
    Field(
        name="secret",
        label="Secret",
        kind="secret",
        example="",
        help="Takes the place of {secret}, and is never shown.",
        required=False,
    ),
    _field("statuses", "Statuses of success", "200-299", "one or two", r"[1-5]\d\d(-[1-5]\d\d)?"),
    _field("success_path", "Where JSON tells of success", "messages.0.status", "a path", _PATH),
    Field(
        name="success_pattern",
        label="Pattern of success",
        kind="pattern",
        example=r"^OK: (\w+)",
        help="A regular expression, found there or in the whole answer; a group in it is the ID.",
        required=False,
    ),
    Field(
        name="refusal_pattern",
        label="Pattern of refusal",
        kind="pattern",
        example="invalid number",
        help="A regular expression found in answers that say that this number never works.",
        required=False,
    ),
    _field("id_path", "Where JSON tells the ID", "messages.0.id", "a path", _PATH),
    KEY,
    _field("receipt_id", "Receipts: field of the ID", "message_id", "a path", _PATH),
    _field("receipt_state", "Receipts: field of the state", "status", "a path", _PATH),
    _field("delivered", "Receipts: states of success", "delivered DELIVRD", "Words."),
    _field("failed", "Receipts: states of failure", "failed expired UNDELIV", "Words."),
    _field("answer_sender", "Answers: field of the sender", "from", "a path", _PATH),
    _field("answer_text", "Answers: field of the text", "text", "a path", _PATH),
)


class Gateway(msgspec.Struct, frozen=True, kw_only=True):
    """A gateway. ``complaint`` says what is wrong with a pattern, if anything is."""

    url: str
    method: str
    form: str
    body: str
    headers: tuple[tuple[str, str], ...]
    secret: str
    statuses: range
    success_path: str
    success: Pattern | None
    refusal: Pattern | None
    id_path: str
    key: str
    receipt_id: str
    receipt_state: str
    delivered: frozenset[str]
    failed: frozenset[str]
    answer_sender: str
    answer_text: str
    complaint: str

    @classmethod
    def of(cls, settings: Mapping[str, str]) -> Self:
        """Read what was told."""
        given = {field.name: settings.get(field.name, "") for field in SETTINGS}
        patterns, complaint = _patterns(given.pop("success_pattern"), given.pop("refusal_pattern"))
        return cls(
            success=patterns[0],
            refusal=patterns[1],
            complaint=complaint,
            headers=_headers(given.pop("headers")),
            statuses=_statuses(given.pop("statuses")),
            key=given.pop(KEY.name),
            delivered=frozenset(given.pop("delivered").split()),
            failed=frozenset(given.pop("failed").split()),
            **given,
        )


def _patterns(*given: str) -> tuple[list[Pattern | None], str]:
    try:
        return [Pattern(one) if one else None for one in given], ""
    except PatternError as error:
        return [None for _ in given], f"A pattern is no regular expression: {error}."


def _headers(given: str) -> tuple[tuple[str, str], ...]:
    pairs = (part.partition(":") for part in given.split("|") if part.strip())
    return tuple((name.strip(), value.strip()) for name, _, value in pairs)


def _statuses(given: str) -> range:
    first, _, last = (given or "200-299").partition("-")
    return range(int(first), int(last or first) + 1)
