"""The part of a service's form that says how its alerts are grouped."""

from collections.abc import Mapping
from typing import Any, Final

from tocsin.domain.intake.grouping import FIELDS, is_field
from tocsin.kit.text import is_digits
from tocsin.usecases.errors import Invalid
from tocsin.web.visit import Form
from tocsin.web.words import duration

MINUTES: Final = (0, 2, 5, 10, 15, 30, 60, 120, 360, 720, 1440)  # 0: as long as it is open
WINDOWS: Final = (300, 600, 900, 1800, 3600, 86_400)  # seconds
RECOMMENDED: Final = WINDOWS[0]

NO_LENGTH: Final = "Alert grouping must have a length of time that is a number."
NO_FIELD: Final = f"Fields can be {', '.join(FIELDS)}, or custom_details. with a name, not {{}}."

NEW: Final[dict[str, Any]] = {
    "grouping": "",
    "grouping_minutes": MINUTES[0],
    "grouping_window": RECOMMENDED,
    "grouping_aggregate": "all",
    "grouping_fields": "",
}


def draft_of(parameters: Mapping[str, Any] | None) -> dict[str, Any]:
    """Say what stands in the form of a service that groups so."""
    if parameters is None:
        return NEW
    config = parameters.get("config", {})
    return NEW | {
        "grouping": parameters["type"],
        "grouping_minutes": config.get("timeout", 0),
        "grouping_window": config.get("time_window") or RECOMMENDED,
        "grouping_aggregate": config.get("aggregate", "all"),
        "grouping_fields": ", ".join(config.get("fields", ())),
    }


def read_grouping(form: Form) -> dict[str, Any] | None:
    """Return what a form wants, in the words of the API; the rules of it are the domain's."""
    config: dict[str, Any]
    match kind := form.get("grouping", ""):
        case "":
            return None
        case "time":
            config = {"timeout": _number(form, "grouping_minutes")}
        case "content_based":
            config = {
                "aggregate": form.get("grouping_aggregate", ""),
                "fields": _fields(form),
                "time_window": _number(form, "grouping_window"),
            }
        case _:
            config = {"time_window": _number(form, "grouping_window")}
    return {"type": kind, "config": config}


def lengths(draft: Mapping[str, Any]) -> dict[str, list[tuple[int, str]]]:
    """List the lengths of time to choose from, with those that are set already."""
    minutes = {*MINUTES, _present(draft, "grouping_minutes")}
    windows = {*WINDOWS, _present(draft, "grouping_window")} - {0}
    return {
        "grouping_minutes": [(n, _minutes(n)) for n in sorted(minutes)],
        "grouping_window": [(n, duration(n)) for n in sorted(windows)],
    }


def _minutes(count: int) -> str:
    return duration(count * 60) if count else "As long as the incident is open"


def _fields(form: Form) -> list[str]:
    """Read the names; a misspelt one would group nothing, and nobody would know."""
    names = [name.strip() for name in form.get("grouping_fields", "").split(",")]
    for name in filter(None, names):
        if not is_field(name):
            raise Invalid(NO_FIELD.format(name))
    return [name for name in names if name]


def _number(form: Form, name: str) -> int:
    text = form.get(name, "")
    if not is_digits(text):
        raise Invalid(NO_LENGTH)
    return int(text)


def _present(draft: Mapping[str, Any], name: str) -> int:
    text = str(draft.get(name, 0))
    return int(text) if is_digits(text) else 0
