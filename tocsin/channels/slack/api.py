"""Slack's web API: one call, and what it means when Slack refuses it."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

import httpx
import msgspec

from tocsin.channels.asking import Undelivered
from tocsin.domain.reaching.channel import Delivery
from tocsin.kit.http import ForbiddenAddress
from tocsin.kit.retry_after import may_succeed_later, seconds_of
from tocsin.kit.text import one_line

TIMEOUT: Final = 10.0  # seconds for each call, however slowly the answer drips
PATIENCE: Final = 30  # seconds, where Slack wants to be left alone and does not say for how long
MOST_READ: Final = 1024 * 1024
MOST_TOLD: Final = 200

# Nothing helps but another address, or other words.
_FOR_GOOD: Final = frozenset({
    "cannot_dm_bot", "channel_not_found", "invalid_arguments", "invalid_blocks", "invalid_users",
    "is_archived", "msg_too_long", "no_such_subteam", "no_text", "not_in_channel",
    "restricted_action", "subteam_not_found", "user_disabled", "user_is_bot",
    "user_is_restricted", "user_not_found", "user_not_visible", "users_not_found",
})  # fmt: skip
# An administrator must put it right at Slack, whoever is addressed.
_OURS: Final = frozenset({
    "access_denied", "account_inactive", "invalid_auth", "missing_scope", "no_permission",
    "not_allowed_token_type", "not_authed", "org_login_required", "paid_teams_only",
    "permission_denied", "plan_upgrade_required", "team_access_not_granted", "token_expired",
    "token_revoked",
})  # fmt: skip
_TOO_MUCH: Final = frozenset({"message_limit_exceeded", "rate_limited", "ratelimited"})
_HINTS: Final[Mapping[str, str]] = {
    "channel_not_found": "the app does not see it",
    "invalid_auth": "the bot token is wrong",
    "not_in_channel": "invite the app to the channel",
    "token_revoked": "install the app again and enter its new token",
    "users_not_found": "nobody there has this e-mail address",
}


class Refused(Undelivered):
    """Slack did not do it: ``error`` is its word for that, ``delivery`` what follows from it."""

    def __init__(self, delivery: Delivery, error: str = "") -> None:
        super().__init__(delivery)
        self.error = error


class SlackApi:
    """Calls methods of one workspace with the app's token."""

    def __init__(self, http: httpx.AsyncClient, base_url: str, token: str) -> None:
        self._http = http
        self._base_url = base_url.rstrip("/")
        self._token = token

    async def call(
        self, method: str, arguments: Mapping[str, Any], *, token: str = ""
    ) -> dict[str, Any]:
        """Call a method once, and return what Slack answers. Raises Refused."""
        form = {name: _written(value) for name, value in arguments.items()}
        headers = {"Authorization": f"Bearer {token or self._token}"}
        url = f"{self._base_url}/{method}"
        status, wait, body = await self._post(url, data=form, headers=headers)
        return _judged(status, wait, body)

    async def introduce(self) -> str:
        """Ask who we are there. Raises Refused."""
        said = await self.call("auth.test", {})
        return f"knows the app as {told_in(said, 'user')} in {told_in(said, 'team')}"

    async def respond(self, url: str, words: Mapping[str, Any]) -> None:
        """Answer at an address that Slack gave for it. Raises Refused."""
        headers = {"Content-Type": "application/json"}
        status, _, _ = await self._post(url, content=msgspec.json.encode(words), headers=headers)
        if status >= 300:
            raise Refused(Delivery(ok=False, detail=f"Slack: HTTP {status}"))

    async def _post(self, url: str, **sent: Any) -> tuple[int, int, bytes]:
        try:
            async with (
                asyncio.timeout(TIMEOUT),
                self._http.stream("POST", url, **sent) as response,
            ):
                body = b""
                async for chunk in response.aiter_bytes():
                    body += chunk
                    if len(body) > MOST_READ:
                        break
                wait = seconds_of(response.headers.get("Retry-After", ""))
                return response.status_code, wait, body
        except (ForbiddenAddress, httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
            raise Refused(Delivery(ok=False, detail=str(error), is_our_fault=True)) from error
        except (TimeoutError, httpx.TimeoutException) as error:
            raise _later(f"No answer within {TIMEOUT:g} seconds.") from error
        except httpx.RequestError as error:
            raise _later(str(error) or type(error).__name__) from error


def told_in(said: Mapping[str, Any], *path: str) -> str:
    """Return a text that an answer must hold. Raises Refused."""
    found: Any = said
    for name in path:
        found = found.get(name) if isinstance(found, dict) else None
    if not isinstance(found, str):
        raise _later(f"Slack: the answer lacks {'.'.join(path)}")
    return found


def _written(value: Any) -> str:
    return value if isinstance(value, str) else msgspec.json.encode(value).decode()


def _judged(status: int, wait: int, body: bytes) -> dict[str, Any]:
    if status == 429:
        raise _later("Slack: too many requests", wait or PATIENCE)
    if status != 200:
        raise Refused(
            Delivery(
                ok=False,
                detail=f"Slack: HTTP {status}",
                retry=may_succeed_later(status),
                wait_seconds=wait,
                is_our_fault=not may_succeed_later(status),
            )
        )
    try:
        said = msgspec.json.decode(body, type=dict[str, Any])
    except msgspec.MsgspecError as error:
        raise _later("Slack: the answer is no JSON object") from error
    if said.get("ok") is not True:
        raise _refusal(said, wait)
    return said


def _refusal(said: Mapping[str, Any], wait: int) -> Refused:
    error = one_line(str(said.get("error", "no reason given")), MOST_TOLD)
    needed = one_line(str(said.get("needed", "")), MOST_TOLD)
    hint = f"the app needs {needed}" if needed else _HINTS.get(error, "")
    detail = f"Slack: {error}, {hint}" if hint else f"Slack: {error}"
    if error in _TOO_MUCH:
        return _later(detail, wait or PATIENCE, error)
    is_ours = error in _OURS
    is_over = error in _FOR_GOOD or is_ours
    return Refused(
        Delivery(ok=False, detail=detail, retry=not is_over, is_our_fault=is_ours), error
    )


def _later(detail: str, wait: int = 0, error: str = "") -> Refused:
    return Refused(Delivery(ok=False, detail=detail, retry=True, wait_seconds=wait), error)
