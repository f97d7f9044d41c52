"""Masking: what people see of secrets, and how masks become secrets again."""

from time import perf_counter

import pytest

from tocsin.domain.masking import (
    DOTS,
    hide,
    is_mask,
    mask,
    mask_address,
    mask_addresses,
    reveal,
    secrets_in,
    shown_part,
)

KEY = "0123456789abcdef0123456789abcdef"


def test_a_mask_shows_the_end_of_a_long_secret_alone() -> None:
    assert (mask(KEY), mask("hunter2")) == (f"{DOTS}cdef", DOTS)
    assert (is_mask(mask(KEY)), is_mask(KEY)) == (True, False)


@pytest.mark.parametrize(
    ("text", "hidden"),
    [
        ("Authorization: Token token=abcdefghijklmnop", f"Authorization: {DOTS}"),
        ("Accept: text/plain\n\tX-Api-Key: 1234", f"Accept: text/plain\n\tX-Api-Key: {DOTS}"),
        ("Cookie: a=b\r\nAccept: x", f"Cookie: {DOTS}\r\nAccept: x"),
        (f'{{"routing_key": "{KEY}"}}', f'{{"routing_key": "{DOTS}cdef"}}'),
        ('{"apiKey": "short", "a": 1}', f'{{"apiKey": "{DOTS}", "a": 1}}'),
        (f"token={KEY}&a=1", f"token={DOTS}cdef&a=1"),
        ("https://ann:hunter2@example.com/", f"https://ann:{DOTS}@example.com/"),
        ('{"dedup_key": "QV1", "incident_key": "x"}', '{"dedup_key": "QV1", "incident_key": "x"}'),
        ("Authorization: Token token=[[your token]]", "Authorization: Token token=[[your token]]"),
        ('{"token": "{ALERT_ID}"}', '{"token": "{ALERT_ID}"}'),
        ("https://example.com:8080/x", "https://example.com:8080/x"),
    ],
)
def test_what_is_named_like_a_secret_is_hidden(text: str, hidden: str) -> None:
    assert hide(text) == hidden
    assert hide(hidden) == hidden


def test_known_secrets_are_hidden_wherever_they_stand() -> None:
    assert hide(f"No such key: {KEY}", [KEY, ""]) == f"No such key: {DOTS}cdef"


def test_secrets_are_found_with_their_long_words() -> None:
    text = f"Accept: text/plain\nAuthorization: Bearer {KEY}\nX-Token: {{ID}}\nX-Key: short"

    assert sorted(secrets_in(text)) == sorted([f"Bearer {KEY}", KEY])


def test_an_answer_made_to_be_hard_to_read_is_read_in_no_time() -> None:
    began = perf_counter()

    hide(f"X-Token: {'[' * 100_000}")

    assert perf_counter() - began < 1  # it took seven seconds


def test_masks_become_the_secrets_they_stand_for() -> None:
    before = f'Authorization: Basic YTpi\n{{"apiKey": "{KEY}", "password": "hunter2"}}'

    assert reveal(hide(before), before) == before
    assert reveal(hide(before).replace("apiKey", "apikey"), before).count(KEY) == 1


def test_a_mask_of_something_else_stays_a_mask() -> None:
    assert reveal(f"Authorization: {DOTS}", "Accept: text/plain") == f"Authorization: {DOTS}"


def test_a_new_secret_is_not_touched() -> None:
    assert reveal("Authorization: new one", "Authorization: old one") == "Authorization: new one"


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("https://chat.example.com/v1/spaces/A/messages?key=abcdefgh", "https://chat.example.com/••••efgh"),
        ("https://user:word@example.com/longsecret", "https://example.com/••••cret"),
        ("tgram://123456789:abcdef/42", "tgram://••••f/42"),
        ("AfGhIjKlMnOpQrSt", "••••QrSt"),
        ("short", "••••"),
    ],
)  # fmt: skip
def test_of_a_secret_address_people_see_where_it_leads(address: str, shown: str) -> None:
    assert shown_part(address) == shown


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("+15550100", "+1 *** *** 0100"),
        ("+436601234567", "+43 *** *** 4567"),
        ("+1 (555) 010-0100", "+1 *** *** 0100"),
        ("+15550102,,7", "+1 *** *** 0102"),
        ("5550100", "*** *** 0100"),
        ("55501", "*** *** 01"),
        ("+0000000000", "*** *** 0000"),
        ("ann@example.com", "a***@example.com"),
        ("ann.lee+x@mail.example.com", "a***@mail.example.com"),
        ("https://example.com/pages?key=0123456789ab", f"https://example.com/{DOTS}89ab"),
        ("@ann:example.org", "@ann:example.org"),
        ("U1ANN", "U1ANN"),
        ("Chrome on Android", "Chrome on Android"),
    ],
)
def test_of_an_address_others_see_enough_to_know_it_again(address: str, shown: str) -> None:
    assert mask_address(address) == shown
    assert mask_address(shown) == shown


def test_addresses_in_a_sentence_are_masked_and_codes_are_not() -> None:
    told = "550 5.1.1 <ann@example.com>: no such person; +1 555 0100 is unreachable (code 30003)"

    assert mask_addresses(told) == (
        "550 5.1.1 <a***@example.com>: no such person; +1 *** *** 0100 is unreachable (code 30003)"
    )


@pytest.mark.parametrize("piece", ["a", "a.", "a@", "+1", "+1 ", "1 ", "@", "'"])
def test_masking_of_long_texts_keeps_nobody_waiting(piece: str) -> None:
    began = perf_counter()
    mask_addresses(piece * 20_000)
    mask_address(piece * 20_000)
    assert perf_counter() - began < 0.5
