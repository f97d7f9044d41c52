"""The draft of a policy: what its form holds, and what the form's buttons make of it."""

import re
from collections.abc import Iterator
from typing import Final

import msgspec
from msgspec.structs import replace

from tocsin.domain.duty.escalation_policy import EscalationPolicy, Strategy, Target
from tocsin.usecases.duty.escalation_policies import DEFAULT_STRATEGY, RuleWish, Wish
from tocsin.usecases.errors import Complaint, Invalid
from tocsin.web.numbers import number_in
from tocsin.web.visit import Form

DELAY: Final = "30"  # minutes that a new level is given
MOST_LEVELS: Final = 100

_BUTTON: Final = re.compile(r"(up|down|remove|add|drop)-(\d{1,3})(?:-(\d{1,3}))?", re.ASCII)

# What the API calls things, and what this form does.
_WORDS: Final = {
    "Escalation rules": "Levels",
    "Escalation rule": "Level",
    "Escalation Policy": "Name",
    "Num loops": "Repeats",
}


class Level(msgspec.Struct, frozen=True, kw_only=True):
    """One level as it stands in the form."""

    id: str = ""
    delay: str = DELAY
    strategy: str = DEFAULT_STRATEGY
    targets: tuple[Target, ...] = ()


class Draft(msgspec.Struct, frozen=True, kw_only=True):
    """A policy as it stands in the form. ``focus`` is the part that a button has just changed."""

    name: str = ""
    description: str = ""
    team_id: str = ""
    num_loops: str = "0"
    levels: tuple[Level, ...] = (Level(),)
    focus: str = ""


def draft_of(policy: EscalationPolicy) -> Draft:
    """Begin with a policy as it is."""
    return Draft(
        name=policy.name,
        description=policy.description or "",
        team_id=next(iter(policy.team_ids), ""),
        num_loops=str(policy.num_loops),
        levels=tuple(
            Level(
                id=rule.id,
                delay=str(rule.delay_minutes),
                strategy=rule.strategy,
                targets=rule.targets,
            )
            for rule in policy.rules
        ),
    )


def read_draft(form: Form) -> Draft:
    """Read what was filled in. Whoever is chosen on a level but not added yet counts as added."""
    return Draft(
        name=form.get("name", ""),
        description=form.get("description", ""),
        team_id=form.get("team", ""),
        num_loops=form.get("loops", ""),
        levels=tuple(_levels(form)),
    )


def press(draft: Draft, button: str) -> Draft:
    """Do to a draft what one of its buttons says; whatever is no button does nothing."""
    if button == "add-level":
        more = (*draft.levels, Level())[:MOST_LEVELS]
        return replace(draft, levels=more, focus=f"level-{len(more) - 1}")
    found = _BUTTON.fullmatch(button)
    if found is None or int(found[2]) >= len(draft.levels):
        return draft
    verb, at, part = found[1], int(found[2]), int(found[3] or 0)
    levels, focus = _change([*draft.levels], verb, at, part)
    return replace(draft, levels=tuple(levels), focus=focus)


def wish_of(draft: Draft) -> Wish:
    """Say what a draft asks for."""
    return Wish(
        name=draft.name,
        description=draft.description.strip() or None,
        team_ids=(draft.team_id,) if draft.team_id else (),
        num_loops=number_in(draft.num_loops),
        rules=tuple(
            RuleWish(
                id=level.id,
                delay_minutes=number_in(level.delay),
                targets=level.targets,
                strategy=_strategy(level.strategy),
            )
            for level in draft.levels
        ),
    )


def in_our_words(complaint: Complaint) -> Invalid:
    """Say the same with the words of the form."""
    sentences = []
    for sentence in complaint.sentences:
        known = (word for word in _WORDS if sentence.startswith(word))
        word = next(known, "")
        sentences.append(_WORDS.get(word, "") + sentence.removeprefix(word))
    return Invalid(*sentences)


def _levels(form: Form) -> Iterator[Level]:
    for number in range(MOST_LEVELS):
        if f"delay-{number}" not in form:
            return
        chosen = [*form.getlist(f"target-{number}"), form.get(f"add-{number}", "")]
        targets = (target for target in map(_target, chosen) if target)
        yield Level(
            id=form.get(f"id-{number}", ""),
            delay=form.get(f"delay-{number}", ""),
            strategy=form.get(f"strategy-{number}", DEFAULT_STRATEGY),
            targets=tuple(dict.fromkeys(targets)),
        )


def _target(text: str) -> Target | None:
    match text.partition(":"):
        case ("user" | "schedule" as kind, ":", id_):
            return Target(kind, id_)
        case _:
            return None


def _change(levels: list[Level], verb: str, at: int, part: int) -> tuple[list[Level], str]:
    """Return the levels after a button was pressed, and the part of the form to look at."""
    match verb:
        case "up" | "down":
            to = min(max(at + (1 if verb == "down" else -1), 0), len(levels) - 1)
            levels.insert(to, levels.pop(at))
            return levels, f"level-{to}"
        case "remove":
            del levels[at]
            return levels, f"level-{min(at, len(levels) - 1)}"
        case "drop":
            left = (*levels[at].targets[:part], *levels[at].targets[part + 1 :])
            levels[at] = replace(levels[at], targets=left)
            return levels, f"level-{at}"
        case _:
            return levels, f"add-{at}"


def _strategy(text: str) -> Strategy:
    return "round_robin" if text == "round_robin" else "assign_to_everyone"
