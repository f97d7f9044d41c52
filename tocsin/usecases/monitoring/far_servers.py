"""The servers at which apps of ours are registered, so that people can sign in there."""

from typing import Final

import msgspec
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.domain.masking import is_mask
from tocsin.domain.monitoring.far_server import FarServer, faults_of_server, tidied
from tocsin.store import settings as store
from tocsin.usecases.errors import NotFound
from tocsin.usecases.house import House
from tocsin.usecases.wishes import refuse

NAME: Final = "far_servers"


async def find(house: House) -> list[FarServer]:
    """List them by their addresses."""
    async with house.database.read() as tx:
        return await _read(tx, house)


async def get(house: House, base_url: str) -> FarServer:
    """Read one. Raises NotFound."""
    for server in await find(house):
        if server.base_url == base_url:
            return server
    raise NotFound("Server", base_url)


async def save(house: House, server: FarServer) -> FarServer:
    """Keep as which app we are known at a server; without a secret, the one before stays."""
    server = tidied(server)
    refuse(faults_of_server(server))
    async with house.database.begin() as tx:
        await store.hold(tx)
        known = {one.base_url: one for one in await _read(tx, house)}
        before = known.get(server.base_url)
        if before and before.client_id == server.client_id and _is_unsaid(server.client_secret):
            server = replace(server, client_secret=before.client_secret)
        await _write(tx, house, known | {server.base_url: server})
    return server


async def remove(house: House, base_url: str) -> None:
    """Forget a server; channels that are signed in there stay so."""
    async with house.database.begin() as tx:
        await store.hold(tx)
        known = {one.base_url: one for one in await _read(tx, house)}
        known.pop(base_url, None)
        await _write(tx, house, known)


def _is_unsaid(secret: str) -> bool:
    return not secret or is_mask(secret)


async def _read(tx: AsyncConnection, house: House) -> list[FarServer]:
    sealed = await store.recall(tx, NAME)
    if sealed is None:
        return []
    text = house.sealer.open(sealed.encode())
    return msgspec.json.decode(text, type=list[FarServer])


async def _write(tx: AsyncConnection, house: House, servers: dict[str, FarServer]) -> None:
    listed = [servers[base_url] for base_url in sorted(servers)]
    sealed = house.sealer.seal(msgspec.json.encode(listed).decode())
    await store.keep(tx, NAME, sealed.decode())
