"""A topic of Amazon SNS: what it tells is checked, and our subscription to it confirmed."""

import asyncio
import re
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any, Final

import httpx
import msgspec
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from tocsin.channels.asking import Undelivered, exchange
from tocsin.domain.reaching.hearing import Callback, Forged
from tocsin.kit.foreign_json import NotJsonError, decode
from tocsin.kit.instants import read_instant
from tocsin.kit.sns_signature import is_signed_by, read_key

ARN: Final = re.compile(
    r"arn:(?P<partition>aws|aws-cn|aws-us-gov):sns:(?P<region>[a-z0-9-]+):[0-9]{12}:[A-Za-z0-9_-]+"
)
CONFIRMATION: Final = "SubscriptionConfirmation"
FRESH: Final = timedelta(hours=1)  # for which SNS tries again to tell something
MOST_KEYS: Final = 8  # AWS changes its certificate about once a year

_OBJECT: Final = msgspec.json.Decoder(dict[str, Any])


class Topic:
    """Believes what SNS signed for this topic, and nobody else."""

    def __init__(self, http: httpx.AsyncClient, arn: str) -> None:
        self._http = http
        self._arn = arn
        self._host = _host_of(arn)
        self._keys: dict[str, RSAPublicKey] = {}
        self._fetching = asyncio.Lock()

    async def fetch(self, callback: Callback) -> None:
        """Fetch the key that a note is said to be signed with, if SNS publishes it."""
        note = _read(callback)
        url = str(note.get("SigningCertURL"))
        if note.get("TopicArn") != self._arn or not self._publishes(url):
            return
        async with self._fetching:
            if url not in self._keys and (key := await self._ask(url)):
                self._keys[url] = key
                for old in list(self._keys)[:-MOST_KEYS]:
                    del self._keys[old]

    def open(self, callback: Callback, now: datetime) -> Mapping[str, Any]:
        """Return a note, once it is sure that SNS has written it for us lately. Raises Forged."""
        note = _read(callback)
        if note.get("TopicArn") != self._arn:
            raise Forged("This is no note of the topic of Amazon SNS that was set up.")
        key = self._keys.get(str(note.get("SigningCertURL")))
        if key is None:
            raise Forged("There is no certificate of Amazon SNS at the note's SigningCertURL.")
        if not is_signed_by(key, note):
            raise Forged("The signature of Amazon SNS is missing or wrong.")
        if not _is_fresh(note, now):
            raise Forged("The note of Amazon SNS is too old.")
        return note

    async def confirm(self, callback: Callback) -> None:
        """Confirm the subscription that a note of ours asks to be confirmed."""
        note = _read(callback)
        url = str(note.get("SubscribeURL"))
        begins = f"https://{self._host}/?Action=ConfirmSubscription&"
        if note.get("Type") != CONFIRMATION or not (self._host and url.startswith(begins)):
            return
        with suppress(Undelivered):
            await exchange(self._http, self._http.build_request("GET", url))

    def _publishes(self, url: str) -> bool:
        shape = rf"https://{re.escape(self._host)}/[A-Za-z0-9_-]{{1,100}}\.pem"
        return bool(self._host) and re.fullmatch(shape, url) is not None

    async def _ask(self, url: str) -> RSAPublicKey | None:
        try:
            answer = await exchange(self._http, self._http.build_request("GET", url))
        except Undelivered:
            return None
        return read_key(answer.body) if answer.is_success else None


def _host_of(arn: str) -> str:
    """Return the one host at which SNS publishes what belongs to a topic."""
    parts = ARN.fullmatch(arn)
    if parts is None:
        return ""
    ending = "amazonaws.com.cn" if parts["partition"] == "aws-cn" else "amazonaws.com"
    return f"sns.{parts['region']}.{ending}"


def _read(callback: Callback) -> dict[str, Any]:
    """Read a note; what is none has nothing that could be checked."""
    try:
        return decode(callback.body, _OBJECT)
    except NotJsonError:
        return {}


def _is_fresh(note: Mapping[str, Any], now: datetime) -> bool:
    try:
        at = read_instant(str(note.get("Timestamp")))
    except ValueError:
        return False
    return abs(now - at) <= FRESH
