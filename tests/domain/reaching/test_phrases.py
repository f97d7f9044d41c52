"""Phrases: each is there in every language, with the same names in braces."""

import string

import pytest

from tocsin.domain.reaching.page_words import BUILT_IN, FORMS
from tocsin.domain.reaching.phrases import LANGUAGE_NAMES, LANGUAGES, PHRASES, language_of, phrase


def names_in(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


@pytest.mark.parametrize("key", PHRASES)
def test_a_phrase_is_there_in_every_language_with_the_same_names(key: str) -> None:
    spoken = PHRASES[key]

    assert set(spoken) == set(LANGUAGES)
    assert all(text.strip() for text in spoken.values())
    assert all(names_in(text) == names_in(spoken["en"]) for text in spoken.values())


def test_every_language_has_a_name_and_the_words_of_pages() -> None:
    assert set(LANGUAGE_NAMES) == set(LANGUAGES)
    assert set(BUILT_IN) == {(form, language) for form in FORMS for language in LANGUAGES}


@pytest.mark.parametrize(
    ("locale", "language"),
    [("de-AT", "de"), ("fr_CA", "fr"), ("ES", "es"), ("pt-BR", "ja"), ("", "ja")],
)
def test_a_locale_has_its_language_if_it_is_spoken_here(locale: str, language: str) -> None:
    assert language_of(locale, "ja") == language


def test_a_language_that_is_not_spoken_here_is_answered_in_english() -> None:
    assert phrase("resolve", "fi") == phrase("resolve", "en") == "Resolve"
    assert phrase("incidents", "de", count=3) == "3 Vorfälle"
