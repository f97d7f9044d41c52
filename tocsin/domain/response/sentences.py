"""Sentences: what each log entry says in the timeline."""

from collections.abc import Callable, Mapping, Sequence

from tocsin.domain.response.log_entry import LogEntry, LogEntryType

Names = Mapping[str, str]
Sentence = Callable[[LogEntry, Names], str]
_HOUSE = ("auto", "timeout")
_WAYS_IN = {
    "api": "the API",
    "email": "e-mail",
    "web_trigger": "the website",
    "website": "the website",
}
_CHANNELS = {
    "email": "e-mail",
    "sms": "SMS",
    "whatsapp": "WhatsApp",
    "push_notification": "push",
    "push": "push",
}
_NO_WAYS = ("website", "web_trigger", "note", "api")  # of people: how they come is understood
_VERBS = {"failed": "Could not notify", "waiting": "Could not yet notify"}
_THEN = {
    "provider": "; another provider is asked",
    "way": "; another way is tried",
    "level": "; the next level is paged",
}
_UNITS = ((86_400, "day"), (3600, "hour"), (60, "minute"), (1, "second"))


def sentence(entry: LogEntry, names: Names) -> str:
    """Return the summary of a log entry. ``names``: what ids in it are called."""
    return _SENTENCES[entry.type](entry, names)


def _trigger(entry: LogEntry, names: Names) -> str:
    if entry.details.get("reopened"):
        return f"Reopened{_by(entry, names)}"
    way = _WAYS_IN.get(entry.channel["type"])
    return f"Triggered through {way}" if way else f"Triggered{_by(entry, names)}"


def _assign(entry: LogEntry, names: Names) -> str:
    by = " by the escalation policy" if entry.channel["type"] in _HOUSE else _by(entry, names)
    return _to_people("Assigned", entry, names, by)


def _escalate(entry: LogEntry, names: Names) -> str:
    return _to_people("Escalated", entry, names, _by(entry, names))


def _delegate(entry: LogEntry, names: Names) -> str:
    return _to_people("Delegated", entry, names, _by(entry, names))


def _notify(entry: LogEntry, names: Names) -> str:
    sent, details = entry.channel.get("notification", {}), entry.details
    verb = _VERBS.get(sent.get("status", ""), "Notified")
    way = f" by {_way(sent['type'])}" if sent.get("type") else ""
    carrier = f" through {details['carrier']}" if "carrier" in details else ""
    then = _THEN.get(details.get("then", ""), "")
    return f"{verb} {_name(details['user'], names)}{way}{carrier}{then}"


def _acknowledge(entry: LogEntry, names: Names) -> str:
    return f"Acknowledged{_by(entry, names)}"


def _unacknowledge(entry: LogEntry, names: Names) -> str:
    return f"Unacknowledged{_by(entry, names)}"


def _snooze(entry: LogEntry, names: Names) -> str:
    return f"Snoozed for {_duration(entry.channel['duration'])}{_by(entry, names)}"


def _resolve(entry: LogEntry, names: Names) -> str:
    target = entry.details.get("merged_into")
    into = f", merged into {_name(target, names)}" if target else ""
    return f"Resolved{_by(entry, names)}{into}"


def _annotate(entry: LogEntry, names: Names) -> str:
    return f"Note added{_by(entry, names)}"


def _publish(entry: LogEntry, names: Names) -> str:
    return f"Status update published{_by(entry, names)}"


def _ask(entry: LogEntry, names: Names) -> str:
    whom = entry.details.get("policy") or entry.details["user"]
    return f"Help requested from {_name(whom, names)}{_by(entry, names)}"


def _accept(entry: LogEntry, names: Names) -> str:
    return f"Request for help accepted{_by(entry, names)}"


def _decline(entry: LogEntry, names: Names) -> str:
    return f"Request for help declined{_by(entry, names)}"


def _cancel(entry: LogEntry, names: Names) -> str:
    return f"Request to {_name(entry.details['user'], names)} cancelled{_by(entry, names)}"


def _link(entry: LogEntry, names: Names) -> str:
    other, by = _name(entry.details["linked_incident"], names), _by(entry, names)
    if "alert" in entry.details:
        return f"Alert “{_name(entry.details['alert'], names)}” came from {other}{by}"
    return f"Linked to {other}{by}"


def _unlink(entry: LogEntry, names: Names) -> str:
    other, by = _name(entry.details["linked_incident"], names), _by(entry, names)
    if "alert" in entry.details:
        return f"Alert “{_name(entry.details['alert'], names)}” moved to {other}{by}"
    return f"Unlinked from {other}{by}"


def _change_urgency(entry: LogEntry, names: Names) -> str:
    by = "" if entry.channel["type"] in _HOUSE else _by(entry, names)
    return f"Changed the urgency to {_new_value(entry)}{by}"


def _change_priority(entry: LogEntry, names: Names) -> str:
    new = _new_value(entry)
    if new is None:
        return f"Took the priority away{_by(entry, names)}"
    return f"Changed the priority to {entry.details.get('priority') or new}{_by(entry, names)}"


def _change_field(entry: LogEntry, names: Names) -> str:
    change = entry.details["changeset"][0]
    field, new, by = change["field"], change["new"], _by(entry, names)
    return (
        f"Changed the {field} to “{_name(new, names)}”{by}" if new else f"Took the {field} away{by}"
    )


def _say(text: str) -> Sentence:
    return lambda entry, names: text


_SENTENCES: Mapping[LogEntryType, Sentence] = {
    "acknowledge_log_entry": _acknowledge,
    "annotate_log_entry": _annotate,
    "assign_log_entry": _assign,
    "delegate_log_entry": _delegate,
    "escalate_log_entry": _escalate,
    "exhaust_escalation_path_log_entry": _say("Escalation policy exhausted: nobody has answered"),
    "notify_log_entry": _notify,
    "priority_change_log_entry": _change_priority,
    "reach_trigger_limit_log_entry": _say("Trigger limit reached: further events are only counted"),
    "repeat_escalation_path_log_entry": _say("Escalation policy repeated from its first level"),
    "resolve_log_entry": _resolve,
    "responder_accept_log_entry": _accept,
    "responder_cancel_log_entry": _cancel,
    "responder_decline_log_entry": _decline,
    "responder_request_log_entry": _ask,
    "snooze_log_entry": _snooze,
    "status_update_log_entry": _publish,
    "trigger_log_entry": _trigger,
    "unacknowledge_log_entry": _unacknowledge,
    "urgency_change_log_entry": _change_urgency,
    "link_log_entry": _link,
    "unlink_log_entry": _unlink,
    "field_value_change_log_entry": _change_field,
}


def _to_people(verb: str, entry: LogEntry, names: Names, by: str) -> str:
    """Say who has the incident now: by whose doing, or why the policy could not say."""
    people = _join([_name(id_, names) for id_ in entry.details["assignees"]])
    reason = entry.details.get("reason")
    return f"{verb} to {people}: {reason}" if reason else f"{verb} to {people}{by}"


def _by(entry: LogEntry, names: Names) -> str:
    agent, way = entry.agent, entry.channel["type"]
    if way in _HOUSE:
        return " by timeout"
    if agent is None:
        return ""
    if agent.kind != "user" and way == "api":
        return " through the API"
    by = f" by {_name(agent.id, names, agent.summary)}"
    return by if agent.kind != "user" or way in _NO_WAYS else f"{by} by {_way(way)}"


def _way(kind: str) -> str:
    return _CHANNELS.get(kind, kind.replace("_", " "))


def _name(id_: str, names: Names, otherwise: str | None = None) -> str:
    return names.get(id_) or otherwise or id_


def _new_value(entry: LogEntry) -> str | None:
    value: str | None = entry.details["changeset"][0]["new"]
    return value


def _join(names: Sequence[str]) -> str:
    if len(names) < 2:
        return names[0] if names else "nobody"
    return f"{', '.join(names[:-1])} and {names[-1]}"


def _duration(seconds: int) -> str:
    """Say a duration in the largest unit that leaves no rest."""
    size, unit = next((size, unit) for size, unit in _UNITS if seconds % size == 0)
    count = seconds // size
    return f"{count} {unit}" if count == 1 else f"{count} {unit}s"
