"""Log entries as they look on the wire."""

from collections.abc import Iterable
from typing import Any, Final

from tocsin.api.event_shapes import channel_shape, contexts_shape
from tocsin.api.shapes import Links
from tocsin.api.team_shapes import teams_shape
from tocsin.api.views import Names, View
from tocsin.domain.response.log_entry import Agent, LogEntry
from tocsin.domain.response.sentences import sentence
from tocsin.usecases.response.log_entries import Known

CHANNELS: Final = "channels"
_AS_THEY_ARE: Final = ("acknowledgement_timeout", "changed_actions", "note", "reason")


def log_entry_shape(view: View, known: Known) -> dict[str, Any]:
    """Return an entry; the channel is told in full to who asks for it."""
    entry, names = known.entry, known.names
    service_id = known.service_id
    return log_entry_head(view.links, entry, names, as_type=entry.type) | {
        "created_at": view.time(entry.at),
        "agent": _agent(view, known, entry.agent) if entry.agent else None,
        "channel": _channel(known) if CHANNELS in view.includes else {"type": _way(entry)},
        "service": service_id and view.refer("services", "service", service_id, names),
        "incident": view.refer("incidents", "incident", entry.incident_id, names),
        "teams": teams_shape(view.links, known.teams, view.includes),
        "contexts": contexts_shape(known.event) if known.event else [],
        "event_details": {"description": known.event.summary} if known.event else {},
        **_details(view, known),
    }


def log_entry_head(links: Links, entry: LogEntry, names: Names, *, as_type: str) -> dict[str, Any]:
    """Return what an entry, or a reference to it, begins with; only triggers have a page."""
    head = links.head("log_entry", entry.id, sentence(entry, names), as_type=as_type)
    if entry.type != "trigger_log_entry":
        return head
    incident = links.head("incident", entry.incident_id, None)
    return head | {"html_url": f"{incident['html_url']}/log_entries/{entry.id}"}


def trigger_ref(links: Links, entry: LogEntry, names: Names) -> dict[str, Any]:
    """Return a reference to how an incident began."""
    head = log_entry_head(links, entry, names, as_type="trigger_log_entry_reference")
    return head | {"self": f"{head['self']}?incident_id={entry.incident_id}"}


def _agent(view: View, known: Known, agent: Agent) -> dict[str, Any]:
    name = known.names.get(agent.id, agent.summary)
    within = f"/services/{known.service_id}" if agent.kind == "integration" else ""
    return view.links.ref(agent.kind, agent.id, name, within=within)


def _way(entry: LogEntry) -> str:
    return str(entry.channel["type"])


def _channel(known: Known) -> dict[str, Any]:
    entry = known.entry
    told = channel_shape(known.event) if known.event else {}
    channel: dict[str, Any] = {"type": _way(entry), **told, **entry.channel}
    if "changeset" in entry.details:
        fields = [
            {"name": c["field"], "value": c["new"], "old_value": c["old"], "namespace": "incidents"}
            for c in entry.details["changeset"]
        ]
        channel["changeset"] = {"application_fields": fields}
    return channel


def _details(view: View, known: Known) -> dict[str, Any]:
    """Return what only entries of this type have; ids become references."""
    details, names = known.entry.details, known.names
    shape = {name: value for name, value in details.items() if name in _AS_THEY_ARE}
    if "assignees" in details:
        shape["assignees"] = [_user(view, names, id_) for id_ in details["assignees"]]
    if "user" in details:
        shape["user"] = _user(view, names, details["user"])
    if "changeset" in details:
        shape["changeset"] = list(_changes(known))
    if other := details.get("linked_incident"):
        shape["linked_incident"] = view.links.ref("incident", other, names.get(other))
    return shape


def _user(view: View, names: Names, id_: str) -> dict[str, Any]:
    return view.links.ref("user", id_, names.get(id_))


def _changes(known: Known) -> Iterable[str]:
    for change in known.entry.details["changeset"]:
        new = change["new"]
        yield f"Updated {change['field']} to {known.names.get(new, new) if new else 'nothing'}"
