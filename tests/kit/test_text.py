"""Text that others wrote: harmless, on one line, and not too long."""

import pytest

from tocsin.kit.text import one_line, printable, shortened


@pytest.mark.parametrize(
    ("given", "fit"),
    [
        ("Ægir 太郎 🔥", "Ægir 太郎 🔥"),
        ("a\r\nb\n\tc", "a\nb\n\tc"),
        ("a\x00b\x1b[31m\x7f\x85", "a\ufffdb\ufffd[31m\ufffd\ufffd"),
        ("\ud800x", "\ufffdx"),
        ("\u202edevloser\u2069", "\ufffddevloser\ufffd"),
        ("שלום 👩\u200d🚒", "שלום 👩\u200d🚒"),
    ],
)
def test_what_cannot_be_shown_is_replaced(given: str, fit: str) -> None:
    assert printable(given) == fit


def test_one_line_is_one_line() -> None:
    assert one_line(" a\r\n  b\tc\u2028d ", 20) == "a b c d"


def test_a_long_text_is_cut_and_shows_it() -> None:
    assert shortened("abcdef", 6) == "abcdef"
    assert shortened("abcdefg", 6) == "abcde…"
    assert shortened("ab  efg", 5) == "ab…"
