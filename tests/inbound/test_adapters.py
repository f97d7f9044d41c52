"""Which adapter hears a body that came to an integration's own address."""

import pytest

from tocsin.inbound import ADAPTERS, adapter_of, events_v1, events_v2


@pytest.mark.parametrize(
    ("body", "adapter"),
    [
        (b'{"event_action":"trigger"}', events_v2),
        (b'{"event_type":"trigger"}', events_v1),
        (b'{"event_type":"trigger","event_action":"","payload":null}', events_v1),
        (b'{"event_type":"trigger","event_action":"resolve"}', events_v2),
        (b"{}", events_v2),
        (b"not json", events_v2),
    ],
)
def test_a_body_finds_the_adapter_of_its_dialect(body: bytes, adapter: object) -> None:
    assert adapter is adapter_of(body)


def test_every_adapter_is_in_the_list_once() -> None:
    assert len(ADAPTERS) == len(set(ADAPTERS))
