"""What people do to violations, and what becomes of them then."""

from tests.domain.rounds import MINUTE, NOON, Watch, rule
from tocsin.domain.monitoring.judging import acknowledge, close, reopen, unacknowledge


def test_whoever_took_a_warning_did_not_take_the_alarm() -> None:
    watch = Watch().sees("?")
    assert watch.newest is not None
    taken = acknowledge(watch.newest, "Ann", NOON)
    assert taken is not None
    watch.apply(taken)

    watch.sees("!")

    assert (watch.newest.acknowledged_at, watch.newest.acknowledged_by) == (None, None)


def test_whoever_took_an_alarm_has_the_warning_too() -> None:
    watch = Watch().sees("!")
    assert watch.newest is not None
    taken = acknowledge(watch.newest, "Ann", NOON)
    assert taken is not None
    watch.apply(taken)

    watch.sees("?")

    assert watch.newest.acknowledged_by == "Ann"


def test_what_people_close_stays_closed_until_a_round_was_good() -> None:
    watch = closed("!")

    assert watch.signals == ["trigger", "resolve"]
    assert watch.sees("!!!").state == "cleared"
    assert watch.sees(".!").state == "active alarm"
    assert len(watch.violations) == 2


def test_a_warning_that_people_closed_comes_back_as_an_alarm() -> None:
    watch = closed("?")

    assert watch.sees("?").state == "cleared"
    assert watch.sees("!").state == "active alarm"


def test_an_alarm_that_people_closed_does_not_come_back_as_a_warning() -> None:
    assert closed("!").sees("?").state == "cleared"


def test_rounds_before_people_closed_a_violation_do_not_count_against_the_next() -> None:
    watch = closed("!!", rounds_violating=2, rounds_out_of=4)

    assert watch.sees(".!").state == "tracking alarm"
    assert watch.hears([]) is None
    assert watch.sees("!").state == "active alarm"


def test_what_people_close_is_told_though_the_rule_clears_in_silence() -> None:
    assert closed("!", notify_on_clear=False).signals == ["trigger", "resolve"]


def test_only_what_is_active_can_be_taken_and_only_once() -> None:
    active = Watch().sees("!").newest
    tracked = Watch(rule(rounds_violating=2, rounds_out_of=2)).sees("!").newest
    assert active is not None
    assert tracked is not None

    taken = acknowledge(active, "Ann", NOON)

    assert taken is not None
    assert (taken.signal, taken.violation.acknowledged_by) == ("acknowledge", "Ann")
    assert acknowledge(taken.violation, "Ben", NOON) is None
    assert acknowledge(tracked, "Ann", NOON) is None


def test_only_what_is_active_can_be_closed() -> None:
    cleared = Watch().sees("!.").newest
    tracked = Watch(rule(rounds_violating=2, rounds_out_of=2)).sees("!").newest
    assert cleared is not None
    assert tracked is not None

    assert close(cleared, "Ann", "closed by hand", NOON) is None
    assert close(tracked, "Ann", "closed by hand", NOON) is None


def closed(told: str, **given: object) -> Watch:
    """Let somebody close what these rounds began."""
    watch = Watch(rule(**given)).sees(told)
    assert watch.newest is not None
    change = close(watch.newest, "Ann", "closed by hand", watch.now - MINUTE / 2)
    assert change is not None
    watch.apply(change)
    return watch


def test_what_nobody_has_any_more_may_be_taken_again() -> None:
    watch = Watch().sees("!")
    assert watch.newest is not None
    assert unacknowledge(watch.newest, NOON) is None
    taken = acknowledge(watch.newest, "Ann", NOON)
    assert taken is not None

    left = unacknowledge(taken.violation, NOON)

    assert left is not None
    assert (left.violation.acknowledged_at, left.violation.acknowledged_by) == (None, None)
    assert left.signal is None


def test_what_was_closed_elsewhere_can_go_on_and_nothing_else() -> None:
    watch = Watch().sees("!")
    assert watch.newest is not None
    elsewhere = close(watch.newest, "Ann", "closed elsewhere", NOON)
    here = close(watch.newest, "Ann", "closed by hand", NOON)
    assert elsewhere is not None
    assert here is not None

    again = reopen(elsewhere.violation, NOON)

    assert again is not None
    assert (again.violation.state, again.violation.muted, again.signal) == (
        "active",
        False,
        "trigger",
    )
    assert reopen(watch.newest, NOON) is None
    assert reopen(here.violation, NOON) is None
