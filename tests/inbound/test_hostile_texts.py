"""Bodies that are made to be hard to read."""

from time import perf_counter

import msgspec
import pytest

from tocsin.inbound import testomato
from tocsin.inbound.reading import Request

LONGEST = 500_000


@pytest.mark.parametrize("piece", ["<http://a", "<http://a|", ":a", "&lt;"])
def test_a_text_of_links_without_end_is_read_in_no_time(piece: str) -> None:
    body = msgspec.json.encode({"text": piece * (LONGEST // len(piece))})
    began = perf_counter()

    (event,) = testomato.hear(Request(body=body, new_key=lambda: "key"))

    assert event.action == "trigger"
    assert perf_counter() - began < 2  # some of these took twenty minutes
