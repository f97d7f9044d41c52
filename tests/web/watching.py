"""What the pages of the monitoring side show in tests: an environment with something in it."""

from datetime import timedelta
from typing import Any

import msgspec

from tests.night import Night
from tests.watching import BROKEN, FINE, found, monitor
from tests.web.conftest import Browser, text_of
from tocsin.domain.monitoring.alert_rule import AlertRule
from tocsin.domain.monitoring.channel_config import Config, PagerDuty
from tocsin.domain.monitoring.environment import Environment
from tocsin.domain.monitoring.monitor import Measurement, Monitor
from tocsin.domain.monitoring.notification_channel import NotificationChannel
from tocsin.usecases.monitoring import alert_rules, notification_channels, rounds

KEY = "0123456789abcdef0123456789abcdef"
ALL = PagerDuty(integration_key=KEY)

__all__ = ["BROKEN", "FINE", "KEY", "channel", "follow", "measure", "monitor", "rule", "send"]


async def measure(night: Night, one: Monitor, *measurements: Measurement) -> None:
    """Let a monitor be measured each minute, the last time now; rules judge each of them."""
    begin = night.now - timedelta(minutes=len(measurements) - 1)
    for number, measurement in enumerate(measurements):
        at = begin + timedelta(minutes=number)
        result = found(one, night, measurement, round=at, at=at)
        await rounds.record(night.house, [result], at)


async def rule(night: Night, env: Environment, name: str = "Errors", **given: Any) -> AlertRule:
    """Make a rule that is broken by each failure."""
    wish = msgspec.structs.replace(alert_rules.Wish(name=name, alarm="!ok"), **given)
    return await alert_rules.create(night.house, env.id, wish, night.now)


async def channel(
    night: Night, env: Environment, name: str = "Checkout", config: Config = ALL
) -> NotificationChannel:
    """Make a notification channel."""
    wish = notification_channels.Wish(name=name, config=config)
    return await notification_channels.create(night.house, env.id, wish, night.now)


async def send(browser: Browser, at: str, path: str, **fields: str | list[str]) -> str:
    """Send a form, and return what the next page says; a refusal begins with its status."""
    return await follow(browser, await browser.send(await browser.open(at), path, **fields))


async def follow(browser: Browser, answer: Any) -> str:
    """Return what the page says that an answer is, or leads to."""
    if not answer.is_redirect:
        return f"{answer.status_code} {text_of(answer)}"
    return text_of(await browser.open(answer.headers["location"]))
