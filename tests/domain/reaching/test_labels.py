"""Labels: what stands on buttons, and that tests of a way do not ask who is awake."""

import pytest
from msgspec.structs import replace

from tests.standins.pages import PAGE
from tocsin.domain.reaching.labels import labels_of
from tocsin.domain.reaching.message import MessageKind


@pytest.mark.parametrize(
    ("kind", "language", "label"),
    [
        ("trial", "en", "It has arrived"),
        ("trial", "de", "Ist angekommen"),
        ("trial", "fr", "C'est arrivé"),
        ("trial", "es", "Ha llegado"),
        ("trial", "ja", "届きました"),
        ("awake", "en", "I am awake"),
    ],
)
def test_a_test_asks_whether_it_has_arrived(kind: MessageKind, language: str, label: str) -> None:
    message = replace(PAGE, kind=kind, language=language, deeds=("confirm",))

    assert labels_of(message) == {"confirm": label}


def test_the_deeds_of_a_page_keep_their_order() -> None:
    labels = labels_of(replace(PAGE, deeds=("resolve", "acknowledge")))

    assert list(labels.items()) == [("resolve", "Resolve"), ("acknowledge", "Acknowledge")]
