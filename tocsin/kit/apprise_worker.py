"""Apprise in a process of its own: it tells one address, and can reach nothing else.

It reads one line of JSON (``url``, ``title``, ``body``, ``seconds``, ``deny``, ``allow``) and
writes one (``ok``, ``detail``). Addresses come from people: they must not make us read files, start
programs, or connect to where the installation may not.
"""

import ipaddress
import json
import logging
import os
import re
import signal
import sys
from pathlib import Path
from typing import Any, Final

import apprise

from tocsin.kit.http import Outbound

UNKNOWN: Final = "Apprise does not know this address."
FAILED: Final = "The service did not take it"
LEAST_URGENT: Final = 19

_PROGRAMS: Final = ("subprocess.", "os.system", "os.exec", "os.posix_spawn", "os.fork", "pty.")
_MACHINE: Final = ("syslog.", "sqlite3.", "os.remove", "os.rename", "os.mkdir", "os.rmdir")
_NETWORK: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})
_WRITING: Final = os.O_WRONLY | os.O_RDWR | os.O_CREAT
_STATUS: Final = re.compile(r"error=(\d{3})\b")


class Guard:
    """Looks at what the process is about to do, and refuses what an address must not bring about.

    Python's own files may be read; an address of no network is one of this machine.
    """

    def __init__(self, outbound: Outbound) -> None:
        self._outbound = outbound
        self._roots = tuple(os.path.realpath(root) for root in (sys.prefix, sys.base_prefix))
        self._roots += tuple(os.path.realpath(path) for path in sys.path if path)

    def __call__(self, event: str, told: tuple[Any, ...]) -> None:
        """Hear of an event of Python's audit. Raises PermissionError."""
        if event in _NETWORK:
            self._check_address(told[1])
        elif event == "open":
            self._check_file(told[0], told[2])
        elif event.startswith(_PROGRAMS):
            raise PermissionError("No program may be started.")
        elif event.startswith(_MACHINE):
            raise PermissionError("This machine is none of the services.")

    def _check_address(self, address: object) -> None:
        host = str(address[0]) if isinstance(address, tuple) else ""
        try:
            ip = str(ipaddress.ip_address(host.partition("%")[0]))
        except ValueError:
            raise PermissionError("Only addresses of networks may be reached.") from None
        if not self._outbound.permits(ip):
            raise PermissionError(f"{ip} may not be reached.")

    def _check_file(self, path: object, flags: int) -> None:
        if isinstance(path, int):
            return
        real = os.path.realpath(os.fsdecode(path)) if isinstance(path, str | bytes | Path) else ""
        if flags & _WRITING or not any(real.startswith(f"{root}{os.sep}") for root in self._roots):
            raise PermissionError("No file may be opened.")


def main() -> None:
    """Tell the address that the first line names."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # which comes when nobody waits for us any more
    os.nice(LEAST_URGENT)  # loading all services takes a second or two of a processor
    asked = json.loads(sys.stdin.readline())
    sys.stdout.write(f"{json.dumps(tell(asked))}\n")


def tell(asked: dict[str, Any]) -> dict[str, Any]:
    """Tell an address, and say what came of it."""
    last = _Last()
    logging.getLogger("apprise").addHandler(last)
    asset = apprise.AppriseAsset(async_mode=False, storage_mode=apprise.PersistentStoreMode.MEMORY)
    apprise.Apprise(asset=asset).add("json://localhost")  # which loads all services there are
    sys.addaudithook(Guard(Outbound(tuple(asked["deny"]), tuple(asked["allow"]))))
    sender = apprise.Apprise(asset=asset)
    if not sender.add(asked["url"]):
        return {"ok": False, "is_unknown": True, "detail": UNKNOWN}
    result = sender.notify(body=asked["body"], title=asked["title"], timeout=asked["seconds"])
    if result:
        return {"ok": True, "detail": "Taken by the service"}
    return {"ok": False, "detail": f"{FAILED}{last.status}."}


class _Last(logging.Handler):
    """Keeps the last status that a service answered; other words may hold secrets."""

    status = ""

    def emit(self, record: logging.LogRecord) -> None:
        found = _STATUS.search(record.getMessage())
        if found:
            self.status = f" (HTTP {found[1]})"


if __name__ == "__main__":
    main()
