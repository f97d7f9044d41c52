"""Calls by SIP, to real telephones on this machine: what is said, pressed, and comes of it."""

import re
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest
from msgspec.structs import replace

from tests.probes.authority import Authority
from tests.standins.telephones import (
    answering,
    challenging,
    free_port,
    refusing,
    registering,
    ringing,
)
from tocsin.channels.sip import channel as sip
from tocsin.channels.sip import script as sip_script
from tocsin.channels.sip.channel import Sip
from tocsin.channels.sip.readings import readable
from tocsin.channels.tools import Tools
from tocsin.domain.reaching.answer import DEEDS, Deed
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.phrases import LANGUAGES, PHRASES, phrase
from tocsin.kit.clock import system_clock
from tocsin.kit.speech import Speaker

# Real calls take their time, and the time of others spoils what is heard.
pytestmark = [pytest.mark.slow, pytest.mark.alone]

NIGHT = datetime(2026, 11, 21, 3, 0, tzinfo=UTC)
NUMBER = "+15550100"
PAGE = Message(
    id="M1",
    at=NIGHT,
    sender="Tocsin",
    recipient="Ann Lee",
    time_zone="UTC",
    speech="The database is down.",
    deeds=("acknowledge", "resolve", "escalate"),
)
NOTICE = replace(PAGE, speech="Four, seven.", deeds=())
UNPROVEN = Delivery(
    ok=False, detail="Answered, but nobody pressed a key.", retry=True, is_unproven=True
)


@pytest.fixture(autouse=True)
def _hurry(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sip, "SETTLING", 0.1)
    monkeypatch.setattr(sip, "KEY_WITHIN", 0.3)
    monkeypatch.setattr(sip, "RING_FOR", 5.0)
    monkeypatch.setattr(sip, "EXTENSION_PAUSE", 0.2)
    monkeypatch.setattr("tocsin.kit.speech.WORDS_A_MINUTE", 450)


def channel(server: str, **settings: str) -> Sip:
    tools = Tools(http=httpx.AsyncClient(), clock=system_clock, signing_key="")
    given = {"server": server, "transport": "udp", "user": "tocsin", "registers": "no"}
    return Sip.make(tools, {**given, "password": "secret", **settings}, "")


async def call(server: str, message: Message = PAGE, **settings: str) -> Delivery:
    return await channel(server, **settings).send(message, NUMBER)


@pytest.mark.parametrize(
    ("key", "deed"), [("4", "acknowledge"), ("6", "resolve"), ("8", "escalate")]
)
async def test_a_key_is_an_answer_and_is_confirmed(key: str, deed: Deed) -> None:
    async with answering((0.5, key)) as peer:
        delivery = await call(peer.server)
        report = await peer.report()

    detail = f"Answered with {key}."
    assert delivery == Delivery(ok=True, detail=detail, is_received=True, answer=deed)
    assert report["seconds"] > 0.8  # what was said until the key, and after it


async def test_a_key_is_taken_as_sip_info_too() -> None:
    async with answering((0.5, "4"), mode="info") as peer:
        assert (await call(peer.server)).answer == "acknowledge"


async def test_only_what_is_offered_can_be_answered() -> None:
    async with answering((0.5, "8"), (0.8, "4")) as peer:
        delivery = await call(peer.server, replace(PAGE, deeds=("acknowledge",)))

    assert delivery.answer == "acknowledge"


async def test_who_is_to_say_that_they_are_there_presses_one() -> None:
    async with answering((0.5, "1")) as peer:
        delivery = await call(peer.server, replace(PAGE, kind="awake", deeds=("confirm",)))

    assert delivery.answer == "confirm"


async def test_a_page_that_nobody_answers_is_said_three_times_and_proves_nothing() -> None:
    async with answering() as peer:
        delivery = await call(peer.server)
        report = await peer.report()

    script = await sip_script.write(PAGE, Speaker())
    assert delivery == UNPROVEN
    assert [scene.asks for scene in script.scenes] == [True, True, True, False]
    assert report["seconds"] > 0.6 * sum(len(scene.sound) for scene in script.scenes) / 16_000


async def test_a_notice_is_heard_out_and_takes_no_key() -> None:
    async with answering((0.3, "4")) as peer:
        delivery = await call(peer.server, NOTICE)

    assert delivery == Delivery(ok=True, detail="Said to whoever took the call.")


async def test_who_hangs_up_has_not_answered() -> None:
    async with answering(hangs_up=0.5) as peer:
        delivery = await call(peer.server)

    assert delivery == replace(UNPROVEN, detail="Answered, and hung up without pressing a key.")


async def test_a_machine_that_records_the_page_has_not_answered() -> None:
    async with answering(hangs_up=4.0) as peer:
        delivery = await call(peer.server)
        report = await peer.report()

    assert (delivery.ok, delivery.is_unproven) == (False, True)
    assert report["seconds"] > 2, "nothing was left to listen to"


async def test_any_key_proves_that_somebody_listens() -> None:
    async with answering((0.5, "9"), hangs_up=1.0) as peer:
        delivery = await call(peer.server)

    detail = "Answered with a key that means nothing."
    assert delivery == Delivery(ok=True, detail=detail, is_received=True)


async def test_who_presses_a_key_and_hangs_up_has_answered() -> None:
    async with answering((0.5, "4"), hangs_up=0.1) as peer:
        assert (await call(peer.server)).answer == "acknowledge"


async def test_a_call_ends_in_time_whatever_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sip, "TALK_AT_MOST", 0.7)
    async with answering() as peer:
        delivery = await call(peer.server)

    assert delivery == UNPROVEN


async def test_an_extension_is_dialled_before_anything_is_said() -> None:
    async with answering((1.5, "4")) as peer:
        delivery = await channel(peer.server).send(PAGE, f"{NUMBER},,12#")
        report = await peer.report()

    assert delivery.answer == "acknowledge"
    assert report["pressed"] == "12#"


async def test_the_number_of_the_caller_is_shown_and_the_prefix_dialled() -> None:
    async with answering(hangs_up=0.1) as peer:
        await call(peer.server, caller="+15550199", prefix="00")
        report = await peer.report()

    assert report["caller"][0] == f"sip:+15550199@{peer.server}"
    assert report["called"] == "sip:0015550100"


@pytest.mark.parametrize(
    ("line", "detail"),
    [
        ("486 Busy Here", "Busy: 486 Busy Here."),
        ("600 Busy Everywhere", "Busy: 600 Busy Everywhere."),
        ("603 Decline", "Declined: 603 Decline."),
        ("480 Temporarily Unavailable", "Not reachable: 480 Temporarily Unavailable."),
        ("408 Request Timeout", "The call failed: 408 Request Timeout."),
        ("500 Server Internal Error", "The call failed: 500 Server Internal Error."),
        ("503 Service Unavailable", "The call failed: 503 Service Unavailable."),
        ("499 Never Heard Of", "The call failed: 499 Never Heard Of."),
    ],
)
async def test_what_may_do_better_later_is_tried_again(line: str, detail: str) -> None:
    async with refusing(line) as server:
        assert await call(server) == Delivery(ok=False, detail=detail, retry=True)


@pytest.mark.parametrize("line", ["404 Not Found", "484 Address Incomplete", "604 Nowhere"])
async def test_a_number_that_does_not_exist_is_not_called_again(line: str) -> None:
    async with refusing(line) as server:
        assert await call(server) == Delivery(ok=False, detail=f"No such number: {line}.")


async def test_a_refused_account_is_our_fault() -> None:
    async with refusing("403 Forbidden") as server:
        delivery = await call(server)

    detail = "The SIP server refuses our account: 403 Forbidden."
    assert delivery == Delivery(ok=False, detail=detail, is_our_fault=True)


@pytest.mark.parametrize("request_", ["INVITE", "REGISTER"])
async def test_a_wrong_password_is_our_fault(request_: str) -> None:
    async with challenging(request_) as server:
        delivery = await call(server, registers="yes" if request_ == "REGISTER" else "no")

    assert delivery.is_our_fault
    assert not delivery.retry
    assert "401 Unauthorized" in delivery.detail
    assert "secret" not in delivery.detail


async def test_it_registers_before_it_calls_where_the_server_wants_it() -> None:
    async with registering("secret") as server:
        assert (await call(server, registers="yes")).detail == "Busy: 486 Busy Here."
    async with registering("another") as server:
        assert (await call(server, registers="yes")).is_our_fault


async def test_a_telephone_that_only_rings_is_called_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sip, "RING_FOR", 0.5)
    async with ringing() as server:
        assert await call(server) == Delivery(ok=False, detail="Nobody answered.", retry=True)


async def test_a_server_that_does_not_register_us_in_time_is_tried_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tocsin.kit.softphone.REGISTER_WITHIN", 0.5)
    delivery = await call(f"127.0.0.1:{free_port()}", registers="yes")

    assert delivery.retry
    assert "does not register us" in delivery.detail


async def test_a_broken_telephone_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "worker.py"
    broken.write_text("import os\nos.abort()\n")
    monkeypatch.setattr("tocsin.kit.softphone.WORKER", broken)

    delivery = await call("127.0.0.1")

    assert delivery.retry
    assert delivery.detail == "The call failed: the telephone's process has ended."


async def test_a_telephone_that_does_not_react_is_tried_again(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    hanging = tmp_path / "worker.py"
    hanging.write_text("import time\ntime.sleep(60)\n")
    monkeypatch.setattr("tocsin.kit.softphone.WORKER", hanging)
    monkeypatch.setattr("tocsin.kit.softphone.BEGINNING", 0.1)
    monkeypatch.setattr("tocsin.kit.softphone.FAREWELL", 0.1)
    monkeypatch.setattr(sip, "RING_FOR", 0.1)

    delivery = await call("127.0.0.1")

    assert delivery == Delivery(ok=False, detail="The SIP telephone did not react.", retry=True)


async def test_a_server_is_believed_only_with_a_good_certificate(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path, "Trust")
    authority.context()
    certificate = str(tmp_path / "server.pem")
    async with answering((0.5, "4"), certificate=certificate) as peer:
        distrusted = await call(peer.secure_server, transport="tls")
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        trusted = await call(peer.secure_server, transport="tls")

    assert (distrusted.ok, distrusted.retry) == (False, True)
    assert trusted.answer == "acknowledge"


@pytest.mark.parametrize(("spoken", "is_heard"), [("srtp-mand", True), ("", False)])
async def test_encrypted_speech_is_never_sent_in_the_clear(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoken: str, is_heard: bool
) -> None:
    authority = Authority(tmp_path, "Trust")
    authority.context()
    monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
    params = [f"mediaenc={spoken}"] if spoken else []
    certificate = str(tmp_path / "server.pem")
    async with answering((0.5, "4"), certificate=certificate, params=params) as peer:
        delivery = await call(peer.secure_server, transport="tls_srtp")

    assert (delivery.answer == "acknowledge") is is_heard
    assert delivery.ok is is_heard


async def test_it_says_how_to_install_what_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tocsin.kit.softphone.MODULE", "no_such_module")

    assert await call("127.0.0.1") == sip.NOT_INSTALLED


async def test_it_says_that_nothing_can_speak(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    delivery = await call("127.0.0.1")

    assert delivery.is_our_fault
    assert delivery.detail == "espeak-ng is missing: install the system package espeak-ng."


@pytest.mark.parametrize("deed", [one for one in DEEDS if one != "list"])
def test_each_deed_is_confirmed_in_each_language(deed: str) -> None:
    assert all(phrase(f"sip_taken_{deed}", language) for language in LANGUAGES)


def test_our_own_japanese_is_written_as_it_is_read() -> None:
    spoken = [
        words["ja"] for key, words in PHRASES.items() if key.startswith(("call_", "sip_taken_"))
    ]

    assert [text for text in spoken if re.search("[一-鿿]", readable(text, "ja"))] == []


def test_other_languages_are_left_alone() -> None:
    assert readable("電話", "en") == "電話"
