"""Blackfire: webhooks of builds. Alerts of its monitoring come as Events API v2."""

from typing import Final, Literal

from tocsin.domain.intake.event import Action, Event, Severity
from tocsin.domain.intake.event_making import links, make
from tocsin.inbound.gleaning import needed, read_object, text
from tocsin.inbound.reading import Request, Unreadable

VENDOR: Final = "PBLACKF"

_STATES: Final[dict[str, Action | Literal["nothing"]]] = {
    "queued": "nothing",
    "pending": "nothing",
    "success": "resolve",
    "failure": "trigger",
    "error": "trigger",
}
_SEVERITIES: Final[dict[str, Severity]] = {"failure": "error", "error": "warning"}


def hear(request: Request) -> tuple[Event, ...]:
    """Return what became of a build; while it runs there is nothing to tell.

    A build has no key that the next one shares, so all of an environment are one alert, and those
    that people gave an external id are one alert each.
    """
    said = read_object(request.body)
    state = needed(said, "state").lower()
    action = _STATES.get(state)
    if action is None:
        raise Unreadable(f"'state' is not known: {state!r}")
    if action == "nothing":
        return ()
    source = text(said, "context") or "blackfireio"
    told = text(said, "description") or "Blackfire build"
    summary = text(said, "summary")
    event = make(
        action,
        f"{source}/{text(said, 'external_id') or 'build'}",
        f"{told}: {summary}" if summary else told,
        severity=_SEVERITIES.get(state),
        source=source,
        event_class="build",
        client="Blackfire",
        client_url=text(said, "report_web_url"),
        links=links((text(said, "report_web_url"), "Report")),
        custom_details=said,
    )
    return (event,)
