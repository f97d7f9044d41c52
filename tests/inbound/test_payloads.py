"""Payload pairs: each ``<case>.json`` is heard as its ``<case>.events.json`` says."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any, Final

import msgspec
import pytest

from tocsin.domain.intake.event import ChangeEvent, Event
from tocsin.domain.intake.integration_settings import IntegrationSettings
from tocsin.inbound import ADAPTERS, events_v1, events_v2
from tocsin.inbound.reading import Heard, Request, Unreadable, Unrecognized, What

HERE: Final = Path(__file__).parent
NEW_KEY: Final = "0123456789abcdef0123456789abcdef"
EARS: Final[dict[str, Callable[[bytes], Heard]]] = {
    "events_v1": partial(events_v1.hear, new_key=lambda: NEW_KEY),
    "events_v2": partial(events_v2.hear, new_key=lambda: NEW_KEY),
    "changes_v2": events_v2.hear_change,
}
TOOLS: Final = {str(adapter).split("'")[1].rpartition(".")[2]: adapter for adapter in ADAPTERS}


def pairs(*folders: str) -> list[Any]:
    found = (file for folder in folders for file in sorted(HERE.glob(f"{folder}/*.events.json")))
    return [
        pytest.param(
            expected.with_name(expected.name.replace(".events.json", ".json")),
            msgspec.json.decode(expected.read_bytes()),
            id=f"{expected.parent.name}/{expected.name.removesuffix('.events.json')}",
        )
        for expected in found
    ]


@pytest.mark.parametrize(("said", "wanted"), pairs(*EARS))
def test_a_dialect_hears_what_a_sender_says(said: Path, wanted: dict[str, Any]) -> None:
    hear = EARS[said.parent.name]

    if "errors" in wanted:
        with pytest.raises(Unreadable) as refusal:
            hear(said.read_bytes())
        assert wanted["errors"] == list(refusal.value.errors)
        assert wanted.get("unrecognized", False) == isinstance(refusal.value, Unrecognized)
    else:
        assert Heard(wanted["key"], (meant(wanted["event"]),)) == hear(said.read_bytes())


@pytest.mark.parametrize(("said", "wanted"), pairs(*TOOLS))
def test_an_adapter_hears_what_its_tool_says(said: Path, wanted: dict[str, Any]) -> None:
    request = Request(
        body=said.read_bytes(),
        new_key=lambda: NEW_KEY,
        headers=wanted.get("headers", {}),
        settings=msgspec.convert(wanted.get("settings", {}), IntegrationSettings),
    )
    hear = TOOLS[said.parent.name].hear

    if "errors" in wanted:
        with pytest.raises(Unreadable) as refusal:
            hear(request)
        assert wanted["errors"] == list(refusal.value.errors)
    else:
        assert [meant(event) for event in wanted["events"]] == list(hear(request))


def test_every_payload_has_what_it_means() -> None:
    files = set(HERE.glob("*/*.json"))
    meanings = {path for path in files if path.name.endswith(".events.json")}
    payloads = {p.with_name(p.name.replace(".json", ".events.json")) for p in files - meanings}

    assert meanings == payloads
    assert {*EARS, *TOOLS} == {path.parent.name for path in files}


def meant(event: dict[str, Any]) -> What:
    """Read an event; one without an action is a change."""
    kind: type[What] = Event if "action" in event else ChangeEvent
    return msgspec.convert(event, kind)
