"""What whoever answered is told."""

import pytest
from msgspec.structs import replace

from tests.domain.scene import acknowledged, begun, resolved
from tocsin.domain.reaching.answer import Deed
from tocsin.domain.reaching.upshots import MOST_NAMED, Outcome, refuse, tell, tell_open

ONE = replace(begun(), id="ONE", number=1, title="Disk full")
TWO = replace(acknowledged(begun()), id="TWO", number=2, title="CPU hot")
OVER = replace(resolved(begun()), id="OVER", number=3, title="Gone")


def test_what_was_done_is_told_with_titles_of_one_and_numbers_of_several() -> None:
    one = tell("acknowledge", Outcome(done=[TWO]), "en")
    both = tell("acknowledge", Outcome(done=[ONE, TWO]), "de")

    assert (one.ok, one.sentence) == (True, "Acknowledged: #2 CPU hot.")
    assert one.statuses == {"TWO": "acknowledged"}
    assert (both.sentence, both.language) == ("Bestätigt: #1, #2.", "de")


def test_each_of_several_fates_has_its_sentence() -> None:
    outcome = Outcome(
        done=[ONE], over=[OVER], refused=[(ONE, "It is low."), (TWO, "It is low."), (TWO, "No.")]
    )

    upshot = tell("escalate", outcome, "en")

    assert upshot.ok
    assert upshot.sentence == (
        "Escalated: #1 Disk full. Already resolved: #3 Gone. Not done for #1, #2: It is low."
        " Not done for #2 CPU hot: No."
    )
    assert upshot.statuses == {"ONE": "triggered", "OVER": "resolved", "TWO": "acknowledged"}


@pytest.mark.parametrize(
    ("outcome", "deed", "ok"),
    [
        (Outcome(already=[TWO]), "acknowledge", True),
        (Outcome(already=[ONE]), "escalate", True),
        (Outcome(over=[OVER]), "resolve", True),
        (Outcome(over=[OVER]), "acknowledge", True),
        (Outcome(over=[OVER]), "escalate", False),
        (Outcome(refused=[(ONE, "No.")]), "acknowledge", False),
        (Outcome(), "acknowledge", False),
    ],
)
def test_what_need_not_be_done_is_fine_and_what_cannot_be_is_not(
    outcome: Outcome, deed: Deed, ok: bool
) -> None:
    assert tell(deed, outcome, "en").ok is ok


def test_nothing_to_do_is_told_too() -> None:
    assert tell("resolve", Outcome(), "fr").sentence == "Vous n'avez aucun incident en cours."


def test_what_is_open_is_listed_by_titles() -> None:
    assert tell_open([], "en").sentence == "You have no open incidents."
    assert tell_open([ONE, TWO], "en").sentence == "Open: #1 Disk full, #2 CPU hot."


def test_long_lists_end_with_a_count() -> None:
    many = [replace(ONE, id=f"I{n}", number=n) for n in range(MOST_NAMED + 3)]

    assert tell("resolve", Outcome(done=many), "en").sentence.endswith("#9 and 3 more.")


def test_a_refusal_is_no_success() -> None:
    assert refuse("upshot_no_incident", "en", number=7).sentence == "You have no incident #7."
    assert not refuse("upshot_unknown", "ja").ok
