"""Short messages: alphabets, parts, and what is cut where."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.kit.sms import (
    CUT,
    GSM,
    GSM_EXTENSION,
    alphabet_of,
    gsm_decoded,
    gsm_encoded,
    parts,
    plain,
    segments,
    shortened,
)

GSM_LETTERS = GSM.replace("\x1b", "") + "".join(GSM_EXTENSION)
ANY = st.text(st.one_of(st.sampled_from(GSM_LETTERS), st.sampled_from("é日👩🏽\u200d\u0301")))


def test_the_small_alphabet_has_its_letters_at_the_places_of_the_standard() -> None:
    assert len(GSM) == 128
    assert [GSM.index(one) for one in "@$\n _A§aà"] == [0, 2, 10, 32, 17, 65, 95, 97, 127]
    assert gsm_encoded("a€[") == b"a\x1b\x65\x1b\x3c"


@pytest.mark.parametrize(
    ("text", "alphabet", "count"),
    [
        ("", "gsm", 1),
        ("a" * 160, "gsm", 1),
        ("a" * 161, "gsm", 2),
        ("a" * 306, "gsm", 2),
        ("a" * 307, "gsm", 3),
        ("€" * 80, "gsm", 1),
        ("€" * 81, "gsm", 2),
        ("€" * 152, "gsm", 2),
        ("€" * 153, "gsm", 3),  # 76 in a part: the last place of each stays empty
        ("日" * 70, "ucs2", 1),
        ("日" * 71, "ucs2", 2),
        ("日" * 134, "ucs2", 2),
        ("日" * 135, "ucs2", 3),
        ("👍" * 35, "ucs2", 1),
        ("👍" * 66, "ucs2", 2),
        ("👍" * 67, "ucs2", 3),
        ("\u2019" + "a" * 69, "ucs2", 1),
        ("äöüÄÖÜßéèñ¿", "gsm", 1),
        ("ç", "ucs2", 1),
        ("\x1b", "ucs2", 1),
    ],
)
def test_a_text_takes_as_many_messages_as_carriers_charge(
    text: str, alphabet: str, count: int
) -> None:
    assert (alphabet_of(text), segments(text)) == (alphabet, count)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Disk full \u2013 “db\u20111”, `/var`…", "Disk full - \"db-1\", '/var'..."),
        ("latency ≥ 2\u202fs → page", "latency >= 2 s -> page"),
        ("Größe: 5 €", "Größe: 5 €"),
        ("“日本”", "“日本”"),
        ("", ""),
    ],
)
def test_dashes_and_quotation_marks_cost_no_room(text: str, written: str) -> None:
    assert plain(text) == written


def test_a_text_that_fits_is_left_alone() -> None:
    assert shortened("a" * 160, 1) == "a" * 160
    assert shortened("日" * 134, 2) == "日" * 134


def test_a_text_that_is_too_long_is_cut_and_shows_it() -> None:
    assert shortened("a" * 161, 1) == "a" * 157 + CUT
    assert shortened("日" * 71, 1) == "日" * 67 + CUT
    assert shortened("€" * 81, 1) == "€" * 78 + CUT
    assert shortened("ab " * 60, 1) == "ab " * 52 + "a" + CUT
    assert shortened("a" * 156 + " bcdef", 1) == "a" * 156 + CUT


def test_what_is_cut_away_needs_no_alphabet() -> None:
    assert shortened("a" * 150 + "日" * 50, 1) == "a" * 150 + CUT


def test_no_picture_is_cut_in_two() -> None:
    family = "👩🏽\u200d👧"
    assert shortened("a" * 61 + family + "a" * 9, 1) == "a" * 61 + CUT
    assert shortened("日" * 66 + "e\u0301" + "日" * 9, 1) == "日" * 66 + CUT


@given(ANY)
def test_parts_are_the_text(text: str) -> None:
    assert "".join(parts(text)) == text


@given(ANY, st.integers(1, 3))
def test_a_cut_text_fits(text: str, most: int) -> None:
    assert segments(shortened(text * 9, most)) <= most


@given(st.text(st.sampled_from(GSM_LETTERS)))
def test_codes_of_the_small_alphabet_lead_back(text: str) -> None:
    assert gsm_decoded(gsm_encoded(text)) == text


@given(st.binary())
def test_codes_that_mean_nothing_do_no_harm(codes: bytes) -> None:
    assert len(gsm_decoded(codes)) <= len(codes)
