"""The guard of the process that tells services by addresses which people entered."""

import os
import sys
from pathlib import Path
from typing import Any

import pytest

from tocsin.kit.apprise_worker import Guard
from tocsin.kit.http import Outbound

pytestmark = pytest.mark.slow  # real calls and real processes take their time

PUBLIC_ONLY = Guard(Outbound(("private",)))
ANYWHERE = Guard(Outbound())
PYTHON = os.path.realpath(os.__file__)


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("socket.connect", (None, ("203.0.113.9", 443))),
        ("socket.connect", (None, ("2606:4700::1111", 443, 0, 0))),
        ("open", (PYTHON, "r", os.O_RDONLY)),
        ("open", (Path(PYTHON), "r", os.O_RDONLY)),
        ("open", (os.fsencode(PYTHON), "r", os.O_RDONLY)),
        ("open", (3, "w", os.O_WRONLY)),
        ("import", ("json",)),
    ],
)
def test_what_a_message_needs_is_let_through(event: str, told: tuple[Any, ...]) -> None:
    ANYWHERE(event, told)


@pytest.mark.parametrize(
    ("event", "told"),
    [
        ("socket.connect", (None, ("10.0.0.1", 80))),
        ("socket.connect", (None, ("169.254.169.254", 80))),
        ("socket.sendto", (None, ("127.0.0.1", 53))),
        ("socket.connect", (None, ("fe80::1%eth0", 80, 0, 2))),
        ("socket.connect", (None, ("localhost", 80))),
        ("socket.connect", (None, "/run/dbus/system_bus_socket")),
        ("open", ("/etc/passwd", "r", os.O_RDONLY)),
        ("open", (f"{sys.prefix}/../../../etc/passwd", "r", os.O_RDONLY)),
        ("open", (PYTHON, "w", os.O_WRONLY)),
        ("open", (None, "r", os.O_RDONLY)),
        ("subprocess.Popen", ("sh", ["sh"], None, None)),
        ("os.system", (b"true",)),
        ("os.posix_spawn", ("sh", ["sh"], {})),
        ("syslog.openlog", ("apprise", 0, 0)),
        ("syslog.syslog", (6, "hello")),
        ("os.remove", ("/tmp/file", -1)),
    ],
)
def test_what_an_address_must_not_bring_about_is_refused(event: str, told: tuple[Any, ...]) -> None:
    with pytest.raises(PermissionError):
        PUBLIC_ONLY(event, told)
