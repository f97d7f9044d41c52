"""Ping: echo requests to this machine, and what is told if the system forbids them."""

import errno
from typing import Any

import icmplib
import pytest

from tests.probes.conftest import Looks
from tocsin.domain.monitoring.monitor import Ping
from tocsin.probes import ping


def get_lost(_: object, request: Any) -> None:
    """Take a request that nobody will ever see."""
    request._time = 0


def refuse(*_: object) -> None:
    """Say what the system says to those who may not."""
    raise PermissionError(errno.EPERM, "Operation not permitted")


async def test_a_machine_that_answers_is_measured(look_at: Looks) -> None:
    found = await look_at(Ping(host="localhost", count=2))

    assert found.fault == ""
    assert found.values["loss"] == 0
    low, high = found.values["round_trip_min"], found.values["round_trip_max"]
    assert 0 < low <= found.values["round_trip"] <= high < 1000
    assert found.values["response_time"] == found.values["round_trip"]


async def test_a_machine_that_is_not_there_is_told(
    look_at: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(icmplib.ICMPv4Socket, "send", get_lost)

    found = await look_at(Ping(host="127.0.0.1", count=2), seconds=0.8)

    assert found.fault == "127.0.0.1 answers none of 2 echo requests"
    assert (found.fault_kind, found.values["loss"]) == ("timeout", 100)
    assert found.values["response_time"] < 800


async def test_a_machine_that_nothing_can_be_sent_to_is_told(look_at: Looks) -> None:
    found = await look_at(Ping(host="255.255.255.255"))

    assert found.fault_kind == "connection"
    assert found.fault == "No echo request can be sent to 255.255.255.255"


async def test_a_system_that_forbids_it_is_told(
    look_at: Looks, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(icmplib.ICMPv4Socket, "_create_socket", refuse)

    found = await look_at(Ping(host="127.0.0.1"))

    assert (found.fault_kind, found.fault) == ("refused", ping.NOT_ALLOWED)


async def test_a_name_that_nobody_knows_is_told(look_at: Looks) -> None:
    found = await look_at(Ping(host="router.invalid"))

    assert (found.fault_kind, found.fault) == ("dns", "The name router.invalid is not known")


async def test_a_host_that_may_not_be_reached_is_told(look_at: Looks) -> None:
    assert (await look_at(Ping(host="169.254.169.254"))).fault_kind == "refused"
