"""The draft of a notification channel: what its form holds, and what it makes of that."""

import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Final

from tocsin.domain.monitoring.channel_config import (
    EU,
    METHODS,
    US,
    ApiAction,
    ApiRequest,
    Config,
    Email,
    PagerDuty,
    Slack,
    Webhook,
)
from tocsin.domain.monitoring.instructions import Instructions, read_instructions
from tocsin.domain.monitoring.notification_channel import ChannelKind, SignalAction
from tocsin.usecases.errors import Invalid

Draft = Mapping[str, str]

ACTIONS: Final[tuple[SignalAction, ...]] = ("trigger", "acknowledge", "resolve")
ELSEWHERE: Final = "elsewhere"
NO_INSTRUCTIONS: Final = (
    "Instructions must have headings such as “# URL:”, each with what belongs to it beneath."
)

# What a guide frames as code ends there; after it, the guide talks on.
_END: Final = re.compile(r"^[ \t]*(?:\{%.*%\}|```)[ \t]*$", re.MULTILINE)
_EACH: Final = re.compile(r"^(?=[ \t]*#+[ \t]*method\b)", re.IGNORECASE | re.MULTILINE)


def blank(here: str) -> Draft:
    """Begin with what is usual: services of this server, ``here``."""
    return {"region": here, "dialect": "v2"} | {f"{action}-method": "POST" for action in ACTIONS}


def regions(here: str) -> Sequence[tuple[str, str]]:
    """List where a service that takes PagerDuty's events can be."""
    return ((here, "This server"), (US, "PagerDuty"), (EU, "PagerDuty in the EU"))


def draft_of(config: Config, here: str) -> Draft:
    """Begin with settings as people may see them; ``here`` is the address of this server."""
    match config:
        case PagerDuty():
            known = {US, EU, here}
            region = config.base_url if config.base_url in known else ELSEWHERE
            url = "" if region != ELSEWHERE else config.base_url
            key = config.integration_key
            return {"key": key, "dialect": config.dialect, "region": region, "base_url": url}
        case ApiAction():
            parsed = {"parse": config.parse_response}
            asked = ((action, config.request(action)) for action in ACTIONS)
            return parsed | _requests_shown({a: r or ApiRequest(url="") for a, r in asked})
        case Email():
            return {"addresses": "\n".join(config.addresses)}
        case Slack():
            return {"url": config.url}
        case Webhook():
            return {"url": config.url, "secret": config.secret, "headers": config.headers}


def config_of(kind: ChannelKind, draft: Draft) -> Config:
    """Return the settings that a form asks for."""
    match kind:
        case "pagerduty":
            return PagerDuty(
                integration_key=_line(draft, "key"),
                dialect="v1" if draft.get("dialect") == "v1" else "v2",
                base_url=_base_url(draft),
            )
        case "api":
            return ApiAction(
                trigger=_request(draft, "trigger") or ApiRequest(url=""),
                acknowledge=_request(draft, "acknowledge"),
                resolve=_request(draft, "resolve"),
                parse_response=_line(draft, "parse"),
            )
        case "email":
            words = re.split(r"[\s,;]+", draft.get("addresses", ""))
            return Email(addresses=tuple(filter(None, words)))
        case "slack":
            return Slack(url=_line(draft, "url"))
        case "webhook":
            headers = _lines(draft, "headers")
            return Webhook(url=_line(draft, "url"), secret=_line(draft, "secret"), headers=headers)


def paste(draft: Draft, action: str) -> Draft:
    """Fill in what was pasted at an action; further requests fill the next ones. Raises Invalid."""
    if action not in ACTIONS:
        return draft
    begin = ACTIONS.index(action)
    read = list(_instructions(draft.get(f"paste-{action}", "")))
    if not read:
        raise Invalid(NO_INSTRUCTIONS)
    filled = dict(zip(ACTIONS[begin:], (one.request for one in read), strict=False))
    parsed = {"parse": read[0].parse_response} if action == ACTIONS[0] else {}
    return dict(draft) | parsed | _requests_shown(filled) | {f"paste-{action}": ""}


def _instructions(text: str) -> Iterator[Instructions]:
    for part in _EACH.split(text.replace("\r\n", "\n")):
        yield from islice(filter(None, map(read_instructions, _END.split(part))), 1)


def _requests_shown(requests: Mapping[SignalAction, ApiRequest]) -> dict[str, str]:
    return {
        f"{action}-{name}": getattr(request, name)
        for action, request in requests.items()
        for name in ("method", "url", "headers", "body")
    }


def _request(draft: Draft, action: SignalAction) -> ApiRequest | None:
    """Read a request; one without an address is none."""
    url, method = _line(draft, f"{action}-url"), draft.get(f"{action}-method", "")
    if not url:
        return None
    return ApiRequest(
        method=method if method in METHODS else "POST",
        url=url,
        headers=_lines(draft, f"{action}-headers"),
        body=_lines(draft, f"{action}-body"),
    )


def _base_url(draft: Draft) -> str:
    region = draft.get("region", US)
    return _line(draft, "base_url") if region == ELSEWHERE else region


def _line(draft: Draft, name: str) -> str:
    return draft.get(name, "").strip()


def _lines(draft: Draft, name: str) -> str:
    return draft.get(name, "").replace("\r\n", "\n").strip()
