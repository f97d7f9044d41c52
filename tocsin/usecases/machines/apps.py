"""Apps: registered by administrators, let in by people, and shown out again."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Final

import msgspec
import structlog
from msgspec import UNSET, UnsetType
from msgspec.structs import replace
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.auth.principal import Principal
from tocsin.auth.tokens import make
from tocsin.domain.faults import faults_of_length, faults_of_line
from tocsin.domain.intake.vendor import VENDORS
from tocsin.domain.machines.oauth import App, faults_of_redirect
from tocsin.domain.machines.scope import LEGACY, OPENID
from tocsin.kit.ids import new_id
from tocsin.kit.sealing import digest
from tocsin.store.machines import oauth as store
from tocsin.usecases.errors import Arguments, NotFound
from tocsin.usecases.house import House
from tocsin.usecases.wishes import grant, refuse

LONGEST_NAME: Final = 100
LONGEST_DESCRIPTION: Final = 500
MOST_REDIRECTS: Final = 20

# On the connect page an app is handed a key, which senders of mail have no use for.
CONNECTABLE: Final = {one.id: one.name for one in VENDORS if one.generic_service_type == "api"}

NOTHING_TO_RENEW: Final = "A public app has no secret."

log = structlog.get_logger("tocsin.oauth")


class Wish(msgspec.Struct, frozen=True, kw_only=True):
    """What an app shall be; UNSET leaves it as it is. Whether it is public is for life."""

    name: str | UnsetType = UNSET
    description: str | UnsetType = UNSET
    public: bool | UnsetType = UNSET
    redirect_uris: tuple[str, ...] | UnsetType = UNSET
    scopes: tuple[str, ...] | UnsetType = UNSET
    vendor_id: str | UnsetType | None = UNSET


class Acting(msgspec.Struct, frozen=True, kw_only=True):
    """An app that acts for somebody: since when, within what scopes, and when it last did."""

    app: App
    scopes: Sequence[str]
    since: datetime
    last_used_at: datetime | None


async def find(house: House) -> list[App]:
    """List all apps by name."""
    async with house.database.read() as tx:
        return await store.find_apps(tx)


async def get(house: House, app_id: str) -> App:
    """Read one app. Raises NotFound."""
    async with house.database.read() as tx:
        return await _get(tx, app_id)


async def create(house: House, wish: Wish, by: Principal, now: datetime) -> tuple[App, str | None]:
    """Register an app; return it with its secret, this once, if it can keep one."""
    user_id = by.user.id if by.user else None
    blank = App(id=new_id(), name="", created_by=user_id, created_at=now)
    app = grant(wish, blank)
    refuse(_faults(house, app))
    secret = None if app.public else make("secret")
    app = replace(app, secret_hash=digest(secret) if secret else None)
    async with house.database.begin() as tx:
        await store.APPS.insert(tx, app)
    log.info("app.registered", id=app.id, by=user_id)
    return app, secret


async def change(house: House, app_id: str, wish: Wish) -> App:
    """Change an app. Scopes that it loses are lost at once, also for what it holds."""
    async with house.database.begin() as tx:
        before = await _get(tx, app_id, hold=True)
        app = replace(grant(wish, before), public=before.public)
        refuse(_faults(house, app))
        await store.APPS.update(tx, app)
    return app


async def renew_secret(house: House, app_id: str) -> tuple[App, str]:
    """Give an app another secret, and return it this once; the one before proves nothing now."""
    secret = make("secret")
    async with house.database.begin() as tx:
        before = await _get(tx, app_id, hold=True)
        if before.public:
            raise Arguments(NOTHING_TO_RENEW)
        app = await store.APPS.update(tx, replace(before, secret_hash=digest(secret)))
    log.info("app.secret_renewed", id=app_id)
    return app, secret


async def revoke_all(house: House, app_id: str, now: datetime) -> App:
    """Take back all that an app holds, of everybody; people may let it in again."""
    async with house.database.begin() as tx:
        app = await _get(tx, app_id)
        await store.withdraw(tx, app_id, now)
    log.info("app.revoked", id=app_id)
    return app


async def remove(house: House, app_id: str) -> App:
    """Delete an app, and all that it holds. Its integrations stay."""
    async with house.database.begin() as tx:
        app = await _get(tx, app_id, hold=True)
        await store.APPS.delete(tx, app_id)
    log.info("app.removed", id=app_id)
    return app


async def find_acting(house: House, user_id: str, now: datetime) -> list[Acting]:
    """List the apps that act for somebody, by name."""
    async with house.database.read() as tx:
        tokens = await store.find_acting(tx, user_id, now)
        apps = await store.APPS.get_many(tx, (token.client_id for token in tokens))
    acting = []
    for app in sorted(apps.values(), key=lambda app: app.name.lower()):
        held = [token for token in tokens if token.client_id == app.id]
        used = [token.last_used_at for token in held if token.last_used_at]
        scopes = dict.fromkeys(scope for token in held for scope in token.granted)
        since = min(token.created_at for token in held)
        acting.append(
            Acting(app=app, scopes=tuple(scopes), since=since, last_used_at=max(used, default=None))
        )
    return acting


async def withdraw(house: House, user_id: str, app_id: str, now: datetime) -> App:
    """Let an app act for somebody no longer."""
    async with house.database.begin() as tx:
        app = await _get(tx, app_id)
        await store.withdraw(tx, app_id, now, user_id=user_id)
    log.info("app.withdrawn", id=app_id, by=user_id)
    return app


def scopes_offered(house: House) -> tuple[str, ...]:
    """List the scopes that an app can be allowed to ask for."""
    return (OPENID, *LEGACY, *sorted(house.scopes))


async def _get(tx: AsyncConnection, app_id: str, *, hold: bool = False) -> App:
    app = await store.APPS.get(tx, app_id, hold=hold)
    if app is None:
        raise NotFound("App", app_id)
    return app


def _faults(house: House, app: App) -> Iterator[str]:
    yield from faults_of_line("Name", app.name, LONGEST_NAME)
    yield from faults_of_length("Description", app.description, LONGEST_DESCRIPTION)
    if len(app.redirect_uris) > MOST_REDIRECTS:
        yield f"Redirect addresses must be at most {MOST_REDIRECTS}."
    for address in app.redirect_uris:
        yield from faults_of_redirect(address)
    if app.public and not app.redirect_uris:
        yield "Redirect addresses cannot be blank for a public app."
    for scope in sorted(set(app.scopes) - set(scopes_offered(house))):
        yield f"Scope {scope} is not known."
    if app.vendor_id and app.vendor_id not in CONNECTABLE:
        yield f"Vendor {app.vendor_id} was not found among those that send requests."
