"""The draft of a monitor: what its form holds, and the target that comes of it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final, cast

import msgspec
from msgspec.structs import replace

from tocsin.domain.monitoring.monitor import Monitor, MonitorKind, PageWalk, Step, Target
from tocsin.kit.text import is_digits
from tocsin.usecases.errors import Invalid
from tocsin.web.monitoring.kinds import KINDS, Asked
from tocsin.web.visit import Form

MOST_STEPS: Final = 25
MOST_DIGITS: Final = 9
TIMES: Final = ("interval", "timeout", "retries")
STARTER_RULE: Final = "rule"  # beside ids of channels, in what is told
FIRST: Final = {"interval": "60", "timeout": "10", "retries": "1"}
FIRST_VALUES: Final[Mapping[MonitorKind, Mapping[str, str]]] = {
    "tcp": {"port": "443"},
    "tls": {"interval": "3600"},
    "heartbeat": {"period": "86400", "grace": "600"},
}

_BUTTON: Final = re.compile(r"(up|remove)-(\d{1,2})", re.ASCII)
_SECRET: Final = re.compile("auth|cookie|key|pass|pin|secret|token", re.IGNORECASE)


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A monitor as it stands in its form. ``focus`` is what a button has just changed."""

    kind: MonitorKind
    environment_id: str = ""
    name: str = ""
    values: Mapping[str, str] = {}
    steps: tuple[Mapping[str, str], ...] = ()
    agent_ids: tuple[str, ...] = ()
    told: tuple[str, ...] = ()  # the starter rule, and the channels that it tells
    focus: str = ""


def blank(kind: MonitorKind, environment_id: str) -> Draft:
    """Begin with what is usual for a kind."""
    asked = KINDS[kind].asks
    usual = {one.name: _write(one, _default(kind, one.name)) for one in asked}
    values = usual | FIRST | dict(FIRST_VALUES.get(kind, {}))
    steps = ({"action": "open"},) if kind == "page" else ()
    return Draft(
        kind=kind,
        environment_id=environment_id,
        values=values,
        steps=steps,
        told=(STARTER_RULE,),
    )


def draft_of(monitor: Monitor, target: Target) -> Draft:
    """Begin with a monitor as it is."""
    values = {one.name: _write(one, getattr(target, one.name)) for one in KINDS[monitor.kind].asks}
    times = {name: str(getattr(monitor, name)) for name in TIMES}
    steps = target.steps if isinstance(target, PageWalk) else ()
    return Draft(
        kind=monitor.kind,
        environment_id=monitor.environment_id,
        name=monitor.name,
        values=values | times,
        steps=tuple(map(_step_shown, steps)),
        agent_ids=monitor.agent_ids,
    )


def read_draft(kind: MonitorKind, form: Form) -> Draft:
    """Read what was filled in."""
    names = [*(one.name for one in KINDS[kind].asks), *TIMES]
    return Draft(
        kind=kind,
        environment_id=form.get("environment", ""),
        name=form.get("name", ""),
        values={name: form.get(name, "") for name in names},
        steps=tuple(_steps(form)) if kind == "page" else (),
        agent_ids=tuple(form.getlist("agents")),
        told=tuple(form.getlist("tell")),
    )


def press(draft: Draft, button: str) -> Draft:
    """Do to the steps what a button says; whatever is no button does nothing."""
    if button == "add":
        steps = (*draft.steps, {"action": "open"})[:MOST_STEPS]
        return replace(draft, steps=steps, focus=f"step-{len(steps) - 1}")
    found = _BUTTON.fullmatch(button)
    if found is None or int(found[2]) >= len(draft.steps):
        return draft
    verb, at = found[1], int(found[2])
    left = [*draft.steps]
    moved = left.pop(at)
    to = max(at - 1, 0)
    if verb == "up":
        left.insert(to, moved)
    return replace(draft, steps=tuple(left), focus=f"step-{to}")


def target_of(draft: Draft) -> Target:
    """Return what is to be looked at; a secret that was left blank is blank. Raises Invalid."""
    if draft.kind == "page":
        return PageWalk(steps=tuple(_read_step(n, step) for n, step in enumerate(draft.steps)))
    kind = KINDS[draft.kind]
    values = {one.name: _read(one, draft.values[one.name]) for one in kind.asks}
    return cast("Target", msgspec.convert(values | {"type": draft.kind}, kind.target))


def number_in(draft: Draft, name: str, label: str) -> int:
    """Read a number of a draft. Raises Invalid."""
    return _number(draft.values.get(name, ""), label)


def _default(kind: MonitorKind, name: str) -> Any:
    fields = {one.name: one for one in msgspec.structs.fields(KINDS[kind].target)}
    default = fields[name].default
    if default is not msgspec.NODEFAULT:
        return default
    factory = fields[name].default_factory
    return "" if factory is msgspec.NODEFAULT else factory()


def _write(asked: Asked, value: Any) -> str:
    """Write a value for the field that asks for it."""
    match asked.shape:
        case "lines":
            return "\n".join(
                f"{name}: {_open(name, text)}".rstrip() for name, text in value.items()
            )
        case "list":
            return ", ".join(value)
        case "tick":
            return "yes" if value else ""
        case "secret" | "steps":
            return ""
        case _:
            return "" if value is None else str(value)


def _read(asked: Asked, text: str) -> Any:
    """Read what a field holds. Raises Invalid."""
    match asked.shape:
        case "lines":
            return _headers(text)
        case "list":
            return tuple(part.strip() for part in text.split(",") if part.strip())
        case "tick":
            return text == "yes"
        case "number":
            return _number(text, asked.label)
        case "maybe":
            return text or None
        case "secret":
            return text
        case "choice":
            return text if text in dict(asked.options) else asked.options[0][0]
        case "area":
            return text.replace("\r\n", "\n")
        case _:
            return text.strip()


def _headers(text: str) -> dict[str, str]:
    headers = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, value = (part.strip() for part in line.partition(":"))
        if not (name and colon):
            raise Invalid("Headers must each be a name, a colon and a value.")
        headers[name] = value
    return headers


def _number(text: str, label: str) -> int:
    if not is_digits(text.strip(), MOST_DIGITS):
        raise Invalid(f"{label} must be a whole number.")
    return int(text.strip())


def _step_shown(step: Step) -> Mapping[str, str]:
    fields = (f"{name}={_open(name, text)}" for name, text in step.fields.items())
    return {
        "action": step.action,
        "url": step.url,
        "fields": "\n".join(fields),
        "contains": step.contains,
        "lacks": step.lacks,
    }


def _steps(form: Form) -> Iterator[Mapping[str, str]]:
    for number in range(MOST_STEPS):
        if f"url-{number}" not in form:
            return
        yield {
            name: form.get(f"{name}-{number}", "")
            for name in ("action", "url", "fields", "contains", "lacks")
        }


def _read_step(number: int, step: Mapping[str, str]) -> Step:
    """Read a step; what belongs to the other action was hidden, and is left out."""
    is_form = step.get("action") == "submit"
    return Step(
        action="submit" if is_form else "open",
        url="" if is_form else step.get("url", "").strip(),
        fields=_fields(number, step.get("fields", "")) if is_form else {},
        contains=step.get("contains", ""),
        lacks=step.get("lacks", ""),
    )


def _fields(number: int, text: str) -> dict[str, str]:
    """Read what is filled into a form of a page: a name, an equals sign and a value on a line."""
    fields = {}
    for line in filter(None, map(str.strip, text.splitlines())):
        name, equals, value = (part.strip() for part in line.partition("="))
        if not (name and equals):
            raise Invalid(f"Step {number + 1}: fields must be name=value, one on a line.")
        fields[name] = value
    return fields


def _open(name: str, text: str) -> str:
    """Return what may be shown of a header or field: nothing, if its name sounds secret."""
    return "" if _SECRET.search(name) else text
