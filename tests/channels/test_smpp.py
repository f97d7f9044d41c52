"""SMPP with an SMSC: what is submitted, what its statuses mean, and connections that break."""

import asyncio
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import pytest
from msgspec.structs import replace

from tests.probes.authority import Authority
from tests.standins.pages import PAGE
from tests.standins.smsc import NOBODY, Smsc, open_channels
from tocsin.channels.smpp import channel as smpp
from tocsin.channels.smpp import session as smpp_session
from tocsin.channels.smpp.channel import Smpp
from tocsin.domain.reaching.answer import Upshot
from tocsin.domain.reaching.channel import Delivery
from tocsin.kit.http import Outbound

ADDRESS = "+15550100"
DISK = replace(PAGE, text="Disk full")
DONE = Upshot(ok=True, sentence="Acknowledged: #12.")
TAKEN = Delivery(ok=True, detail="The SMSC took it.", provider_id="A1")
Make = Callable[..., Smpp]


@pytest.fixture
async def smsc() -> AsyncIterator[Smsc]:
    async with Smsc() as smsc:
        yield smsc


@pytest.fixture
async def make(smsc: Smsc) -> AsyncIterator[Make]:
    async with open_channels(smsc) as make:
        yield make


@pytest.fixture
async def channel(make: Make) -> Smpp:
    return make()


async def test_a_page_is_submitted_with_all_that_it_needs(channel: Smpp, smsc: Smsc) -> None:
    assert await channel.send(DISK, f"{ADDRESS},,1") == TAKEN

    (message,) = smsc.taken
    assert message.short_message == "Disk full"
    assert (message.source.number, message.source.ton, message.source.npi) == ("Oncall", 5, 0)
    assert message.destination.number == "15550100"
    assert (message.destination.ton, message.destination.npi) == (1, 1)
    assert message.validity_period == timedelta(minutes=2)
    assert message.registered_delivery == 1


async def test_one_connection_carries_many_messages(channel: Smpp, smsc: Smsc) -> None:
    deliveries = await asyncio.gather(*(channel.send(DISK, ADDRESS) for _ in range(20)))

    assert len({delivery.provider_id for delivery in deliveries}) == 20
    assert len(smsc.writers) == 1


@pytest.mark.parametrize("sender", ["+15550199", "4711"])
async def test_numbers_are_told_from_names(make: Make, smsc: Smsc, sender: str) -> None:
    await make(sender=sender).send(DISK, ADDRESS)

    source = smsc.taken[0].source
    assert (source.number, source.ton) == (sender.lstrip("+"), 1 if sender[0] == "+" else 0)


@pytest.mark.parametrize(
    "text", ["Ö[€]{~}\\^|\n@£", "ディスク満杯 👍", "a" * 300 + "€", "日" * 130 + "👍"]
)
async def test_every_letter_arrives(channel: Smpp, smsc: Smsc, text: str) -> None:
    await channel.send(replace(PAGE, text=text), ADDRESS)

    assert "".join(message.short_message for message in smsc.taken) == text


async def test_a_long_text_goes_in_parts_of_which_one_is_receipted(
    channel: Smpp, smsc: Smsc
) -> None:
    assert await channel.send(replace(PAGE, text="a" * 1000), ADDRESS) == TAKEN

    data = [message.get_segmentation_data() for message in smsc.taken]
    assert [(seq, total) for _, seq, total in data] == [(1, 3), (2, 3), (3, 3)]
    assert len({reference for reference, _, _ in data}) == 1
    assert [message.registered_delivery for message in smsc.taken] == [1, 0, 0]


async def test_where_no_receipts_are_to_be_had_what_was_taken_counts(
    make: Make, smsc: Smsc
) -> None:
    delivery = await make(receipts="none").send(DISK, ADDRESS)

    assert (delivery.ok, delivery.is_received) == (True, True)
    assert smsc.taken[0].registered_delivery == 0


@pytest.mark.parametrize(
    ("status", "delivery"),
    [
        (
            0x58,
            Delivery(ok=False, detail="SMSC: throttled (status 0x58)", retry=True, wait_seconds=2),
        ),
        (
            0x14,
            Delivery(
                ok=False, detail="SMSC: the queue is full (status 0x14)", retry=True, wait_seconds=2
            ),
        ),
        (0x08, Delivery(ok=False, detail="SMSC: system error (status 0x08)", retry=True)),
        (
            0x0A,
            Delivery(
                ok=False, detail="SMSC: the sender is invalid (status 0x0a)", is_our_fault=True
            ),
        ),
        (0x434, Delivery(ok=False, detail="SMSC: refused (status 0x434)", retry=True)),
    ],
)
async def test_the_status_says_what_helps(
    channel: Smpp, smsc: Smsc, status: int, delivery: Delivery
) -> None:
    smsc.statuses = [status]

    assert await channel.send(DISK, ADDRESS) == delivery
    assert (await channel.send(DISK, ADDRESS)).ok, "the connection stands"


async def test_a_wrong_number_is_refused_for_good(channel: Smpp) -> None:
    delivery = await channel.send(DISK, f"+{NOBODY}")

    assert delivery == Delivery(ok=False, detail="SMSC: the number is invalid (status 0x0b)")


@pytest.mark.parametrize("change", [{"password": "old"}, {"system_id": "nobody"}])
async def test_revoked_credentials_are_our_fault(make: Make, change: dict[str, str]) -> None:
    delivery = await make(**change).send(DISK, ADDRESS)

    assert (delivery.ok, delivery.is_our_fault, delivery.retry) == (False, True, False)


async def test_silence_is_given_up_and_worth_another_try(
    channel: Smpp, smsc: Smsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp, "TIMEOUT", 0.1)
    await channel.send(DISK, ADDRESS)
    smsc.open.clear()

    delivery = await channel.send(DISK, ADDRESS)

    assert delivery == Delivery(ok=False, detail="No answer within 0.1 seconds.", retry=True)


async def test_a_connection_that_broke_is_made_anew(channel: Smpp, smsc: Smsc) -> None:
    await channel.send(DISK, ADDRESS)
    await smsc.stop()
    refused = await channel.send(DISK, ADDRESS)
    await smsc.start()

    assert (refused.ok, refused.retry, bool(refused.detail)) == (False, True, True)
    assert (await channel.send(DISK, ADDRESS)).ok


async def test_what_breaks_while_it_is_asked_is_worth_another_try(
    channel: Smpp, smsc: Smsc
) -> None:
    await channel.send(DISK, ADDRESS)
    smsc.open.clear()
    sending = asyncio.create_task(channel.send(DISK, ADDRESS))
    await asyncio.sleep(0.05)
    await smsc.stop()

    delivery = await sending

    assert (delivery.ok, delivery.retry) == (False, True)
    assert delivery.detail == "The SMSC closed the connection."


async def test_private_addresses_are_refused_where_they_are_forbidden(make: Make) -> None:
    delivery = await make(Outbound(("private",))).send(DISK, ADDRESS)

    assert (delivery.ok, delivery.is_our_fault) == (False, True)
    assert delivery.detail.endswith("has no address that Tocsin may reach.")


async def test_an_encrypted_connection_takes_no_strangers(
    make: Make, smsc: Smsc, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    authority = Authority(tmp_path)
    async with Smsc(tls=authority.context()) as encrypted:
        channel = make(server=f"127.0.0.1:{encrypted.port}", encryption="tls")
        stranger = await channel.send(DISK, ADDRESS)
        monkeypatch.setenv("SSL_CERT_FILE", str(authority.file))
        assert await channel.send(DISK, ADDRESS) == TAKEN
    monkeypatch.setattr(smpp, "TIMEOUT", 0.2)
    plain = await make(encryption="tls").send(DISK, ADDRESS)

    assert (stranger.ok, stranger.retry) == (False, True)
    assert "certificate" in stranger.detail.lower()
    assert (plain.ok, smsc.taken) == (False, [])


async def test_what_is_no_smpp_is_hung_up_on(channel: Smpp, smsc: Smsc) -> None:
    await channel.send(DISK, ADDRESS)
    for nonsense in (b"HTTP/1.1 400 Bad Request\r\n\r\n", bytes(16)):
        smsc.write(nonsense)
        await asyncio.sleep(0.05)
        assert (await channel.send(DISK, ADDRESS)).ok

    assert len(smsc.writers) == 3


async def test_an_idle_connection_without_ears_is_closed(
    channel: Smpp, smsc: Smsc, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(smpp_session, "QUIET", 0.05)
    await channel.send(DISK, ADDRESS)
    smsc.deliver("4")
    assert await asyncio.wait_for(smsc.responded.get(), 5) == 0x64, (
        "another connection shall have it"
    )
    await asyncio.sleep(0.2)

    assert (await channel.send(DISK, ADDRESS)).ok
    assert len(smsc.writers) == 2
