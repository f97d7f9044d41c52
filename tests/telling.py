"""Channels that hear of violations, for tests: what is told is kept, or refused as it is wished."""

from collections.abc import Callable
from typing import Any, Self

import sqlalchemy as sa
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from tests import watching
from tests.night import Night
from tocsin.domain.monitoring.alert_rule import AlertRule, Violation
from tocsin.domain.monitoring.channel_config import Config, Email
from tocsin.domain.monitoring.environment import BUILT_IN_AGENT, Environment
from tocsin.domain.monitoring.monitor import Monitor
from tocsin.domain.monitoring.notification_channel import (
    NotificationChannel,
    Outcome,
    SchemeStep,
    Signal,
    SignalAction,
    Thread,
)
from tocsin.engine.couriers import Courier
from tocsin.engine.engine import Engine
from tocsin.kit.ids import new_id
from tocsin.store.monitoring import threads
from tocsin.store.monitoring import violations as violations_store
from tocsin.store.monitoring.alert_rules import RULES
from tocsin.store.monitoring.environments import ENVIRONMENTS
from tocsin.store.monitoring.notification_channels import CHANNELS
from tocsin.store.monitoring.violations import VIOLATIONS
from tocsin.usecases.monitoring import notification_channels, notification_schemes, signals, telling
from tocsin.usecases.monitoring.telling import Parcel

SENT = Outcome(ok=True, detail="HTTP 202 Accepted", request="POST /", answer="202")
BUSY = Outcome(ok=False, detail="HTTP 503", retry=True, request="POST /", answer="503")
REFUSED = Outcome(ok=False, detail="HTTP 400", request="POST /", answer="400")
ADDRESS = Email(addresses=("ann@example.com",))


class Town:
    """One environment, one monitor and one rule. ``heard`` is what channels were told."""

    def __init__(self, night: Night, env: Environment, monitor: Monitor, rule: AlertRule) -> None:
        self.night = night
        self.house = night.house
        self.env = env
        self.monitor = monitor
        self.rule = rule
        self.heard: list[Signal] = []
        self.answer: Callable[[Signal], Outcome] = lambda _signal: SENT
        courier = Courier(telling.compose, self._send, telling.record)
        self._engine = Engine(self.house, (), CollectorRegistry(), couriers={"signal": courier})

    @classmethod
    async def stands(cls, night: Night) -> Self:
        """Make it, with no channel yet."""
        env = await watching.environment(night, "Shop")
        monitor = await watching.monitor(night, env, "Cart")
        await night.sql(sa.text("update monitors set next_round = null"))
        rule = AlertRule(
            id=new_id(),
            environment_id=env.id,
            name="Slow pages",
            alarm="response_time > 500",
            created_at=night.now,
        )
        async with night.database.begin() as tx:
            await RULES.insert(tx, rule)
        return cls(night, env, monitor, rule)

    async def channel(self, name: str = "Pager", config: Config = ADDRESS) -> NotificationChannel:
        """Make a channel that nothing names yet."""
        wish = notification_channels.Wish(name=name, config=config)
        return await notification_channels.create(self.house, self.env.id, wish, self.night.now)

    async def attach(self, *channels: NotificationChannel) -> None:
        """Let the rule tell channels."""
        ids = tuple(channel.id for channel in channels)
        self.rule = replace(self.rule, channel_ids=ids)
        await self._store_rule()

    async def attach_to_all(self, *channels: NotificationChannel) -> None:
        """Let the environment tell channels."""
        ids = tuple(channel.id for channel in channels)
        self.env = replace(self.env, channel_ids=ids)
        async with self.night.database.begin() as tx:
            await ENVIRONMENTS.update(tx, self.env)

    async def scheme(self, *steps: tuple[int, NotificationChannel]) -> str:
        """Let the rule follow a scheme."""
        wish = notification_schemes.Wish(
            name="Ladder",
            steps=tuple(SchemeStep(after=s, channel_ids=(c.id,)) for s, c in steps),
        )
        made = await notification_schemes.create(self.house, self.env.id, wish, self.night.now)
        self.rule = replace(self.rule, scheme_ids=(made.id,))
        await self._store_rule()
        return made.id

    async def begins(self, **given: Any) -> Violation:
        """Let the rule be violated, and plan that it is told."""
        now = self.night.now
        violation = Violation(
            id=new_id("Q"),
            rule_id=self.rule.id,
            monitor_id=self.monitor.id,
            environment_id=self.env.id,
            rule_name=self.rule.name,
            monitor_name=self.monitor.name,
            state="active",
            level="alarm",
            severity="critical",
            summary="Cart answers in 812 ms",
            agent_ids=(BUILT_IN_AGENT,),
            values={"response_time": 812},
            began_at=now,
            active_at=now,
            updated_at=now,
        )
        async with self.night.database.begin() as tx:
            [stored] = await violations_store.insert(tx, [replace(violation, **given)])
            await signals.plan(tx, self.house, stored, "trigger", now)
        return stored

    async def becomes(
        self, violation: Violation, action: SignalAction, *, but: str | None = None, **given: Any
    ) -> Violation:
        """Let a violation change, and plan that it is told."""
        changed = replace(violation, **given)
        async with self.night.database.begin() as tx:
            await VIOLATIONS.update(tx, changed)
            await signals.plan(tx, self.house, changed, action, self.night.now, but=but)
        return changed

    async def clears(self, violation: Violation, *, but: str | None = None) -> Violation:
        """Let a violation be over."""
        return await self.becomes(
            violation, "resolve", but=but, state="cleared", cleared_because="recovered"
        )

    async def tell(self, **time: float) -> list[str]:
        """Let time pass, and say what was told of what by then, newly."""
        self.night.passes(**time)
        self.heard.clear()
        await self._engine.run_due(self.night.now)
        return [f"{signal.action}: {signal.message}" for signal in self.heard]

    async def told(self) -> list[str]:
        """Say which actions were told by now, newly."""
        return [line.partition(":")[0] for line in await self.tell()]

    async def channel_now(self, channel: NotificationChannel) -> NotificationChannel | None:
        """Read a channel as it stands."""
        async with self.night.database.read() as tx:
            return await CHANNELS.get(tx, channel.id)

    async def thread(self, channel: NotificationChannel, violation: Violation) -> Thread | None:
        """Read what a channel was told of a violation."""
        async with self.night.database.read() as tx:
            return await threads.get(tx, channel.id, violation.id)

    async def _send(self, parcel: Parcel) -> Outcome:
        self.heard.append(parcel.signal)
        return self.answer(parcel.signal)

    async def _store_rule(self) -> None:
        async with self.night.database.begin() as tx:
            await RULES.update(tx, self.rule)
