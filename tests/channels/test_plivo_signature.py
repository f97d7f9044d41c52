"""Plivo's signature, by vectors of its library and by the library itself."""

import pytest
from msgspec.structs import replace
from plivo.utils import validate_v3_signature

from tests.standins.plivo import NONCE, TOKEN, called
from tocsin.channels.plivo.signature import is_genuine
from tocsin.domain.reaching.hearing import Callback

URL = "https://oncall.example.test/plivo/status"
FORM = b"MessageUUID=u-1&Status=delivered&To=15550100"
POSTED = "K2o+/e4WWzDPP3lMOuWF/n+lXnl5LGwsvOPZlNDVBfI="
ASKED = "uGvq8IXQ7W8mXCqT6CClEzdAr6YeN0DjSpJsvRiLizI="


def post(signature: str, name: str = "x-plivo-signature-v3", nonce: str = "nonce1") -> Callback:
    headers = {name: signature, "x-plivo-signature-v3-nonce": nonce}
    return Callback(method="POST", url=f"{URL}?x=1", headers=headers, body=FORM)


def get(signature: str) -> Callback:
    headers = {"x-plivo-signature-v3": signature, "x-plivo-signature-v3-nonce": "nonce1"}
    return Callback(method="GET", url=f"{URL}?{FORM.decode()}&x=1", headers=headers)


@pytest.mark.parametrize(
    "callback",
    [post(POSTED), post(POSTED, "x-plivo-signature-ma-v3"), post(f"other, {POSTED}"), get(ASKED)],
)
def test_what_plivo_signed_is_genuine(callback: Callback) -> None:
    assert is_genuine(callback, [TOKEN])
    assert is_genuine(callback, ["another", TOKEN]), "the second token of a rotation"
    assert not is_genuine(callback, ["another", ""])
    assert not is_genuine(callback, [])
    assert not is_genuine(replace(callback, url=f"{callback.url}1"), [TOKEN])


@pytest.mark.parametrize(
    "callback",
    [
        post(""),
        post("nonsense"),
        post(f"{POSTED}ä"),
        post(POSTED, nonce="nonce2"),
        post(POSTED, nonce=""),
        post(POSTED, "x-plivo-signature-v2"),
        replace(post(POSTED), body=FORM.replace(b"delivered", b"failed")),
        replace(get(ASKED), url=URL),
    ],
)
def test_what_was_changed_on_its_way_is_not(callback: Callback) -> None:
    assert not is_genuine(callback, [TOKEN])


@pytest.mark.parametrize("query", ["", "?t=Q1.a%2Fb&a=1"])
@pytest.mark.parametrize("fields", [{}, {"Text": "Größe & 日本", "Empty": "", "To": "1555"}])
def test_the_library_and_we_agree_on_forms(query: str, fields: dict[str, str]) -> None:
    callback = called("sms", fields, query=query)
    signature = callback.headers["x-plivo-signature-v3"]

    assert is_genuine(callback, [TOKEN])
    assert validate_v3_signature("POST", callback.url, NONCE, TOKEN, signature, dict(fields))


@pytest.mark.parametrize("fields", [{}, {"Text": "a & b", "Empty": "", "To": "1555"}])
def test_the_library_and_we_agree_on_queries(fields: dict[str, str]) -> None:
    callback = called("sms", fields, method="GET")
    signature = callback.headers["x-plivo-signature-v3"]

    assert is_genuine(callback, [TOKEN])
    assert validate_v3_signature("GET", callback.url, NONCE, TOKEN, signature, {})
