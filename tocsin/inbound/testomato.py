"""Testomato: what it sends to incoming webhooks of Slack; a fire burns until there is coffee."""

import re
from typing import Any, Final
from urllib.parse import parse_qs

from tocsin.domain.intake.event import Action, Event, Severity
from tocsin.domain.intake.event_making import links, make
from tocsin.inbound.gleaning import needed, read_object
from tocsin.inbound.reading import Request, Unrecognized

VENDOR: Final = "PTESTOM"

_FORM: Final = b"payload="
_EMOJI: Final = re.compile(r":[a-z0-9_+-]+:")
_LINK: Final = re.compile(r"<(https?://[^|<>\s]+)(?:\|([^<>]*))?>")  # no label holds another link
_ESCAPED: Final = (("&lt;", "<"), ("&gt;", ">"), ("&amp;", "&"))
_FIRE: Final = ":fire:"
_COFFEE: Final = ":coffee:"


def hear(request: Request) -> tuple[Event, ...]:
    """Return what became of a project. It tells only changes, so a project is one alert."""
    told = needed(_read(request.body), "text")
    action: Action = "resolve" if _COFFEE in told else "trigger"
    severity: Severity = "error" if _FIRE in told else "warning"
    found = _LINK.search(told)
    href = found[1] if found else ""
    label = (found[2] or "").strip(" :") if found else ""
    summary = _plain(told)
    event = make(
        action,
        href or summary.partition(":")[0] or "testomato",
        summary or "Testomato",
        severity=severity if action == "trigger" else None,
        source=label or href or "Testomato",
        client="Testomato",
        client_url=href,
        links=links((href, label)),
        custom_details={"text": told},
    )
    return (event,)


def _read(body: bytes) -> dict[str, Any]:
    """Return the message, which may come as a field of a form."""
    if not body.startswith(_FORM):
        return read_object(body)
    try:
        fields = parse_qs(body.decode("utf-8", "replace"), max_num_fields=10)
    except ValueError:
        raise Unrecognized("The form has too many fields") from None
    return read_object(fields.get("payload", [""])[0].encode())


def _plain(told: str) -> str:
    """Return a message of Slack as a plain text: no emoji, labels in place of links."""
    text = _LINK.sub(lambda link: link[2] or link[1], _EMOJI.sub("", told))
    for escaped, sign in _ESCAPED:
        text = text.replace(escaped, sign)
    return text.strip()
