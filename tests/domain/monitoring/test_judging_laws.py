"""Laws of judging, held against whatever agents may find."""

from hypothesis import example, given, settings
from hypothesis import strategies as st
from msgspec.structs import replace

from tests.domain.rounds import MINUTE, MONITOR, Watch, rule
from tocsin.domain.monitoring.alert_rule import AlertRule

TWO = replace(MONITOR, agent_ids=("PA", "PB"))


@st.composite
def rules(draw: st.DrawFn) -> AlertRule:
    out_of = draw(st.integers(1, 4))
    return rule(
        rounds_violating=draw(st.integers(1, out_of)),
        rounds_out_of=out_of,
        clear_after=draw(st.integers(1, 4)),
        agents_violating=draw(st.integers(1, 2)),
        agents_mode=draw(st.sampled_from(["any", "exact"])),
    )


LETTERS = st.text("..!!? ", min_size=1, max_size=40)
LAWFUL = settings(max_examples=60, deadline=None)


@LAWFUL
@given(rules(), LETTERS, LETTERS)
@example(rule(rounds_violating=2, rounds_out_of=2), "??.", "??.")
def test_judging_the_same_rounds_again_changes_nothing(by: AlertRule, one: str, other: str) -> None:
    watch = Watch(by, TWO)
    for a, b in zip(one, other, strict=False):
        watch.sees({"PA": a, "PB": b})
        watch.now -= MINUTE
        assert watch.hears([]) is None
        watch.now += MINUTE


@LAWFUL
@given(rules(), LETTERS)
def test_one_violation_is_open_at_a_time_and_each_is_told_from_its_beginning_to_its_end(
    by: AlertRule, told: str
) -> None:
    watch = Watch(by)
    for letter in told:
        watch.sees(letter)
        cleared = [one for one in watch.violations if one.state == "cleared"]
        active = [one for one in watch.violations if one.state == "active"]

        assert watch.violations[: len(cleared)] == cleared
        assert len(watch.violations) - len(cleared) <= 1
        assert watch.signals.count("resolve") == len(cleared)
        assert bool(active) == (watch.signals[-1:] == ["trigger"])


@LAWFUL
@given(rules(), LETTERS)
def test_it_clears_only_on_a_good_round_after_enough_of_them(by: AlertRule, told: str) -> None:
    watch = Watch(by)
    for index, letter in enumerate(told):
        before = len(watch.signals)
        watch.sees(letter)
        if watch.signals[before:] == ["resolve"]:
            heard = told[: index + 1].replace(" ", "")
            assert letter in {".", " "}
            assert heard.endswith("." * by.clear_after)


@LAWFUL
@given(rules(), LETTERS)
def test_an_alarm_is_never_told_as_a_warning(by: AlertRule, told: str) -> None:
    louder = replace(by, alarm="!ok", warning="!ok")

    assert all(one.level == "alarm" for one in Watch(louder).sees(told).violations)


@LAWFUL
@given(rules(), LETTERS)
def test_who_never_violates_is_never_told_of(by: AlertRule, told: str) -> None:
    watch = Watch(by).sees(told.replace("!", ".").replace("?", "."))

    assert (watch.violations, watch.signals) == ([], [])
