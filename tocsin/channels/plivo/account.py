"""An account at Plivo: what an administrator gives, what is asked with it, and who calls us."""

import re
from collections.abc import Mapping
from typing import Any, Final, Self

import httpx
import msgspec

from tocsin.channels.asking import Answer, Undelivered, ask, exchange, refused
from tocsin.channels.checking import checked, name_in
from tocsin.channels.plivo.signature import is_genuine, posted
from tocsin.domain.reaching.channel import Checked, Delivery
from tocsin.domain.reaching.contact_kind import Field
from tocsin.domain.reaching.hearing import Callback, Forged
from tocsin.kit.text import one_line

API: Final = "https://api.plivo.com"
MOST_TOLD: Final = 200  # characters of what Plivo says
# Words of a refusal that say what it is about; where neither is named, another try may do better.
_OF_THE_ADDRESS: Final = re.compile(r"\b(dst|destination|to parameter)\b|['\"`]to\b", re.I)
_OF_THE_ACCOUNT: Final = re.compile(
    r"\b(src|source|from parameter|credit|powerpack\w*|\w+_url)\b|['\"`]from\b", re.I
)

ID: Final = Field(
    name="auth_id",
    label="Auth ID",
    kind="text",
    example="MA000000000000000000",
    help="MA or SA and 18 letters and digits,",
    pattern=r"[MS]A[0-9A-Z]{18}",
)
TOKEN: Final = Field(name="auth_token", label="Auth token", kind="secret", example="")
OTHER_TOKEN: Final = Field(
    name="other_token",
    label="Second token",
    kind="secret",
    example="",
    help="Calls of Plivo may be signed with it as well, while tokens are exchanged.",
    required=False,
)
BASE_URL: Final = Field(
    name="base_url",
    label="API address",
    kind="url",
    example=API,
    help=f"Usually {API}.",
    required=False,
)


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account; ``callback`` is where Plivo may call us."""

    id: str
    token: str
    other_token: str
    base_url: str
    callback: str

    @classmethod
    def of(cls, settings: Mapping[str, str], callback: str) -> Self:
        """Take an account from what an administrator gave."""
        return cls(
            id=settings[ID.name],
            token=settings[TOKEN.name],
            other_token=settings.get(OTHER_TOKEN.name, ""),
            base_url=(settings.get(BASE_URL.name) or API).rstrip("/"),
            callback=callback,
        )

    @property
    def url(self) -> str:
        """Where the account is."""
        return f"{self.base_url}/v1/Account/{self.id}/"

    def signed(self, request: httpx.Request) -> httpx.Request:
        """Return a request with what proves that it is ours."""
        return next(httpx.BasicAuth(self.id, self.token).auth_flow(request))

    async def check(self, http: httpx.AsyncClient) -> Checked:
        """Ask whose account it is."""
        return await checked("Plivo", "the account", self._introduce(http))

    async def _introduce(self, http: httpx.AsyncClient) -> str:
        answer = await exchange(http, self.signed(http.build_request("GET", self.url)))
        if not answer.is_success:
            raise Undelivered(_judged(answer))
        return f"knows the account as {name_in(answer.json, 'name')}"

    def heard(self, callback: Callback) -> dict[str, str]:
        """Return the fields of a call. Raises Forged."""
        if not is_genuine(callback, (self.token, self.other_token)):
            raise Forged("The signature of Plivo, version 3, is missing or wrong.")
        return fields_of(callback)


def settings_with(*own: Field) -> tuple[Field, ...]:
    """Return what a channel needs: the account, and what is its own."""
    return ID, TOKEN, *own, OTHER_TOKEN, BASE_URL


def fields_of(callback: Callback) -> dict[str, str]:
    """Return what a call tells."""
    return dict(posted(callback) if callback.method == "POST" else callback.query)


async def create(
    http: httpx.AsyncClient, account: Account, what: str, fields: Mapping[str, Any]
) -> Delivery:
    """Have a message or a call made, once; ``what`` is the resource."""
    request = http.build_request("POST", f"{account.url}{what}/", json=fields)
    return await ask(http, account.signed(request), _judged)


def _judged(answer: Answer) -> Delivery:
    """Say what an answer means. Plivo has no codes for refusals, only words."""
    said = answer.json
    name = _name(said)
    if answer.is_success and name:
        return Delivery(ok=True, detail=f"Plivo: {said.get('message')}", provider_id=name)
    words = one_line(str(said.get("error", "")), MOST_TOLD)
    if answer.status != 400:
        return refused(answer, words)
    detail = f"Plivo: {words}"
    if _OF_THE_ADDRESS.search(words):
        return Delivery(ok=False, detail=detail)
    is_ours = _OF_THE_ACCOUNT.search(words) is not None
    return Delivery(ok=False, detail=detail, retry=not is_ours, is_our_fault=is_ours)


def _name(said: Mapping[str, Any]) -> str | None:
    """Return how Plivo will call a message or a call."""
    names = said.get("message_uuid")
    name = names[0] if isinstance(names, list) and names else said.get("request_uuid")
    return name if isinstance(name, str) else None
