"""Which adapter hears a body, whether it is proven, and that nonsense is refused in words."""

import base64
import hmac
import json
from contextlib import suppress
from typing import Any, Final

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.inbound.test_payloads import HERE, TOOLS
from tocsin.domain.intake.integration_settings import IntegrationSettings
from tocsin.domain.intake.vendor import ATLAS, GRAFANA, VENDOR_OF_ID, Signature
from tocsin.inbound import ADAPTER_OF_VENDOR, ADAPTERS, dialect_of, events_v1, events_v2
from tocsin.inbound.reading import Request, Unproven, Unreadable, demand

BODY: Final = b'{"id":1}'
WORDS: Final = sorted(
    {
        word
        for file in HERE.glob("*/*.json")
        if file.parent.name in TOOLS
        for word in file.read_text().replace('"', " ").replace(":", " ").split()
        if word.isidentifier()
    }
)
TEXTS: Final = st.sampled_from(WORDS) | st.text(max_size=20)
ANYTHING: Final = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=8),
    max_leaves=30,
)


@pytest.mark.parametrize(
    ("body", "dialect"),
    [
        (b'{"event_action":"trigger"}', events_v2),
        (b'{"event_type":"trigger"}', events_v1),
        (b'{"event_type":"trigger","event_action":"","payload":null}', events_v1),
        (b'{"event_type":"trigger","event_action":"resolve"}', events_v2),
        (b'{"event_action":"odd","routing_key":"k"}', events_v2),
        (b'{"event_type":"odd","service_key":"k"}', events_v1),
        (b'{"event_type":"query_alert_monitor","id":"7"}', None),
        (b'{"event_type":{"a":1}}', None),
        (b'{"event_action":["trigger"]}', None),
        (b"{}", None),
        (b"not json", None),
    ],
)
def test_a_body_finds_its_dialect(body: bytes, dialect: object) -> None:
    assert dialect is dialect_of(body)


def test_every_adapter_is_in_the_list_once_and_for_one_known_vendor() -> None:
    assert len(ADAPTERS) == len(set(ADAPTERS)) == len(ADAPTER_OF_VENDOR)
    assert ADAPTER_OF_VENDOR.keys() <= VENDOR_OF_ID.keys()


@pytest.mark.parametrize("tool", sorted(TOOLS))
@settings(max_examples=40)
@given(body=st.binary(max_size=100) | ANYTHING.map(lambda said: json.dumps(said).encode()))
def test_no_body_makes_an_adapter_stumble(tool: str, body: bytes) -> None:
    hear(tool, body)


@pytest.mark.parametrize("tool", sorted(TOOLS))
@settings(max_examples=40)
@given(data=st.data())
def test_no_part_of_a_usual_body_is_taken_for_granted(tool: str, data: st.DataObject) -> None:
    usual = data.draw(st.sampled_from(usual_bodies(tool)))

    hear(tool, json.dumps(changed(usual, data)).encode(), {"x-mms-event": data.draw(TEXTS)})


def hear(tool: str, body: bytes, headers: dict[str, str] | None = None) -> None:
    request = Request(body=body, new_key=lambda: "new", headers=headers or {})
    with suppress(Unreadable):
        for what in TOOLS[tool].hear(request):
            assert what.summary or getattr(what, "action", "") != "trigger"
            assert len(what.summary) <= 1024
            assert 0 < len(getattr(what, "dedup_key", "change")) <= 255


def usual_bodies(tool: str) -> list[Any]:
    found = []
    for file in sorted((HERE / tool).glob("*.json")):
        if not file.name.endswith(".events.json"):
            try:
                found.append(json.loads(file.read_text()))
            except ValueError:
                continue
    return found


def changed(said: Any, data: st.DataObject) -> Any:
    """Put something else in place of parts of a body."""
    if data.draw(st.integers(0, 9)) == 0:
        return data.draw(ANYTHING)
    if isinstance(said, dict):
        return {key: changed(value, data) for key, value in said.items()}
    if isinstance(said, list):
        return [changed(value, data) for value in said[:3]]
    return said


@pytest.mark.parametrize("signature", [ATLAS.signature, GRAFANA.signature])
def test_who_knows_the_secret_is_heard(signature: Signature) -> None:
    demand(signature, request(signature, sign(signature, "our secret", BODY)))
    demand(signature, request(signature, f" {sign(signature, 'our secret', BODY)} "))


@pytest.mark.parametrize("signature", [ATLAS.signature, GRAFANA.signature])
def test_who_does_not_is_refused(signature: Signature) -> None:
    for signed, told in (
        (None, f"The header {signature.header} is missing"),
        ("", f"The header {signature.header} is missing"),
        ("é", "does not fit"),
        (sign(signature, "another", BODY), "does not fit"),
        (sign(signature, "our secret", BODY + b" "), "does not fit"),
    ):
        with pytest.raises(Unproven, match=told):
            demand(signature, request(signature, signed))


def test_without_a_secret_or_a_way_to_sign_nothing_is_demanded() -> None:
    demand(ATLAS.signature, Request(body=BODY, new_key=str))
    demand(None, request(Signature("X-Any", "sha1", "hex"), None))


def request(signature: Signature, signed: str | None) -> Request:
    headers = {} if signed is None else {signature.header.lower(): signed}
    told = IntegrationSettings(secret="our secret")
    return Request(body=BODY, new_key=str, headers=headers, settings=told)


def sign(signature: Signature, secret: str, body: bytes) -> str:
    mac = hmac.new(secret.encode(), body, signature.digest)
    return (
        base64.b64encode(mac.digest()).decode() if signature is ATLAS.signature else mac.hexdigest()
    )
