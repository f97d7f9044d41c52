"""Amazon CloudWatch: alarms that come through Amazon SNS."""

import re
from typing import Any, Final, Literal

from tocsin.domain.intake.event import Action, Event
from tocsin.domain.intake.event_making import links, make
from tocsin.inbound.gleaning import needed, part, parts, read_object, text
from tocsin.inbound.reading import Request, Unreadable

VENDOR: Final = "PZQ6AUS"

_AMAZON: Final = re.compile(r"https://sns\.[a-zA-Z0-9-]{3,30}\.amazonaws\.com(\.cn)?/[!-~]+")
_STATES: Final[dict[str, Action | Literal["nothing"]]] = {
    "ALARM": "trigger",
    "OK": "resolve",
    "INSUFFICIENT_DATA": "nothing",
}


def hear(request: Request) -> tuple[Event, ...]:
    """Return what became of an alarm, or that SNS asks whether it may send."""
    said = read_object(request.body)
    match text(said, "Type"):
        case "SubscriptionConfirmation":
            return (_question(said),)
        case "Notification":
            return _news(read_object(text(said, "Message").encode()))
        case "UnsubscribeConfirmation":
            return ()
        case "" if "AlarmName" in said:  # SNS can leave its envelope out
            return _news(said)
        case other:
            raise Unreadable(f"'Type' is not known: {other!r}")


def _question(said: dict[str, Any]) -> Event:
    """Ask people: whoever knows the address could otherwise make this server fetch theirs."""
    topic, url = text(said, "TopicArn"), text(said, "SubscribeURL")
    href = url if _AMAZON.fullmatch(url) else ""
    return make(
        "trigger",
        f"sns/{topic}",
        f"Amazon SNS asks to send the alarms of {topic or 'a topic'}: open the link to confirm",
        severity="info",
        source="Amazon SNS",
        group=topic,
        links=links((href, "Confirm the subscription")),
        custom_details={"TopicArn": topic, "SubscribeURL": url},
    )


def _news(alarm: dict[str, Any]) -> tuple[Event, ...]:
    state = needed(alarm, "NewStateValue").upper()
    action = _STATES.get(state)
    if action is None:
        raise Unreadable(f"'NewStateValue' is not known: {state!r}")
    if action == "nothing":
        return ()
    name, trigger = needed(alarm, "AlarmName"), part(alarm, "Trigger")
    reason = text(alarm, "AlarmDescription", "NewStateReason")
    event = make(
        action,
        text(alarm, "AlarmArn") or name,
        f"{name}: {reason}" if reason else name,
        severity="error" if action == "trigger" else None,  # an alarm has none
        source=_dimensions(trigger) or text(alarm, "Region") or "Amazon CloudWatch",
        component=text(trigger, "MetricName"),
        group=text(trigger, "Namespace"),
        timestamp=text(alarm, "StateChangeTime"),
        client="Amazon CloudWatch",
        custom_details=alarm,
    )
    return (event,)


def _dimensions(trigger: dict[str, Any]) -> str:
    return ", ".join(filter(None, (text(one, "value") for one in parts(trigger, "Dimensions"))))
