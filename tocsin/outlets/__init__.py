"""The places that hear of violations: one file for each kind of notification channel."""

from collections.abc import Awaitable, Callable, Mapping
from types import ModuleType
from typing import Any, Final

from tocsin.domain.monitoring.notification_channel import ChannelKind, Outcome, Signal
from tocsin.outlets import (
    api,
    atlas,
    email,
    pagerduty,
    pagerduty_rest,
    slack,
    subscription,
    webhook,
)
from tocsin.outlets.tools import Tools

OUTLETS: Final[tuple[ModuleType, ...]] = (pagerduty, api, email, slack, webhook)
# What hears of other things than violations: acknowledgements, incidents, and questions.
OTHER_OUTLETS: Final[tuple[ModuleType, ...]] = (atlas, pagerduty_rest, subscription)
TELL: Final[Mapping[ChannelKind, Callable[[Signal, Any, Tools], Awaitable[Outcome]]]] = {
    "pagerduty": pagerduty.tell,
    "api": api.tell,
    "email": email.tell,
    "slack": slack.tell,
    "webhook": webhook.tell,
}
