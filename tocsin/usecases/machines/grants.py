"""Grants: an app asks to act for somebody, is given a code, swaps it for tokens, refreshes them."""

from datetime import datetime
from typing import Any, Final

import msgspec
import structlog
from authlib.common.urls import add_params_to_uri
from authlib.oauth2 import OAuth2Error
from authlib.oauth2.rfc6749 import InvalidClientError
from authlib.oauth2.rfc6749.util import extract_basic_authorization
from authlib.oidc.core.errors import ConsentRequiredError
from sqlalchemy.ext.asyncio import AsyncConnection

from tocsin.auth import keys
from tocsin.auth.oauth_nouns import Request, Sent
from tocsin.auth.oauth_server import Ledger, Named, Reply, Server
from tocsin.auth.principal import Principal
from tocsin.auth.signing import published, signing_key
from tocsin.domain.machines.oauth import App
from tocsin.domain.machines.scope import OPENID
from tocsin.domain.people.user import User
from tocsin.kit.sealing import digest
from tocsin.store.machines import oauth as store
from tocsin.store.people.users import USERS
from tocsin.usecases.errors import Invalid
from tocsin.usecases.house import House

NO_APP: Final = "No app is known here under this client_id: the link that led here is wrong."

log = structlog.get_logger("tocsin.oauth")


class Wanted(msgspec.Struct, frozen=True, kw_only=True):
    """What an app asks somebody for, and where they go on to."""

    app: App
    scopes: tuple[str, ...]
    redirect_uri: str


async def ask(house: House, sent: Sent, user: User | None, now: datetime) -> Wanted | str:
    """Say what an app asks for, or to what address to send the browser with a refusal.

    Raises Invalid, where no address is surely the app's.
    """
    async with house.database.read() as tx:
        app = await store.APPS.get(tx, app_named_in(sent))
    server = _server(house, Named(app=app), now)
    try:
        grant = _consider(server, sent, user)
    except OAuth2Error as no:
        return _turned_away(house, no)
    request = grant.request
    scopes = tuple(request.scope.split())
    return Wanted(app=request.client.app, scopes=scopes, redirect_uri=grant.redirect_uri)


async def answer(house: House, sent: Sent, user: User, now: datetime, *, allow: bool) -> str:
    """Let an app act for somebody, or not; return the address to which the browser goes with it.

    Raises Invalid.
    """
    async with house.database.begin() as tx:
        server = _server(house, Named(app=await _app(tx, sent)), now)
        try:
            grant = _consider(server, sent, user)
        except OAuth2Error as no:
            return _turned_away(house, no)
        reply: Reply = server.create_authorization_response(
            grant.request, grant_user=user if allow else None, grant=grant
        )
        await _write(tx, server.ledger, now)
    log.info("oauth.allowed" if allow else "oauth.denied", app=sent.field("client_id"), by=user.id)
    return _signed(house, reply.headers["Location"])


async def swap(house: House, sent: Sent, now: datetime) -> Reply:
    """Give an app tokens for what it has: a code, a refresh token, or its own secret."""
    async with house.database.begin() as tx:
        named = await _named(tx, sent)
        wants_identity = named.code is not None and OPENID in named.code.scopes
        key = await signing_key(tx, house.sealer) if wants_identity else None
        server = _server(house, named, now, key)
        reply: Reply = server.create_token_response(Request(sent))
        await _write(tx, server.ledger, now)
    return reply


async def give_back(house: House, sent: Sent, now: datetime) -> Reply:
    """Let a token that an app no longer wants, and all that came with it, open nothing."""
    async with house.database.begin() as tx:
        token = await store.hold_token(tx, digest(sent.field("token")))
        server = _server(house, Named(app=await _app(tx, sent), token=token), now)
        reply: Reply = server.create_endpoint_response("revocation", Request(sent))
        await _write(tx, server.ledger, now)
    return reply


async def whose(house: House, header: str, now: datetime) -> Principal | None:
    """Return in whose name a token lets act."""
    async with house.database.begin() as tx:
        return await keys.identify(tx, header, now)


async def public_keys(house: House) -> dict[str, Any]:
    """Return what verifies who we say somebody is."""
    async with house.database.begin() as tx:
        return published(await signing_key(tx, house.sealer))


def app_named_in(sent: Sent) -> str:
    """Return the id of the app that a request is said to come from."""
    headers = {"Authorization": sent.authorization} if sent.authorization else {}
    name, _ = extract_basic_authorization(headers)
    return name or sent.field("client_id")


def _consider(server: Server, sent: Sent, user: User | None) -> Any:
    """Return the grant that is asked for. We always ask people: who must not be asked is refused.

    Raises OAuth2Error.
    """
    grant = server.get_consent_grant(Request(sent), user)
    if "none" in sent.field("prompt").split():
        no = ConsentRequiredError(redirect_uri=grant.redirect_uri)
        no.state = sent.field("state")
        raise no
    return grant


def _turned_away(house: House, no: OAuth2Error) -> str:
    """Return the address to send a refusal to, if it is surely the app's. Raises Invalid."""
    if isinstance(no, InvalidClientError):
        raise Invalid(NO_APP)
    if not no.redirect_uri:
        raise Invalid(no.description or str(no))
    _, _, headers = no()
    return _signed(house, dict(headers)["Location"])


def _signed(house: House, address: str) -> str:
    """Say who answers, so that an app with several servers confuses none with another."""
    signed: str = add_params_to_uri(address, [("iss", house.settings.public_url)])
    return signed


def _server(house: House, named: Named, now: datetime, key: Any = None) -> Server:
    return Server(named, issuer=house.settings.public_url, now=now, key=key)


async def _app(tx: AsyncConnection, sent: Sent) -> App | None:
    """Read the app that a request names, and let nobody delete it meanwhile."""
    app_id = app_named_in(sent)
    return (await store.APPS.get_many(tx, [app_id], keep=True)).get(app_id)


async def _named(tx: AsyncConnection, sent: Sent) -> Named:
    """Read all that a request for tokens names, and hold it."""
    app, code, token = await _app(tx, sent), None, None
    if sent.field("code"):
        code = await store.hold_code(tx, digest(sent.field("code")))
    elif sent.field("refresh_token"):
        hash_ = digest(sent.field("refresh_token"))
        token = await store.hold_token(tx, hash_, refresh_only=True)
    given = code or token
    user = await USERS.get(tx, given.user_id) if given and given.user_id else None
    return Named(app=app, code=code, token=token, user=user)


async def _write(tx: AsyncConnection, ledger: Ledger, now: datetime) -> None:
    """Write what was decided."""
    for code in ledger.codes:
        await store.CODES.insert(tx, code)
    for token in ledger.tokens:
        await store.TOKENS.insert(tx, token)
    for used in ledger.used:
        await store.CODES.update(tx, used)
    for refreshed in ledger.refreshed:
        await store.TOKENS.update(tx, refreshed)
    for family_id in ledger.revoked:
        await store.revoke_family(tx, family_id, now)
        log.warning("oauth.revoked", family=family_id)
