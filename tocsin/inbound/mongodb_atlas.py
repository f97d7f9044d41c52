"""MongoDB Atlas: webhooks of its alerts; the header says what happened, the body to what."""

from typing import Any, Final, Literal

from tocsin.domain.intake import vendor
from tocsin.domain.intake.event import Action, ChangeEvent
from tocsin.domain.intake.event_making import MAX_SUMMARY, cut, links, make
from tocsin.inbound.gleaning import needed, parts, read_object, text
from tocsin.inbound.reading import Request, Unreadable, What

VENDOR: Final = vendor.ATLAS.id
HAPPENED: Final = "x-mms-event"

Meaning = Action | Literal["inform", "nothing"]

_BY_HEADER: Final[dict[str, Meaning]] = {
    "alert.open": "trigger",
    "alert.opened": "trigger",
    "alert.update": "trigger",
    "alert.updated": "trigger",
    "alert.close": "resolve",
    "alert.closed": "resolve",
    "alert.cancel": "resolve",
    "alert.canceled": "resolve",
    "alert.cancelled": "resolve",
    "alert.acknowledge": "acknowledge",
    "alert.acknowledged": "acknowledge",
    "alert.inform": "inform",
    "alert.informational": "inform",
}
_BY_STATUS: Final[dict[str, Meaning]] = {
    "OPEN": "trigger",
    "CLOSED": "resolve",
    "CANCELLED": "resolve",
    "INFORMATIONAL": "inform",
    "TRACKING": "nothing",  # the condition holds, but not yet for as long as it must
}


def hear(request: Request) -> tuple[What, ...]:
    """Return what happened to an alert. What only informs is a change: it pages nobody."""
    said = read_object(request.body)
    match _meaning(request, said):
        case "nothing":
            return ()
        case "inform":
            return (ChangeEvent(summary=_summary(said), source=_source(said), custom_details=said),)
        case action:
            return (
                make(
                    action,
                    needed(said, "id"),
                    _summary(said),
                    severity="error" if action == "trigger" else None,  # Atlas tells none
                    source=_source(said),
                    component=text(said, "replicaSetName", "instanceName", "metricName"),
                    group=text(said, "clusterName", "parentClusterId", "projectName", "groupId"),
                    event_class=text(said, "eventTypeName", "typeName"),
                    timestamp=text(said, "created"),
                    client="MongoDB Atlas",
                    links=links(*((text(x, "href"), text(x, "rel")) for x in parts(said, "links"))),
                    custom_details=said,
                ),
            )


def _meaning(request: Request, said: dict[str, Any]) -> Meaning:
    header, status = request.headers.get(HAPPENED, "").strip().lower(), text(said, "status").upper()
    meaning = _BY_HEADER.get(header) or _BY_STATUS.get(status)
    if meaning is None:
        raise Unreadable(f"Neither X-MMS-Event ({header!r}) nor 'status' ({status!r}) is known")
    return meaning


def _summary(said: dict[str, Any]) -> str:
    told = text(said, "humanReadable")
    if not told:
        kind = text(said, "eventTypeName") or "Alert"
        told = f"{kind.replace('_', ' ').capitalize()}: {_source(said)}"
    return cut(told, MAX_SUMMARY)


def _source(said: dict[str, Any]) -> str:
    names = ("hostnameAndPort", "clusterName", "instanceName", "replicaSetName", "groupId")
    return text(said, *names) or "MongoDB Atlas"
