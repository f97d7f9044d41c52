"""Twilio's signature, by the vectors of its library and by the library itself."""

import hashlib

import pytest
from msgspec.structs import replace
from twilio.request_validator import RequestValidator

from tests.standins.twilio import TOKEN, called
from tocsin.channels.twilio.signature import is_genuine
from tocsin.domain.reaching.hearing import Callback

URL = "https://oncall.example.test/twilio/sms/status?msg=42"
FIELDS = (
    "AccountSid=AC00000000000000000000000000000000&From=%2B15550199"
    "&MessageSid=SM00000000000000000000000000000000&MessageStatus=delivered&To=%2B15550100"
)
BODY = b'{"status":"ok"}'
BODY_URL = (
    "https://oncall.example.test/twilio/json"
    "?bodySHA256=a29ee2b15c494311c52521766e44af56a3ad2248e7a8ab465e5206463c13d288"
)
SHA256 = "key=sk_1,algorithm=HMAC_SHA256"


def form(signature: str, url: str = URL, **headers: str) -> Callback:
    kept = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    return Callback(method="POST", url=url, headers=kept | headers, body=FIELDS.encode())


def json(signature: str, body: bytes = BODY, url: str = BODY_URL) -> Callback:
    headers = {"content-type": "application/json", "x-twilio-signature": signature}
    return Callback(method="POST", url=url, headers=headers, body=body)


@pytest.mark.parametrize(
    "callback",
    [
        form("HMCEdhIHgwf1ZuUzP/3x1Y6EQF0="),
        form("55tdRmo7S9iLTEO/4lRCqGeYQPg="),  # signed over the address with its port
        form("HMCEdhIHgwf1ZuUzP/3x1Y6EQF0=", URL.replace(".test/", ".test:443/")),
        form(
            "Rj/XjQY6K9V/bNZFVvLGu8zItrBrxgHDJG6ohhSYkto=",
            **{"x-twilio-webhooks-signature-settings": SHA256},
        ),
        json("Kd3XqBhVrwwYDXCOxmNWrP4us28="),
    ],
)
def test_what_twilio_signed_is_genuine(callback: Callback) -> None:
    assert is_genuine(callback, [TOKEN])
    assert is_genuine(callback, ["another", TOKEN]), "the second token of a rotation"
    assert not is_genuine(callback, ["another", ""])
    assert not is_genuine(callback, [])
    other = replace(callback, url=callback.url.replace("twilio", "attacker"))
    assert not is_genuine(other, [TOKEN])


@pytest.mark.parametrize(
    "callback",
    [
        form(""),
        form("nonsense"),
        form("HMCEdhIHgwf1ZuUzP/3x1Y6EQF0=ä"),
        replace(form("HMCEdhIHgwf1ZuUzP/3x1Y6EQF0="), headers={}),
        replace(form("HMCEdhIHgwf1ZuUzP/3x1Y6EQF0="), body=FIELDS.replace("0100", "0101").encode()),
        form("HMCEdhIHgwf1ZuUzP/3x1Y6EQF0=", "not an address"),
        form(
            "HMCEdhIHgwf1ZuUzP/3x1Y6EQF0=",
            **{"x-twilio-webhooks-signature-settings": "key=sk_1,algorithm=HMAC_MD5"},
        ),
        json("Kd3XqBhVrwwYDXCOxmNWrP4us28=", b'{"status":"no"}'),
    ],
)
def test_what_was_changed_on_its_way_is_not(callback: Callback) -> None:
    assert not is_genuine(callback, [TOKEN])


def test_a_body_that_is_not_signed_is_not_believed() -> None:
    url = "https://oncall.example.test/twilio/json"
    signature = RequestValidator(TOKEN).compute_signature(url, {})

    assert is_genuine(json(signature, b"", url), [TOKEN])
    assert not is_genuine(json(signature, BODY, url), [TOKEN])


def test_a_get_is_signed_by_its_address() -> None:
    url = "https://oncall.example.test/twilio?To=%2B15550100"
    signature = RequestValidator(TOKEN).compute_signature(url, {})
    asked = Callback(method="GET", url=url, headers={"x-twilio-signature": signature})

    assert is_genuine(asked, [TOKEN])
    assert not is_genuine(replace(asked, url=f"{url}1"), [TOKEN])


@pytest.mark.parametrize("algorithm", ["", "HMAC_SHA1", "HMAC_SHA256"])
@pytest.mark.parametrize(
    "origin",
    ["https://oncall.example.test", "https://oncall.example.test:8443", "http://10.0.0.1"],
)
def test_the_library_and_we_agree(origin: str, algorithm: str) -> None:
    url = f"{origin}/sms?t=Q1.a%2Fb&empty="
    fields = {"Body": "Größe & 日本", "MediaUrl": ["b", "a", "a"], "Empty": "", "a": "1", "B": "2"}
    signed = called("sms", fields, signed_at=url, algorithm=algorithm)

    assert is_genuine(replace(signed, url=url), [TOKEN])
    assert not is_genuine(signed, [TOKEN]), "the address of another was signed"


def test_the_hash_in_an_address_does_not_make_a_form_genuine() -> None:
    digest = hashlib.sha256(FIELDS.encode()).hexdigest()
    url = f"{URL}&bodySHA256={digest}"
    signature = RequestValidator(TOKEN).compute_signature(url, {})

    assert not is_genuine(form(signature, url), [TOKEN])
