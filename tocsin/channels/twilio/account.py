"""An account at Twilio: what an administrator gives, what is asked with it, and who calls us."""

from collections.abc import Mapping, Sequence
from typing import Final, Self
from urllib.parse import urlencode

import httpx
import msgspec

from tocsin.channels.asking import Undelivered, ask, exchange
from tocsin.channels.checking import checked, name_in
from tocsin.channels.twilio.faults import judged
from tocsin.channels.twilio.signature import is_genuine, posted
from tocsin.domain.reaching.channel import Checked, Delivery
from tocsin.domain.reaching.contact_kind import Field
from tocsin.domain.reaching.hearing import Callback, Forged, Unheard

API: Final = "https://api.twilio.com"
_VERSION: Final = "2010-04-01"

SID: Final = Field(
    name="account_sid",
    label="Account SID",
    kind="text",
    example="AC00000000000000000000000000000000",
    help="AC and 32 hexadecimal digits",
    pattern=r"AC[0-9a-fA-F]{32}",
)
TOKEN: Final = Field(name="auth_token", label="Auth token", kind="secret", example="")
OTHER_TOKEN: Final = Field(
    name="other_token",
    label="Second token",
    kind="secret",
    example="",
    help="A secret that calls of Twilio may be signed with as well: the secondary token while"
    " tokens are exchanged, or a shared key.",
    required=False,
)
BASE_URL: Final = Field(
    name="base_url",
    label="API address",
    kind="url",
    example=API,
    help=f"{API}, or the address of another region.",
    required=False,
)


class Account(msgspec.Struct, frozen=True, kw_only=True):
    """An account; ``callback`` is where Twilio may call us."""

    sid: str
    token: str
    other_token: str
    base_url: str
    callback: str

    @classmethod
    def of(cls, settings: Mapping[str, str], callback: str) -> Self:
        """Take an account from what an administrator gave."""
        return cls(
            sid=settings[SID.name],
            token=settings[TOKEN.name],
            other_token=settings.get(OTHER_TOKEN.name, ""),
            base_url=(settings.get(BASE_URL.name) or API).rstrip("/"),
            callback=callback,
        )

    @property
    def url(self) -> str:
        """Where the account is."""
        return f"{self.base_url}/{_VERSION}/Accounts/{self.sid}"

    def resource(self, what: str) -> str:
        """Return where something of the account is."""
        return f"{self.url}/{what}"

    def signed(self, request: httpx.Request) -> httpx.Request:
        """Return a request with what proves that it is ours."""
        return next(httpx.BasicAuth(self.sid, self.token).auth_flow(request))

    async def check(self, http: httpx.AsyncClient) -> Checked:
        """Ask whose account it is, and whether it may be used."""
        return await checked("Twilio", "the account", self._introduce(http))

    async def _introduce(self, http: httpx.AsyncClient) -> str:
        request = http.build_request("GET", f"{self.url}.json")
        answer = await exchange(http, self.signed(request))
        if not answer.is_success:
            raise Undelivered(judged(answer))
        name, status = (name_in(answer.json, field) for field in ("friendly_name", "status"))
        if status != "active":
            raise Undelivered(Delivery(ok=False, detail=f"it is {status}"))
        return f"knows the account as {name}"

    def heard(self, callback: Callback) -> dict[str, str]:
        """Return the fields of a call. Raises Forged and Unheard."""
        if not is_genuine(callback, (self.token, self.other_token)):
            raise Forged("The signature of Twilio is missing or wrong.")
        fields = fields_of(callback)
        if fields.get("AccountSid", self.sid) != self.sid:
            raise Unheard("The call is about another account.")
        return fields


def settings_with(*own: Field) -> tuple[Field, ...]:
    """Return what a channel needs: the account, and what is its own."""
    return SID, TOKEN, *own, OTHER_TOKEN, BASE_URL


def fields_of(callback: Callback) -> dict[str, str]:
    """Return what a call tells."""
    return dict(posted(callback) if callback.method == "POST" else callback.query)


async def create(
    http: httpx.AsyncClient, account: Account, what: str, fields: Sequence[tuple[str, str]]
) -> Delivery:
    """Have a message or a call made, once; ``what`` is the resource."""
    request = http.build_request(
        "POST",
        account.resource(f"{what}.json"),
        content=urlencode(fields),
        headers={"Content-Type": "application/x-www-form-urlencoded"},
    )
    return await ask(http, account.signed(request), judged)
