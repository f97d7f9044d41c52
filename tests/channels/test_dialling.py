"""Numbers as people write them."""

import pytest

from tocsin.channels.dialling import Dialled, dialled, international


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("+15550100", Dialled("+15550100")),
        ("+15550100,,12#", Dialled("+15550100", ",,12#")),
        ("+15550100*7", Dialled("+15550100", "*7")),
        ("15550100", Dialled("15550100")),
        ("nobody", Dialled("nobody")),
    ],
)
def test_an_address_is_a_number_and_what_is_pressed_afterwards(
    address: str, expected: Dialled
) -> None:
    assert dialled(address) == expected


@pytest.mark.parametrize(
    ("number", "expected"),
    [("15550100", "+15550100"), (" 15550100", "+15550100"), ("+15550100", "+15550100"), ("", "")],
)
def test_a_number_has_its_plus(number: str, expected: str) -> None:
    assert international(number) == expected
