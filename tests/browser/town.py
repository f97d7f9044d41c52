"""A town on call: people, schedules, policies and services, for pages to be looked at."""

import heapq
import itertools
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, time, timedelta
from typing import Any, Final

from tests.browser.site import Site
from tocsin.domain.duty.escalation_policy import Target
from tocsin.domain.duty.schedule import Layer, Restriction
from tocsin.domain.intake.service import UrgencyRule
from tocsin.domain.people.user import User
from tocsin.usecases.duty import escalation_policies, overrides, schedules
from tocsin.usecases.duty.escalation_policies import RuleWish
from tocsin.usecases.intake import integrations, services
from tocsin.usecases.people import contact_methods, notification_rules, teams

NIGHT: Final = datetime(2026, 3, 25, 2, 7, tzinfo=UTC)  # 03:07 in Vienna, days before summer time
DAYS: Final = 28
DAY: Final = 86_400
WEEK: Final = 7 * DAY


class Town:
    """Who and what there is, by name. ``now`` moves while its history is made, then stands."""

    def __init__(self) -> None:
        self.now = NIGHT - timedelta(days=DAYS)
        self.people: dict[str, User] = {}
        self.schedules: dict[str, str] = {}
        self.policies: dict[str, str] = {}
        self.services: dict[str, str] = {}
        self.integrations: dict[str, str] = {}
        self.keys: dict[str, str] = {}
        self.teams: dict[str, str] = {}
        self.incidents: dict[str, str] = {}
        self.others: dict[str, str] = {}
        self._later: list[tuple[datetime, int, Callable[[], Awaitable[Any]]]] = []
        self._count = itertools.count()

    def clock(self) -> datetime:
        """Return the time of the town."""
        return self.now

    def address(self, pattern: str) -> str:
        """Put the ids of what is most worth seeing into an address."""
        ids = {
            "owner": self.people["Ann"].id,
            "user": self.people["Ben"].id,
            "team": self.teams["Payments"],
            "schedule": self.schedules["Payments, first"],
            "policy": self.policies["Payments"],
            "service": self.services["Checkout"],
            "integration": self.integrations["Checkout"],
        }
        return pattern.format_map(ids | self.incidents | self.others)

    def at(self, when: datetime, what: Callable[[], Awaitable[Any]]) -> None:
        """Plan something."""
        heapq.heappush(self._later, (when, next(self._count), what))

    async def live(self, site: Site, until: datetime) -> None:
        """Let time pass: what was planned happens, and what the engine has to do is done."""
        while True:
            due = await site.next_due()
            planned = self._later[0][0] if self._later else None
            soonest = min((at for at in (due, planned) if at), default=None)
            if soonest is None or soonest > until:
                break
            self.now = max(self.now, soonest)
            if planned == soonest:
                await heapq.heappop(self._later)[2]()
            await site.do_what_is_due()
        self.now = until
        await site.do_what_is_due()


async def settle(site: Site, town: Town) -> None:
    """Fill an empty installation with people, and with what they look after."""
    await _people(site, town)
    await _schedules(site, town)
    await _policies(site, town)
    await _services(site, town)


async def _people(site: Site, town: Town) -> None:
    for name, given in {
        "Ann Achleitner": {"role": "owner", "time_zone": "Europe/Vienna"},
        "Ben Okafor": {"time_zone": "Europe/Vienna", "job_title": "Payments engineer"},
        "Chris Lindqvist": {"time_zone": "America/New_York"},
        "Dana Whitfield": {"role": "admin", "time_zone": "America/New_York"},
        "Emre Yilmaz": {"role": "limited_user", "time_zone": "Asia/Singapore"},
        "Maximiliane Featherstonehaugh-Okonkwo": {"time_zone": "Europe/Lisbon"},
        "Olga Petrova": {"role": "observer"},
    }.items():  # fmt: skip
        town.people[name.split()[0]] = await site.person(name, **given)
    for name, members in {
        "Payments": ("Ann", "Ben", "Chris"),
        "Platform": ("Ann", "Dana", "Emre", "Maximiliane"),
    }.items():
        team = await teams.create(site.house, teams.Wish(name=name), town.now)
        town.teams[name] = team.id
        for member in members:
            await teams.put_member(site.house, team.id, town.people[member].id)
    await _hook(site, town, "Ben")


async def _hook(site: Site, town: Town, name: str) -> None:
    """Give somebody a second way to be reached, which nothing answers."""
    user = town.people[name]
    wish = contact_methods.Wish(
        kind="webhook", label="Pager app", address="http://127.0.0.1:9/ring"
    )
    method = await contact_methods.create(site.house, user.id, wish, town.now)
    rule = notification_rules.Wish(contact_method_id=method.id, urgency="high", delay_minutes=2)
    await notification_rules.create(site.house, user.id, rule, town.now)


async def _schedules(site: Site, town: Town) -> None:
    day = Restriction(kind="daily", start_time=time(8), duration_seconds=DAY // 2)
    weekdays = tuple(
        Restriction(kind="weekly", start_day_of_week=n, start_time=time(0), duration_seconds=DAY)
        for n in range(1, 6)
    )
    await _schedule(
        site, town, "Payments, first", "Payments",
        _layer(town, "Nights", WEEK, "Ben", "Chris", "Maximiliane"),
        _layer(town, "Days", DAY, "Ann", "Ben", restrictions=(day,)),
    )  # fmt: skip
    await _schedule(
        site, town, "Platform, on weekdays", "Platform",
        _layer(town, "All", WEEK, "Dana", "Emre", restrictions=weekdays),
    )  # fmt: skip
    cover = overrides.Wish(
        user_id=town.people["Ann"].id,
        start=NIGHT + timedelta(hours=40),
        end=NIGHT + timedelta(hours=50),
    )
    await overrides.create(site.house, town.schedules["Payments, first"], [cover], town.now)


def _layer(town: Town, name: str, turn: int, *people: str, **given: Any) -> Layer:
    monday = datetime(2026, 2, 23, 8, tzinfo=UTC)
    return Layer(
        id="",
        name=name,
        start=monday,
        rotation_virtual_start=monday,
        turn_seconds=turn,
        user_ids=tuple(town.people[person].id for person in people),
        **given,
    )


async def _schedule(site: Site, town: Town, name: str, team: str, *layers: Layer) -> None:
    wish = schedules.Wish(
        name=name, time_zone="Europe/Vienna", layers=layers, team_ids=(town.teams[team],)
    )
    town.schedules[name] = (await schedules.create(site.house, wish)).schedule.id


async def _policies(site: Site, town: Town) -> None:
    people, rotas = town.people, town.schedules
    first, platform = rotas["Payments, first"], rotas["Platform, on weekdays"]
    await _policy(
        site, town, "Payments", "Payments",
        _level(5, Target("schedule", first)),
        _level(10, Target("user", people["Dana"].id), Target("user", people["Maximiliane"].id)),
        _level(15, Target("user", people["Ann"].id)),
        loops=2,
    )  # fmt: skip
    await _policy(
        site, town, "Platform", "Platform",
        _level(10, Target("schedule", platform)),
        _level(
            20, Target("user", people["Emre"].id), Target("user", people["Maximiliane"].id),
            strategy="round_robin",
        ),
    )  # fmt: skip


def _level(minutes: int, *targets: Target, **given: Any) -> RuleWish:
    return RuleWish(delay_minutes=minutes, targets=targets, **given)


async def _policy(
    site: Site, town: Town, name: str, team: str, *levels: RuleWish, loops: int = 0
) -> None:
    wish = escalation_policies.Wish(
        name=name, rules=levels, num_loops=loops, team_ids=(town.teams[team],)
    )
    town.policies[name] = (await escalation_policies.create(site.house, wish)).policy.id


async def _services(site: Site, town: Town) -> None:
    by_severity = UrgencyRule(urgency="severity_based")
    for name, policy, given in (
        ("Checkout", "Payments", {"urgency_rule": by_severity}),
        ("Payment gateway", "Payments", {}),
        ("Login", "Payments", {}),
        ("Search index", "Platform", {"urgency_rule": by_severity}),
        ("Mail relay", "Platform", {"urgency_rule": UrgencyRule(urgency="low")}),
        ("Data warehouse", "Platform", {"urgency_rule": UrgencyRule(urgency="low")}),
        ("Image resizer", "Platform", {}),
        ("The old file exchange that partners still use", "Platform", {"disabled": True}),
    ):  # fmt: skip
        wish = services.Wish(name=name, escalation_policy_id=town.policies[policy], **given)
        service = (await services.create(site.house, wish, town.now)).service
        made = await integrations.create(
            site.house, service.id, integrations.Wish(name=f"Testomato-{name}"), town.now
        )
        town.services[name] = service.id
        town.integrations[name] = made.integration.id
        town.keys[name] = made.key
