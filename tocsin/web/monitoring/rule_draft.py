"""The draft of an alert rule: what its form holds, and what a starter makes of it."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

import msgspec
from msgspec.structs import replace

from tocsin.domain.monitoring.alert_rule import AlertRule
from tocsin.domain.monitoring.measured import VALUES, Value
from tocsin.domain.monitoring.monitor import MonitorKind
from tocsin.usecases.monitoring.alert_rules import Starter, Wish, starters
from tocsin.web.monitoring.kinds import KINDS
from tocsin.web.numbers import number_in
from tocsin.web.visit import Form

COUNTS: Final = ("rounds_violating", "rounds_out_of", "agents_violating", "clear_after")
FAULT: Final = Value(name="fault", type="text", meaning="What is wrong, in a sentence.")


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A rule as it stands in its form; numbers as they were typed."""

    name: str = ""
    notes: str = ""
    monitor_ids: tuple[str, ...] = ()
    alarm: str = ""
    warning: str = ""
    alarm_severity: str = "critical"
    warning_severity: str = "warning"
    rounds_violating: str = "1"
    rounds_out_of: str = "1"
    agents_violating: str = "1"
    agents_mode: str = "any"
    clear_after: str = "1"
    notify_on_clear: bool = True
    enabled: bool = True
    channel_ids: tuple[str, ...] = ()
    scheme_ids: tuple[str, ...] = ()


def draft_of(rule: AlertRule) -> Draft:
    """Begin with a rule as it is."""
    known = {name: getattr(rule, name) for name in Draft.__struct_fields__}
    return Draft(**known | {name: str(known[name]) for name in COUNTS})


def read_draft(form: Form) -> Draft:
    """Read what was filled in."""
    usual = Draft()
    texts = (
        *("name", "notes", "alarm", "warning", "alarm_severity", "warning_severity"),
        *("agents_mode", *COUNTS),
    )
    return Draft(
        **{name: form.get(name, getattr(usual, name)).replace("\r\n", "\n") for name in texts},
        monitor_ids=tuple(form.getlist("monitor_ids")),
        notify_on_clear=form.get("notify_on_clear") == "yes",
        enabled=form.get("enabled") == "yes",
        channel_ids=tuple(form.getlist("channel_ids")),
        scheme_ids=tuple(form.getlist("scheme_ids")),
    )


def begin_with(draft: Draft, kind: MonitorKind, number: int) -> Draft:
    """Let a draft have the conditions of a starter; a name that somebody gave stays."""
    offered = starters(kind)
    if number >= len(offered):
        return draft
    one = offered[number]
    return replace(
        draft,
        name=draft.name or one.name,
        alarm=one.alarm,
        warning=one.warning,
        rounds_violating=str(one.rounds_violating),
        rounds_out_of=str(one.rounds_out_of),
    )


def conditions_of(draft: Draft) -> Wish:
    """Say what a draft asks for, but for who is told."""
    return Wish(**_values(draft, without={"channel_ids", "scheme_ids"}))


def wish_of(draft: Draft) -> Wish:
    """Say all that a draft asks for."""
    return Wish(**_values(draft))


def rule_of(draft: Draft, blank: AlertRule) -> AlertRule:
    """Return the rule that a draft would make."""
    return replace(blank, **_values(draft))


def offered_for(kinds: Iterable[MonitorKind]) -> list[tuple[str, str]]:
    """List the buttons of starters for these kinds; what several kinds share stands there once."""
    found: dict[tuple[str, str, str], tuple[MonitorKind, int, Starter]] = {}
    for kind in kinds:
        for number, one in enumerate(starters(kind)):
            found.setdefault((one.name, one.alarm, one.warning), (kind, number, one))
    count = Counter(one.name for _, _, one in found.values())
    return [
        (
            f"begin-{kind}-{number}",
            one.name if count[one.name] == 1 else f"{one.name}: {KINDS[kind].name}",
        )
        for kind, number, one in found.values()
    ]


def measured_by(kinds: Iterable[MonitorKind]) -> list[Value]:
    """List what conditions may speak of, at monitors of these kinds."""
    known = {value.name: value for kind in kinds for value in VALUES[kind]}
    return [*known.values(), FAULT]


def _values(draft: Draft, without: set[str] | None = None) -> dict[str, Any]:
    said = {name: getattr(draft, name) for name in Draft.__struct_fields__}
    said |= {name: number_in(said[name]) for name in COUNTS}
    said |= {name: " ".join(said[name].split()) for name in ("alarm", "warning")}
    return {name: value for name, value in said.items() if name not in (without or set())}
