"""Apps for tests: registered, let in by somebody, and asking for tokens."""

from typing import Any, Final
from urllib.parse import parse_qs, urlsplit

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge

from tocsin.auth.oauth_nouns import Sent
from tocsin.auth.principal import Principal
from tocsin.domain.machines.oauth import App
from tocsin.domain.people.user import User
from tocsin.usecases.house import House
from tocsin.usecases.machines import apps, grants
from tocsin.usecases.machines.apps import Wish

BACK: Final = "https://app.example.org/back"
VERIFIER: Final = "a-verifier-that-is-as-long-as-the-standard-wants-it"
SCOPES: Final = ("openid", "incidents.read", "incidents.write", "services.read")
ADMIN: Final = Principal(key_id="")


class Program:
    """An app as it is registered, with its secret if it can keep one."""

    def __init__(self, house: House, app: App, secret: str | None, http: httpx.AsyncClient) -> None:
        self.house = house
        self.app = app
        self.secret = secret
        self.http = http

    async def code_from(self, user: User, **asked: str) -> str:
        """Let somebody allow what the app asks for, and return the code."""
        sent = self.question(**asked)
        where = await grants.answer(self.house, sent, user, self.house.clock(), allow=True)
        return read(where)["code"]

    def question(self, **asked: str) -> Sent:
        """Ask as a browser brings it, with a challenge."""
        fields = {
            "response_type": "code",
            "client_id": self.app.id,
            "redirect_uri": BACK,
            "code_challenge": create_s256_code_challenge(VERIFIER),
            "code_challenge_method": "S256",
        } | asked
        return Sent(method="GET", fields=[(name, text) for name, text in fields.items() if text])

    async def swap(self, code: str, **given: str) -> httpx.Response:
        """Swap a code for tokens."""
        grant = {"grant_type": "authorization_code", "code": code, "redirect_uri": BACK}
        return await self.post("/oauth/token", **(grant | {"code_verifier": VERIFIER} | given))

    async def refresh(self, token: str, **given: str) -> httpx.Response:
        """Swap a refresh token for a new pair."""
        grant = {"grant_type": "refresh_token", "refresh_token": token}
        return await self.post("/oauth/token", **(grant | given))

    async def as_itself(self, **given: str) -> httpx.Response:
        """Ask for a token in nobody's name."""
        return await self.post("/oauth/token", grant_type="client_credentials", **given)

    async def post(self, path: str, **fields: str) -> httpx.Response:
        """Send a form with the app's id and secret in it. What is empty is left out."""
        own = {"client_id": self.app.id, "client_secret": self.secret or ""}
        filled = {name: text for name, text in (own | fields).items() if text}
        return await self.http.post(path, data=filled)

    async def tokens_from(self, user: User, **asked: str) -> dict[str, Any]:
        """Go the whole way."""
        answer = await self.swap(await self.code_from(user, **asked))
        assert answer.status_code == 200, answer.text
        tokens: dict[str, Any] = answer.json()
        return tokens


async def register(house: House, http: httpx.AsyncClient, **wished: Any) -> Program:
    """Register an app."""
    usual = {"name": "Dashboard", "redirect_uris": (BACK,), "scopes": SCOPES}
    app, secret = await apps.create(house, Wish(**(usual | wished)), ADMIN, house.clock())
    return Program(house, app, secret, http)


def read(address: str) -> dict[str, str]:
    """Return what an address brings along."""
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}


async def call(
    http: httpx.AsyncClient, token: str, method: str = "GET", path: str = "/incidents"
) -> httpx.Response:
    return await http.request(method, path, headers={"authorization": f"Bearer {token}"})


def refused(answer: httpx.Response) -> tuple[int, str, str]:
    """Return how a request for tokens was refused."""
    body = answer.json()
    return answer.status_code, body["error"], body["error_description"]
