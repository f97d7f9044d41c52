"""Signatures of webhooks that come from other servers."""

from time import perf_counter

from tocsin.domain.machines.webhook import sign
from tocsin.domain.monitoring.following import is_signed

BODY = b"x" * 500_000


def test_one_good_signature_of_several_is_enough() -> None:
    header = f"v1=0123, {sign(BODY, ('secret',))}"

    assert is_signed(BODY, header, ("other", "secret"))
    assert not is_signed(BODY, header, ("other",))
    assert not is_signed(BODY, "", ("secret",))


def test_a_header_full_of_signatures_takes_no_longer_than_one() -> None:
    began = perf_counter()

    assert not is_signed(BODY, "v1=0," * 20_000, ("secret",))
    assert perf_counter() - began < 2  # signing anew for each would take ten seconds
