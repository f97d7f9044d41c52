"""Judging: when a violation begins, changes and ends, by what the last rounds found."""

from msgspec.structs import replace

from tests.domain.rounds import MINUTE, MONITOR, NOON, Watch, results, rule
from tocsin.domain.monitoring.judging import (
    FLAPS_AFTER,
    clear,
    covers,
    end_of,
    rounds_needed,
)
from tocsin.domain.monitoring.monitor import Measurement

TWO = replace(MONITOR, agent_ids=("PA", "PB"))
THREE = replace(MONITOR, agent_ids=("PA", "PB", "PC"))


def test_a_bad_round_is_told_at_once_and_a_good_one_ends_it() -> None:
    watch = Watch().sees(".!!..")

    assert watch.signals == ["trigger", "resolve"]
    [violation] = watch.violations
    assert violation.began_at == violation.active_at == NOON + MINUTE
    assert violation.cleared_at == NOON + 3 * MINUTE
    assert violation.cleared_because == "recovered"


def test_a_violation_says_what_is_wrong_where_and_what_was_measured() -> None:
    newest = Watch().sees("!").newest

    assert newest is not None
    assert newest.summary == "Shop: HTTP status 503"
    assert newest.values == {"status": 503}
    assert (newest.level, newest.severity) == ("alarm", "critical")
    assert (newest.rule_name, newest.monitor_name) == ("Errors", "Shop")


def test_nothing_is_told_before_enough_of_the_last_rounds_were_bad() -> None:
    watch = Watch(rule(rounds_violating=2, rounds_out_of=3))

    assert watch.sees("!").state == "tracking alarm"
    assert watch.signals == []
    assert watch.sees(".!").state == "active alarm"
    assert watch.signals == ["trigger"]


def test_what_did_not_become_a_violation_is_forgotten() -> None:
    watch = Watch(rule(rounds_violating=2, rounds_out_of=2)).sees("!..")

    assert watch.violations == []
    assert watch.signals == []


def test_it_does_not_clear_while_enough_of_the_last_rounds_are_still_bad() -> None:
    watch = Watch(rule(rounds_violating=2, rounds_out_of=4)).sees("!!.")

    assert watch.state == "active alarm"
    assert watch.sees(".").state == "active alarm"
    assert watch.sees(".").state == "cleared"


def test_what_made_a_violation_is_no_sign_of_the_next() -> None:
    watch = Watch(rule(rounds_violating=2, rounds_out_of=3)).sees("!!..")
    assert watch.state == "cleared"

    watch.hears([])
    assert len(watch.violations) == 1

    assert watch.sees("!").state == "tracking alarm"
    assert watch.sees("!").state == "active alarm"


def test_it_clears_only_after_so_many_good_rounds_in_a_row() -> None:
    watch = Watch(rule(clear_after=3))

    assert watch.sees("!..!..").state == "active alarm"
    assert watch.sees(".").state == "cleared"


def test_the_alarm_goes_before_the_warning() -> None:
    watch = Watch(rule(alarm="!ok", warning='fault_kind == "timeout"')).sees("?")

    assert watch.state == "active alarm"


def test_a_warning_that_becomes_an_alarm_is_told_again_as_the_same_violation() -> None:
    watch = Watch().sees("?!")

    assert watch.signals == ["trigger", "trigger"]
    [violation] = watch.violations
    assert (violation.level, violation.severity) == ("alarm", "critical")
    assert violation.summary == "Shop: HTTP status 503"


def test_an_alarm_that_becomes_a_warning_is_told_again() -> None:
    watch = Watch().sees("!?")

    assert watch.state == "active warning"
    assert watch.signals == ["trigger", "trigger"]


def test_one_agent_of_several_is_not_enough_if_two_are_asked_for() -> None:
    watch = Watch(rule(agents_violating=2), THREE)

    assert watch.sees({"PA": "!", "PB": ".", "PC": "."}).state == ""
    assert watch.sees({"PA": "!", "PB": ".", "PC": "!"}).state == "active alarm"
    assert watch.newest is not None
    assert watch.newest.summary == "Shop: HTTP status 503 (2 of 3 agents)"
    assert watch.newest.agent_ids == ("PA", "PC")


def test_agents_that_warn_count_together_with_those_that_are_alarmed() -> None:
    watch = Watch(rule(agents_violating=2), THREE)

    assert watch.sees({"PA": "!", "PB": "?", "PC": "."}).state == "active warning"


def test_any_agents_may_be_in_violation_from_round_to_round() -> None:
    watch = Watch(rule(rounds_violating=2, rounds_out_of=2), TWO)

    assert watch.sees({"PA": "!.", "PB": ".!"}).state == "active alarm"


def test_exactly_the_same_agents_must_be_if_that_is_asked_for() -> None:
    watch = Watch(rule(rounds_violating=2, rounds_out_of=2, agents_mode="exact"), TWO)

    assert watch.sees({"PA": "!.", "PB": ".!"}).state == "tracking alarm"
    assert watch.sees({"PA": ".", "PB": "!"}).state == "active alarm"


def test_exact_agents_may_have_been_bad_in_different_rounds() -> None:
    exact = rule(rounds_violating=2, rounds_out_of=4, agents_violating=2, agents_mode="exact")
    watch = Watch(exact, TWO).sees({"PA": "!.!.", "PB": ".!.!"})

    assert watch.state == "active alarm"
    assert watch.newest is not None
    assert watch.newest.agent_ids == ("PB",)


def test_a_half_reported_round_can_begin_a_violation() -> None:
    watch = Watch(monitor=TWO)

    watch.hears(results({"PA": "!"}))

    assert watch.state == "active alarm"


def test_a_half_reported_round_clears_nothing_before_its_interval_is_over() -> None:
    watch = Watch(monitor=TWO).sees({"PA": "!", "PB": "!"})

    watch.hears(results({"PA": "."}, begin=watch.now))
    assert watch.state == "active alarm"

    watch.now += MINUTE
    watch.hears([])
    assert watch.state == "cleared"


def test_a_half_reported_round_lowers_no_alarm() -> None:
    watch = Watch(monitor=TWO).sees({"PA": "!", "PB": "!"})

    watch.hears(results({"PA": "?"}, begin=watch.now))
    assert watch.state == "active alarm"

    watch.hears(results({"PB": "?"}, begin=watch.now))
    assert watch.state == "active warning"


def test_an_agent_that_fell_silent_is_not_in_violation() -> None:
    watch = Watch(monitor=TWO).sees({"PA": ".", "PB": "!"})

    assert watch.sees({"PA": ". ", "PB": "  "}).state == "cleared"


def test_a_round_without_data_clears_nothing() -> None:
    watch = Watch().sees("!")

    assert watch.sees("     ").state == "active alarm"
    assert watch.sees(".").state == "cleared"


def test_rounds_without_data_count_as_rounds_without_fault() -> None:
    watch = Watch(rule(rounds_violating=2, rounds_out_of=2)).sees("!")

    assert watch.sees("  !").state == "tracking alarm"


def test_what_is_tracked_is_forgotten_when_nothing_is_heard_any_more() -> None:
    watch = Watch(rule(rounds_violating=2, rounds_out_of=2)).sees("!")

    assert watch.sees("    ").state == ""


def test_a_measurement_that_lacks_a_value_neither_begins_nor_clears() -> None:
    found = {
        "s": Measurement(ok=True, values={"response_time": 3000.0}),
        ".": Measurement(ok=True, values={"response_time": 10.0}),
        "x": Measurement(ok=False, fault_kind="dns", fault="No such host."),
    }
    watch = Watch(rule(alarm="response_time > 2000", warning=""))

    assert watch.sees("x", found=found).state == ""
    assert watch.sees("s", found=found).state == "active alarm"
    assert watch.sees("xx", found=found).state == "active alarm"
    assert watch.sees(".", found=found).state == "cleared"


def test_an_agent_that_measures_no_longer_is_not_heard() -> None:
    watch = Watch(monitor=TWO).sees({"PA": ".", "PB": "!"})
    watch.monitor = replace(TWO, agent_ids=("PA",))

    watch.hears([], because="monitor changed")

    assert watch.newest is not None
    assert watch.newest.cleared_because == "monitor changed"


def test_a_changed_rule_clears_at_once_what_does_not_break_it() -> None:
    watch = Watch(rule(alarm="!ok", warning="", clear_after=5)).sees("?")
    watch.rule = replace(watch.rule, alarm="status == 503")

    watch.hears([], because="rule changed")

    assert watch.newest is not None
    assert (watch.state, watch.newest.cleared_because) == ("cleared", "rule changed")


def test_a_changed_rule_keeps_what_breaks_it_though_nothing_was_heard_for_long() -> None:
    watch = Watch().sees("!" + 9 * " ")

    assert watch.hears([], because="rule changed") is None


def test_rounds_before_a_rule_was_changed_count_for_what_it_is_now() -> None:
    watch = Watch(rule(alarm="!ok", rounds_violating=2, rounds_out_of=2)).sees("!!")
    watch.rule, changed = replace(watch.rule, alarm="status == 500"), watch.rule
    watch.hears([], because="rule changed")
    assert watch.state == "cleared"

    watch.rule = changed
    watch.hears([])

    assert watch.state == "active alarm"


def test_a_changed_severity_is_told() -> None:
    watch = Watch().sees("!")
    watch.rule = rule(alarm_severity="error")

    watch.hears([], because="rule changed")

    assert watch.newest is not None
    assert watch.newest.severity == "error"
    assert watch.signals == ["trigger", "trigger"]


def test_a_violation_is_cleared_in_silence_if_that_is_asked_for() -> None:
    assert Watch(rule(notify_on_clear=False)).sees("!.").signals == ["trigger"]


def test_what_goes_to_and_fro_is_held_and_told_once_until_it_was_calm() -> None:
    watch = Watch().sees("!." * FLAPS_AFTER + "!")
    assert watch.newest is not None
    assert watch.newest.flapping
    assert watch.newest.summary == "Shop: HTTP status 503 (flapping)"
    told = len(watch.signals)

    watch.sees(".!.!..!" + 14 * ".")
    assert (watch.state, len(watch.signals)) == ("active alarm", told)

    watch.sees(".")
    assert (watch.state, len(watch.signals)) == ("cleared", told + 1)
    assert watch.sees("!.!.").newest is not None
    assert not watch.newest.flapping


def test_what_comes_back_much_later_does_not_flap() -> None:
    watch = Watch()
    for _ in range(2 * FLAPS_AFTER):
        watch.sees("!" + 31 * ".")

    assert not any(violation.flapping for violation in watch.violations)


def test_what_changes_its_level_to_and_fro_is_held_at_the_alarm() -> None:
    watch = Watch().sees("!?!?")
    assert watch.newest is not None
    assert watch.newest.flapping
    told = len(watch.signals)

    assert watch.sees("!?!?").state == "active alarm"
    assert len(watch.signals) == told + 1


def test_a_level_that_changes_now_and_then_does_not_flap() -> None:
    watch = Watch()
    for _ in range(2 * FLAPS_AFTER):
        watch.sees(31 * "!" + 31 * "?")

    assert not any(violation.flapping for violation in watch.violations)


def test_a_flapping_monitor_of_every_few_seconds_is_not_read_back_for_ever() -> None:
    flapping = Watch().sees("!." * FLAPS_AFTER + "!").newest
    quick, slow = replace(MONITOR, interval=10), replace(MONITOR, interval=3600)

    assert rounds_needed(rule(), quick, flapping) == 61
    assert rounds_needed(rule(), MONITOR, flapping) == 16
    assert rounds_needed(rule(), slow, flapping) == 4
    assert rounds_needed(rule(rounds_out_of=3), MONITOR, None) == 4


def test_what_is_only_tracked_ends_without_a_word() -> None:
    tracked = Watch(rule(rounds_violating=2, rounds_out_of=2)).sees("!").newest
    assert tracked is not None

    change = clear(tracked, rule(), "rule deleted", NOON)

    assert (change.step, change.signal) == ("drop", None)


def test_a_rule_speaks_of_the_monitors_it_names_or_of_all_in_its_environment() -> None:
    assert covers(rule(), MONITOR)
    assert covers(rule(monitor_ids=(MONITOR.id,)), MONITOR)
    assert not covers(rule(monitor_ids=("POTHER",)), MONITOR)
    assert not covers(rule(environment_id="POTHER"), MONITOR)


def test_what_is_not_in_force_ends_what_it_began() -> None:
    assert end_of(rule(), MONITOR) is None
    assert end_of(rule(), None) == "monitor deleted"
    assert end_of(None, MONITOR) == "rule deleted"
    assert end_of(rule(enabled=False), MONITOR) == "rule disabled"
    assert end_of(rule(), replace(MONITOR, paused=True)) == "monitor paused"
    assert end_of(rule(monitor_ids=("POTHER",)), MONITOR) == "rule changed"
