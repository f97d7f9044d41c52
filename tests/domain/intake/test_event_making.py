"""Events of tools' own words: cut where they must be, and never two alerts made one."""

from tocsin.domain.intake.event import Event, Link
from tocsin.domain.intake.event_making import MAX_ATTACHED, MAX_DEDUP_KEY, MAX_SUMMARY, links, make


def test_empty_texts_are_none() -> None:
    event = make("trigger", "key", " Disk \n full ", source="", component="c")

    assert event == Event(action="trigger", dedup_key="key", summary="Disk full", component="c")


def test_a_long_summary_is_cut_and_shows_it() -> None:
    assert make("trigger", "key", "x" * MAX_SUMMARY).summary == "x" * MAX_SUMMARY
    cut = make("trigger", "key", "x" * (MAX_SUMMARY + 1)).summary
    assert (len(cut), cut[-2:]) == (MAX_SUMMARY, "x…")


def test_long_keys_stay_different() -> None:
    fits, one, other = "k" * MAX_DEDUP_KEY, "k" * 256 + "1", "k" * 256 + "2"

    assert make("trigger", fits, "").dedup_key == fits
    keys = {make("trigger", key, "").dedup_key for key in (one, one, other)}
    assert len(keys) == 2
    assert all(len(key) <= MAX_DEDUP_KEY for key in keys)


def test_links_lead_to_the_web() -> None:
    good = ("https://example.com/a", "A")
    bad = [("javascript:alert(1)", ""), ("", ""), ("https://", ""), ("ftp://example.com", "")]

    assert links(good, *bad) == (Link(*good),)
    assert len(links(*[good] * 60)) == MAX_ATTACHED
