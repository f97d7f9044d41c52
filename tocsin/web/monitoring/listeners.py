"""Who tells a new notification channel: the rule or the scheme from whose page it was added."""

from collections.abc import Sequence
from typing import Final, NamedTuple

from starlette.responses import Response

from tocsin.domain.monitoring.alert_rule import AlertRule
from tocsin.domain.monitoring.environment import Environment
from tocsin.domain.monitoring.notification_channel import (
    NotificationChannel,
    NotificationScheme,
    SchemeStep,
)
from tocsin.usecases.monitoring import alert_rules, environments, notification_schemes
from tocsin.web.lists import address_of_part
from tocsin.web.notices import done
from tocsin.web.visit import Visit

RULE_TELLS: Final = "The channel was saved. The rule tells it from now on."
SCHEME_TELLS: Final = "The channel was saved. It is a contact of the scheme's first step now."


class Tellers(NamedTuple):
    """Who tells a channel something."""

    environment: Environment | None
    rules: Sequence[AlertRule]
    schemes: Sequence[NotificationScheme]

    @property
    def are_none(self) -> bool:
        """Whether it hears of nothing."""
        return not (self.environment or self.rules or self.schemes)


class Origin(NamedTuple):
    """Whence somebody came to add a channel; empty if from the list of channels."""

    rule: str = ""
    scheme: str = ""

    def address(self, path: str) -> str:
        """Return an address that remembers it."""
        return address_of_part(path, rule=self.rule, scheme=self.scheme)


def origin_asked(visit: Visit) -> Origin:
    """Read it from an address, or from the form that such an address led to."""
    rule = visit.form.get("rule", "") or visit.query.get("rule", "")
    scheme = visit.form.get("scheme", "") or visit.query.get("scheme", "")
    return Origin(rule, scheme)


async def teller_of(visit: Visit, origin: Origin) -> AlertRule | NotificationScheme | None:
    """Find the rule or scheme that shall tell it. Raises NotFound."""
    if origin.rule:
        return await alert_rules.get(visit.house, origin.rule)
    if origin.scheme:
        return await notification_schemes.get(visit.house, origin.scheme)
    return None


async def find_tellers(
    visit: Visit, environment: Environment, channel: NotificationChannel
) -> Tellers:
    """Find what names a channel."""
    rules = await alert_rules.find(visit.house, environment.id)
    schemes = await notification_schemes.find(visit.house, environment.id)
    return Tellers(
        environment if channel.id in environment.channel_ids else None,
        [rule for rule in rules if channel.id in rule.channel_ids],
        [one for one in schemes if any(channel.id in step.channel_ids for step in one.steps)],
    )


async def tell_all(visit: Visit, environment: Environment, channel: NotificationChannel) -> None:
    """Let a channel hear of every rule of an environment."""
    wish = environments.Wish(channel_ids=(*environment.channel_ids, channel.id))
    await environments.change(visit.house, environment.id, wish)


async def attach(
    visit: Visit, teller: AlertRule | NotificationScheme, channel: NotificationChannel
) -> Response:
    """Let a rule or scheme tell one more channel, and show it there."""
    if isinstance(teller, AlertRule):
        wish = alert_rules.Wish(channel_ids=(*teller.channel_ids, channel.id))
        await alert_rules.change(visit.house, teller.id, wish, visit.now)
        return done(visit, f"/alert_rules/{teller.id}/notifications", RULE_TELLS)
    first, *later = teller.steps or (SchemeStep(after=0, channel_ids=()),)
    more = SchemeStep(after=first.after, channel_ids=(*first.channel_ids, channel.id))
    steps = notification_schemes.Wish(steps=(more, *later))
    await notification_schemes.change(visit.house, teller.id, steps)
    return done(visit, f"/notification_schemes/{teller.id}/edit", SCHEME_TELLS)
