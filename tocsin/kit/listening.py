"""Sockets to listen on, taken before there is anybody to answer."""

import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from typing import Any


class AddressError(Exception):
    """An address cannot be listened on; the sentence says why."""


@contextmanager
def bound(host: str, port: int) -> Iterator[list[socket.socket]]:
    """Take the port at all addresses that ``host`` stands for; connections are refused as yet."""
    with ExitStack() as stack:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            sockets = [
                stack.enter_context(_bind(family, address))
                for family, address in dict.fromkeys((one[0], one[4]) for one in found)
            ]
        except OSError as error:
            sentence = f"{host}:{port} cannot be listened on: {error.strerror}."
            raise AddressError(sentence) from error
        yield sockets


def _bind(family: int, address: tuple[Any, ...]) -> socket.socket:
    # Named by its protocol, or asyncio would let answers wait for more to send along with them.
    taken = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        taken.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:  # IPv4 has a socket of its own, if it is wanted
            taken.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        taken.bind(address)
    except OSError:
        taken.close()
        raise
    return taken
