"""Payload pairs: each ``<case>.json`` is heard as its ``<case>.events.json`` says."""

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from tocsin.domain.event import ChangeEvent, Event
from tocsin.inbound import events_v1, events_v2
from tocsin.inbound.reading import Heard, Unreadable, Unrecognized

HERE: Final = Path(__file__).parent
NEW_KEY: Final = "0123456789abcdef0123456789abcdef"
EARS: Final[dict[str, Callable[[bytes], Heard]]] = {
    "events_v1": partial(events_v1.hear, new_key=lambda: NEW_KEY),
    "events_v2": partial(events_v2.hear, new_key=lambda: NEW_KEY),
    "changes_v2": events_v2.hear_change,
}
KINDS: Final[dict[str, type[Event | ChangeEvent]]] = {
    "events_v1": Event,
    "events_v2": Event,
    "changes_v2": ChangeEvent,
}


def pairs() -> Iterator[Any]:
    for expected in sorted(HERE.glob("*/*.events.json")):
        said = expected.with_name(expected.name.replace(".events.json", ".json"))
        yield pytest.param(said, expected, id=f"{said.parent.name}/{said.stem}")


@pytest.mark.parametrize(("said", "expected"), list(pairs()))
def test_it_hears_what_a_sender_says(said: Path, expected: Path) -> None:
    wanted = msgspec.json.decode(expected.read_bytes())
    hear = EARS[said.parent.name]

    if "errors" in wanted:
        with pytest.raises(Unreadable) as refusal:
            hear(said.read_bytes())
        assert wanted["errors"] == list(refusal.value.errors)
        assert wanted.get("unrecognized", False) == isinstance(refusal.value, Unrecognized)
    else:
        what: Event | ChangeEvent = msgspec.convert(wanted["event"], KINDS[said.parent.name])
        assert Heard(wanted["key"], what) == hear(said.read_bytes())


def test_every_payload_has_what_it_means() -> None:
    files = set(HERE.glob("*/*.json"))
    meanings = {path for path in files if path.name.endswith(".events.json")}
    payloads = {p.with_name(p.name.replace(".json", ".events.json")) for p in files - meanings}

    assert meanings == payloads
    assert set(EARS) == {path.parent.name for path in files}
