"""What paging must know of the configuration, read when first needed, forgotten when it changes."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

import asyncpg

from tocsin.domain.duty.escalation_policy import EscalationPolicy
from tocsin.domain.duty.rendering import holder_at
from tocsin.domain.duty.schedule import Schedule
from tocsin.domain.intake.service import Service
from tocsin.domain.machines.webhook import Listener
from tocsin.domain.reaching.shadow import Shadow
from tocsin.domain.response.command import Roster
from tocsin.store import directory as store
from tocsin.store.directory import Person, Route, Window
from tocsin.store.machines import webhook_subscriptions
from tocsin.store.reaching import rooms, shadows, templates
from tocsin.store.reaching.providers import SealedProvider


class View:
    """The configuration at one version. ``know_…`` reads what is missing; the rest is memory."""

    def __init__(self, version: int, first_catch_all: Sequence[str]) -> None:
        self.version = version
        self._first_catch_all = first_catch_all
        self._routes: dict[bytes, Route | None] = {}
        self._services: dict[str, Service | None] = {}
        self._policies: dict[str, EscalationPolicy | None] = {}
        self._schedules: dict[str, Schedule | None] = {}
        self._people: dict[str, Person | None] = {}
        self._windows: tuple[Window, ...] = ()
        self._catch_all: tuple[str, ...] = ()
        self._users: frozenset[str] = frozenset()
        self._has_account = False
        self._listeners: tuple[Listener, ...] | None = None
        self._hearing_back: frozenset[str] = frozenset()
        self._providers: tuple[SealedProvider, ...] | None = None
        self._shadows: Sequence[Shadow] | None = None
        self._templates: Mapping[tuple[str, str], str] | None = None

    async def know_keys(self, connection: asyncpg.Connection, digests: Iterable[bytes]) -> None:
        """Read where these keys lead; a key that leads nowhere is asked for each time."""
        missing = {digest for digest in digests if self._routes.get(digest) is None}
        if missing:
            self._routes.update(await store.routes(connection, missing))

    async def know_services(
        self, connection: asyncpg.Connection, ids: Iterable[str], now: datetime
    ) -> None:
        """Read services, and all that paging for them may need."""
        missing = _missing(ids, self._services)
        if not missing:
            return
        found = await store.services(connection, missing)
        policies = await self.know_policy_ids(
            connection, (s.escalation_policy_id for s in found.values())
        )
        await self.know_policies(connection, policies, now)
        # Last of all: whoever finds a service known, also from another transaction, relies on it.
        self._services.update(dict.fromkeys(missing) | found)

    async def know_policy_ids(
        self, connection: asyncpg.Connection, ids: Iterable[str]
    ) -> list[EscalationPolicy]:
        """Read policies as they stand today, and return them."""
        wanted = set(ids)
        missing = _missing(wanted, self._policies)
        if missing:
            found = await store.policies(connection, missing)
            self._policies.update(dict.fromkeys(missing) | found)
        return [policy for id_ in wanted if (policy := self._policies[id_])]

    async def know_policies(
        self, connection: asyncpg.Connection, policies: Iterable[EscalationPolicy], now: datetime
    ) -> None:
        """Read the schedules and people behind policies, which may be copies kept by incidents."""
        await self._know_account(connection, now)
        targets = [target for p in policies for rule in p.rules for target in rule.targets]
        schedules = {target.id for target in targets if target.kind == "schedule"}
        missing = _missing(schedules, self._schedules)
        if missing:
            found = await store.schedules(connection, missing, now)
            self._schedules.update(dict.fromkeys(missing) | found)
        people = {target.id for target in targets if target.kind == "user"}
        for schedule_id in schedules:
            people |= _members(self._schedules[schedule_id])
        await self.know_people(connection, people)

    async def know_people(self, connection: asyncpg.Connection, ids: Iterable[str]) -> None:
        """Read people, the ways to reach them and their rules."""
        missing = _missing(ids, self._people)
        if missing:
            found = await store.people(connection, missing)
            self._people.update(dict.fromkeys(missing) | found)
            self._users = frozenset(id_ for id_, person in self._people.items() if person)

    async def know_listeners(self, connection: asyncpg.Connection) -> None:
        """Read which subscriptions and rooms hear of what, and which integrations hear back."""
        if self._listeners is None:
            self._hearing_back = await store.hearing_back(connection)
            subscribed = await webhook_subscriptions.listeners(connection)
            self._listeners = (*subscribed, *await rooms.listeners(connection))

    async def know_shadows(self, connection: asyncpg.Connection) -> None:
        """Read who learns from whom."""
        if self._shadows is None:
            self._shadows = await shadows.all_of_them(connection)

    @property
    def shadows(self) -> Sequence[Shadow]:
        """Who learns from whom, once it is known."""
        return self._shadows or ()

    async def know_providers(self, connection: asyncpg.Connection) -> None:
        """Read whom administrators have set up to carry messages."""
        if self._providers is None:
            self._providers = await store.providers(connection)

    async def know_templates(self, connection: asyncpg.Connection) -> None:
        """Read the words that administrators gave to messages."""
        if self._templates is None:
            self._templates = await templates.all_texts(connection)

    @property
    def templates(self) -> Mapping[tuple[str, str], str]:
        """Those words by form and language, once they are known."""
        return self._templates or {}

    def providers(self, kind: str) -> list[SealedProvider]:
        """Return those who reach a kind of contact method, once they are known."""
        return [one for one in self._providers or () if one.kind == kind]

    @property
    def listeners(self) -> tuple[Listener, ...]:
        """The webhook subscriptions and the rooms, once they are known."""
        return self._listeners or ()

    @property
    def hearing_back(self) -> frozenset[str]:
        """The integrations whose tools are told who has their alerts, once they are known."""
        return self._hearing_back

    def route(self, digest: bytes) -> Route | None:
        """Return where a key leads, if anywhere."""
        return self._routes.get(digest)

    def service(self, service_id: str) -> Service | None:
        """Return a known service, None if it is gone."""
        return self._services[service_id]

    def policy(self, policy_id: str) -> EscalationPolicy | None:
        """Return a known policy, None if it is gone."""
        return self._policies[policy_id]

    def person(self, user_id: str) -> Person | None:
        """Return a known person, None if they are gone."""
        return self._people.get(user_id)

    def is_in_maintenance(self, service_id: str, now: datetime) -> bool:
        """Say whether a maintenance window covers the service now."""
        return any(w.start <= now < w.end and service_id in w.service_ids for w in self._windows)

    def roster(
        self, policy: EscalationPolicy, now: datetime, ring: Mapping[str, int] | None = None
    ) -> Roster:
        """Say who can be paged now under a policy whose people are known."""
        holders = {}
        for rule in policy.rules:
            for target in rule.targets:
                if target.kind == "schedule" and (schedule := self._schedules[target.id]):
                    holder = holder_at(schedule, now)
                    if holder is not None:
                        holders[target.id] = holder
        return Roster(
            holders=holders, users=self._users, catch_all=self._catch_all, ring=ring or {}
        )

    async def _know_account(self, connection: asyncpg.Connection, now: datetime) -> None:
        if self._has_account:
            return
        self._windows = await store.windows(connection, now)
        chosen = await store.catch_all(connection)
        names = self._first_catch_all if chosen is None else chosen
        named = await store.users_called(connection, names) if names else ()
        self._catch_all = named or await store.owners(connection)
        await self.know_people(connection, self._catch_all)
        self._has_account = True


class Directory:
    """The newest view. A transaction keeps the view it was given; a change makes a new one."""

    def __init__(self, first_catch_all: Sequence[str] = ()) -> None:
        self._first_catch_all = first_catch_all
        self._view = View(-1, first_catch_all)

    @property
    def newest(self) -> View:
        """Return the view that was made last; what is stored may be newer."""
        return self._view

    def at(self, version: int) -> View:
        """Return the view of this version of the configuration."""
        if version != self._view.version:
            self._view = View(version, self._first_catch_all)
        return self._view

    async def now(self, connection: asyncpg.Connection) -> View:
        """Return the view of the version that the database has now."""
        return self.at(await store.version(connection))


def _missing(ids: Iterable[str], known: Mapping[str, object]) -> set[str]:
    return {id_ for id_ in ids if id_ not in known}


def _members(schedule: Schedule | None) -> set[str]:
    if schedule is None:
        return set()
    members = {user_id for layer in schedule.layers for user_id in layer.user_ids}
    return members | {override.user_id for override in schedule.overrides}
