"""Facing a server: what goes wrong on the way to it becomes a fault that people understand."""

import errno
import os
import re
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import httpx

from tocsin.kit.http import ForbiddenAddress, UnknownHost, tls_fault
from tocsin.kit.text import one_line
from tocsin.probes import certificates
from tocsin.probes.certificates import Shake
from tocsin.probes.look import Fault, Look

_LONGEST: Final = 200
_BROKEN_OFF: Final = re.compile("disconnected|closed connection")
_NO_WAY: Final = {errno.ENETUNREACH, errno.EHOSTUNREACH, errno.ENETDOWN, errno.EHOSTDOWN}
_CUT: Final = (
    httpx.RemoteProtocolError,
    httpx.ReadError,
    httpx.WriteError,
    ConnectionError,
    EOFError,
)


@asynccontextmanager
async def facing(
    host: str, port: int, look: Look, *, shake: Shake | None = None
) -> AsyncIterator[None]:
    """Let faults of the network and of TLS be told as those of this server."""
    try:
        yield
    except (OSError, EOFError, httpx.RequestError) as error:
        refused = tls_fault(error)
        if refused is None:
            raise _fault_of(error, host, port) from error
        again = shake or _shake_hands(host, port, look)
        raise await certificates.fault_of(refused, host, look=look, shake=again) from error


def _shake_hands(host: str, port: int, look: Look) -> Shake:
    async def shake(context: ssl.SSLContext) -> ssl.SSLObject:
        _, writer = await look.tools.outbound.connect(host, port)
        try:
            await writer.start_tls(context, server_hostname=host)
            found: ssl.SSLObject = writer.get_extra_info("ssl_object")
            return found
        finally:
            writer.close()

    return shake


def _fault_of(error: Exception, host: str, port: int) -> Fault:
    if isinstance(error, ForbiddenAddress):
        return Fault("refused", one_line(str(error), _LONGEST))
    if isinstance(error, UnknownHost):
        return Fault("dns", f"The name {host} is not known")
    cause = _cause(error)
    if isinstance(error, httpx.ConnectTimeout | TimeoutError) or isinstance(cause, TimeoutError):
        return Fault("timeout", f"{host} does not answer at port {port}")
    if isinstance(cause, ConnectionRefusedError):
        return Fault("connection", f"{host} refuses connections at port {port}")
    if cause is not None and cause.errno in _NO_WAY:
        return Fault("connection", f"There is no way to {host}: {os.strerror(cause.errno)}")
    told = one_line(str(error) or type(error).__name__, _LONGEST)
    if isinstance(error, httpx.RemoteProtocolError) and not _BROKEN_OFF.search(told):
        return Fault("connection", f"{host} speaks no proper HTTP: {told}")
    if isinstance(error, _CUT):
        return Fault("connection", f"{host} broke off the connection")
    return Fault("connection", f"The talk with {host} failed: {told}")


def _cause(error: BaseException) -> OSError | None:
    """Return what the system said in the first place."""
    cause: BaseException | None = error
    while cause is not None and not (isinstance(cause, OSError) and cause.errno):
        cause = cause.__cause__ or cause.__context__
    return cause
