"""The draft of a policy: what the buttons of its form make of it."""

import pytest

from tests.domain.scene import level, policy
from tocsin.domain.duty.escalation_policy import Target
from tocsin.usecases.duty.escalation_policies import RuleWish, Wish
from tocsin.usecases.errors import Invalid
from tocsin.web.duty.policy_draft import (
    Draft,
    Level,
    draft_of,
    in_our_words,
    press,
    read_draft,
    wish_of,
)
from tocsin.web.visit import Form

THREE = Draft(levels=tuple(Level(id=id_) for id_ in "ABC"))


def order(draft: Draft) -> str:
    return "".join(level.id or "-" for level in draft.levels)


@pytest.mark.parametrize(
    ("button", "then", "focus"),
    [
        ("up-1", "BAC", "level-0"),
        ("down-1", "ACB", "level-2"),
        ("up-0", "ABC", "level-0"),
        ("down-2", "ABC", "level-2"),
        ("remove-0", "BC", "level-0"),
        ("remove-2", "AB", "level-1"),
        ("add-level", "ABC-", "level-3"),
        ("add-1", "ABC", "add-1"),
        ("up-3", "ABC", ""),
        ("sideways-1", "ABC", ""),
        ("", "ABC", ""),
    ],
)
def test_a_button_moves_adds_or_removes_a_level(button: str, then: str, focus: str) -> None:
    draft = press(THREE, button)

    assert (order(draft), draft.focus) == (then, focus)


def test_a_target_can_be_taken_off() -> None:
    targets = tuple(Target("user", name) for name in "XYZ")
    draft = press(Draft(levels=(Level(targets=targets),)), "drop-0-1")

    assert [target.id for target in draft.levels[0].targets] == ["X", "Z"]


def test_whoever_is_chosen_but_not_added_yet_counts_once() -> None:
    form = Form(
        [
            ("delay-0", "5"),
            ("target-0", "user:X"),
            ("target-0", "schedule:S"),
            ("add-0", "user:X"),
            ("delay-1", "5"),
            ("target-1", "cat:X"),
            ("add-1", "user:Y"),
        ]
    )

    assert [level.targets for level in read_draft(form).levels] == [
        (Target("user", "X"), Target("schedule", "S")),
        (Target("user", "Y"),),
    ]


def test_a_policy_that_is_not_touched_wishes_for_what_it_is() -> None:
    climbed = policy(level("ANN", "primary"), level("BEN", strategy="round_robin"), loops=3)

    assert wish_of(draft_of(climbed)) == Wish(
        name=climbed.name,
        description=None,
        team_ids=(),
        num_loops=3,
        rules=tuple(
            RuleWish(
                id=rule.id,
                delay_minutes=rule.delay_minutes,
                targets=rule.targets,
                strategy=rule.strategy,
            )
            for rule in climbed.rules
        ),
    )


@pytest.mark.parametrize("text", ["", "soon", "-3", "1.5", "٣", "9" * 20])
def test_what_is_no_number_is_one_that_is_refused(text: str) -> None:
    wish = wish_of(Draft(num_loops=text, levels=(Level(delay=text),)))

    assert isinstance(wish.rules, tuple)
    assert (wish.num_loops, wish.rules[0].delay_minutes) == (-1, -1)


def test_complaints_speak_of_levels_and_repeats() -> None:
    complaint = in_our_words(
        Invalid(
            "Escalation rule 2 must have 1 to 10 targets.",
            "Escalation rules cannot be empty.",
            "Num loops must be from 0 to 9.",
            "Name cannot be blank.",
        )
    )

    assert complaint.sentences == (
        "Level 2 must have 1 to 10 targets.",
        "Levels cannot be empty.",
        "Repeats must be from 0 to 9.",
        "Name cannot be blank.",
    )
