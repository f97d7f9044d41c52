"""The kinds of notification channels, the words of an API action, and what each is called."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from tocsin.domain.monitoring.notification_channel import ChannelKind


class Kind(NamedTuple):
    """What a kind is called, in a list and on its button, and what it does."""

    name: str
    does: str


KINDS: Final[Mapping[ChannelKind, Kind]] = {
    "pagerduty": Kind(
        "PagerDuty", "Opens an incident for each violation, and resolves it when it has cleared."
    ),
    "api": Kind(
        "API", "Sends requests of your own making: one each to trigger, acknowledge, resolve."
    ),
    "email": Kind("Email", "Writes to people, or to a mailing list."),
    "slack": Kind("Slack", "Posts to a channel, through an incoming webhook."),
    "webhook": Kind("Webhook", "Sends what happened as JSON, signed if you wish."),
}

# What may be written in curly brackets in the requests of an API action.
PLACEHOLDERS: Final[Mapping[str, str]] = {
    "ALERT_ID": "The violation, by an id that stays the same until it has cleared.",
    "ACTION": "triggered, acknowledged or resolved.",
    "MSG": "What was found, in a sentence.",
    "SUBJECT": "What is watched: the target of the monitor.",
    "METRIC": "The condition that was met.",
    "DIMENSIONS": "Agents and other particulars.",
    "APP_NAME": "The environment.",
    "LINK": "The address of the page of the violation.",
    "DATE": "The day, in UTC.",
    "TIME": "The time of day, in UTC.",
    "TIMESTAMP": "Seconds since 1970.",
    "SHORTHOST": "The name of the host, without its domain.",
    "ID": "What the other side calls it: what “Parse response” found in its first answer.",
}
