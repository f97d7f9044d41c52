"""Addresses of contact methods, whatever somebody types into the field."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tocsin.domain.reaching.address import dialled_from_abroad, faults_of_address
from tocsin.domain.reaching.contact_kind import ALWAYS, Kind, by_name

KINDS = by_name(())


@given(st.sampled_from(ALWAYS), st.none() | st.integers(), st.text(max_size=60))
def test_every_text_is_an_address_or_is_refused_in_sentences(
    kind: Kind, country: int | None, address: str
) -> None:
    for sentence in faults_of_address(kind, country, address):
        assert sentence[0].isupper()
        assert sentence.endswith(".")


@pytest.mark.parametrize(
    ("country", "address", "faults"),
    [
        (44, "02079460123", "Address must not begin with 0 for +44; perhaps 2079460123 is meant."),
        (44, "0*", "Address must not begin with 0 for +44."),
        (1, "1", "Address must not begin with 1 for +1."),
    ],
)
def test_a_number_written_for_home_is_hinted_at_if_it_looks_like_one(
    country: int, address: str, faults: str
) -> None:
    assert [faults] == list(faults_of_address(KINDS["phone"], country, address))


@pytest.mark.parametrize(
    ("country", "written", "expected"),
    [
        (1, "(415) 555-0100", (1, "4155550100")),
        (1, "5550100", (1, "5550100")),
        (1, "+43 660 123 45 67", (43, "6601234567")),
        (None, "0043 660/1234567", (43, "6601234567")),
        (43, "0660 1234567", (43, "6601234567")),
        (1, "+44 (0)20 7946 0123", (44, "2079460123")),
        (39, "06 1234 5678", (39, "0612345678")),
        (44, "020 7946 0123, , 12#", (44, "2079460123,,12#")),
        (-1, "+43 660 1234567", (43, "6601234567")),
        (-1, "660", (-1, "660")),
        (1, "abc", (1, "abc")),
        (1, "+43", (1, "+43")),
        (43, "0" * 30, (43, "0" * 30)),
    ],
)
def test_a_number_is_understood_however_people_write_it(
    country: int | None, written: str, expected: tuple[int | None, str]
) -> None:
    assert expected == dialled_from_abroad(country, written)


@given(st.none() | st.integers(-1, 9999), st.text(max_size=60))
def test_whatever_stands_in_the_field_of_a_number_is_read_or_left(
    country: int | None, written: str
) -> None:
    read = dialled_from_abroad(country, written)
    assert read == (country, written) or not list(faults_of_address(KINDS["whatsapp"], *read))


@pytest.mark.parametrize(("kind", "good"), [("phone", True), ("sms", False), ("whatsapp", True)])
def test_mexican_mobiles_keep_their_1_except_for_messages(kind: str, good: bool) -> None:
    assert good is not bool(list(faults_of_address(KINDS[kind], 52, "15512345678")))


@pytest.mark.parametrize(
    "address",
    [
        "https://example.com",
        "http://10.0.0.7:8080/a?b=c#d",
        "http://[::1]/",
        "https://münchen.example",
    ],
)
def test_webhooks_may_live_anywhere(address: str) -> None:
    assert list(faults_of_address(KINDS["webhook"], None, address)) == []


@pytest.mark.parametrize(
    "address",
    ["", "example.com", "ftp://example.com", "http://", "http://:80", "http://a:0", "http://a:99999",
     "http://a b", "http://a\n", "https://example.com/" + "x" * 2000],
)  # fmt: skip
def test_what_no_request_can_be_sent_to_is_no_webhook(address: str) -> None:
    assert list(faults_of_address(KINDS["webhook"], None, address))
