"""Two whole houses over real HTTP: one watches a shop, the other pages; engines work when told."""

from contextlib import AsyncExitStack
from pathlib import Path
from typing import Final
from urllib.parse import parse_qs, parse_qsl, urlsplit

import sqlalchemy as sa

from tests import watching
from tests.browser.site import Site, open_site
from tests.browser.start import Start, begin
from tests.inbox import Inbox
from tests.journeys.houses import Clock
from tests.running import free_port
from tocsin.auth.keys import issue
from tocsin.auth.oauth_nouns import Sent
from tocsin.auth.principal import Principal
from tocsin.domain.monitoring.alert_rule import AlertRule, Violation
from tocsin.domain.monitoring.environment import BUILT_IN_AGENT, Environment
from tocsin.domain.monitoring.far_server import SCOPES, FarServer
from tocsin.domain.monitoring.monitor import Measurement, Monitor, Result
from tocsin.domain.monitoring.notification_channel import NotificationChannel
from tocsin.domain.response.incident import Incident, Status
from tocsin.domain.response.log_entry import Agent
from tocsin.engine import follower
from tocsin.store import tables
from tocsin.store.database import Database
from tocsin.store.machines.delivery_tables import deliveries, delivery_threads
from tocsin.store.monitoring.violations import VIOLATIONS
from tocsin.store.response import incidents as incidents_store
from tocsin.usecases.intake import services
from tocsin.usecases.machines import apps, connect, grants
from tocsin.usecases.machines.connect import Choice
from tocsin.usecases.monitoring import (
    alert_rules,
    connecting,
    environments,
    far_servers,
    monitors,
    notification_channels,
    rounds,
)
from tocsin.usecases.monitoring.connecting import Arrival, Goal, Onward
from tocsin.usecases.response import incidents
from tocsin.usecases.response.incidents import By, Change

BROWSER: Final = "what one browser keeps for itself"
ADMIN: Final = Principal(key_id="")
SHOP: Final = "Shop"
FIRST_ALERT: Final = "Alerts of the notification channel"


class End:
    """A house that keeps its address while it is away."""

    def __init__(self, database: Database, folder: Path, inbox: Inbox, clock: Clock) -> None:
        self.url = f"http://127.0.0.1:{free_port()}"
        self.site: Site
        self._given = (database, folder, inbox, clock)
        self._open = AsyncExitStack()

    async def opens(self) -> None:
        """Serve."""
        opening = open_site(*self._given, role="api", url=self.url)
        self.site = await self._open.enter_async_context(opening)

    async def closes(self) -> None:
        """Be away."""
        await self._open.aclose()

    async def told(self, lane: str) -> list[str]:
        """List what was told to machines, in order."""
        c = deliveries.c
        query = sa.select(c.kind).where(c.lane == lane, c.status == "delivered")
        async with self.site.house.database.read() as tx:
            return list((await tx.execute(query.order_by(c.sequence))).scalars())

    async def has_due(self) -> bool:
        """Say whether something is due to be told to a machine."""
        c = delivery_threads.c
        async with self.site.house.database.read() as tx:
            return await tx.scalar(sa.select(sa.exists().where(c.due <= self.site.now))) is True

    async def alarms(self) -> list[str]:
        """List what administrators were told."""
        query = sa.select(tables.alarms.c.sentence).order_by(tables.alarms.c.id)
        async with self.site.house.database.read() as tx:
            return list((await tx.execute(query)).scalars())


class Pair:
    """``here`` a rule watches one monitor; ``there`` Ann is on call for the service Shop."""

    def __init__(self, here: End, there: End, clock: Clock) -> None:
        self.here, self.there, self.clock = here, there, clock
        self.start: Start
        self.environment: Environment
        self.monitor: Monitor
        self.rule: AlertRule
        self.service_id = ""

    async def begins(self) -> None:
        """Let both houses be furnished."""
        self.start = await begin(self.there.site)
        wish = services.Wish(name=SHOP, escalation_policy_id=self.start.policy_id)
        known = await services.create(self.there.site.house, wish, self.clock())
        self.service_id = known.service.id
        house, now = self.here.site.house, self.clock()
        self.environment = await environments.create(
            house, environments.Wish(name="Production"), now
        )
        self.monitor = await monitors.create(
            house,
            self.environment.id,
            monitors.Wish(name="Cart", target=watching.SHOP, paused=True),
            now,
        )
        async with house.database.begin() as tx:
            await tx.execute(sa.text("update monitors set paused = false, next_round = null"))
        rule = alert_rules.Wish(name="Slow pages", alarm="response_time > 500")
        self.rule = await alert_rules.create(house, self.environment.id, rule, now)

    async def register(self, *, signs_in: bool = True) -> None:
        """Let this house be known over there as an app."""
        back = self.here.url + connecting.BACK
        wish = apps.Wish(name="Watcher", redirect_uris=(back,), scopes=SCOPES)
        app, secret = await apps.create(self.there.site.house, wish, ADMIN, self.clock())
        server = FarServer(
            base_url=self.there.url,
            client_id=app.id,
            client_secret=secret or "",
            signs_in=signs_in,
        )
        await far_servers.save(self.here.site.house, server)

    async def connects(self, *, signs_in: bool = True) -> NotificationChannel:
        """Let the rule tell the service over there, by way of its pages."""
        await self.register(signs_in=signs_in)
        goal = Goal(environment_id=self.environment.id, rule_id=self.rule.id)
        onward = await connecting.begin(
            self.here.site.house, self.there.url, goal, BROWSER, self.clock()
        )
        if signs_in:
            back = await self.consents(onward)
            onward = await self.comes_back(onward, back)
        arrival = await self.arrives(onward, await self.chooses(onward))
        await self.settles()
        return arrival.channel

    async def api_token(self) -> str:
        """Give Ann a key of her own over there."""
        async with self.there.site.house.database.begin() as tx:
            _, secret = await issue(tx, description="By hand", now=self.clock())
        return secret

    async def consents(self, onward: Onward, *, allow: bool = True) -> str:
        """Let Ann be asked over there; return where she is sent."""
        asked = Sent(method="GET", fields=parse_qsl(urlsplit(onward.address).query))
        there = self.there.site.house
        return await grants.answer(there, asked, self.start.ann, self.clock(), allow=allow)

    async def chooses(self, onward: Onward) -> str:
        """Let Ann choose the service over there; return where she is sent."""
        asked = {k: v[0] for k, v in parse_qs(urlsplit(onward.address).query).items()}
        there = self.there.site.house
        bid = await connect.consider(there, asked["app_id"], asked["redirect_url"], None)
        choice = Choice(service_id=self.service_id)
        return await connect.finish(there, bid, choice, ADMIN, self.clock())

    async def comes_back(self, onward: Onward, address: str, browser: str = BROWSER) -> Onward:
        """Let Ann bring an answer that leads on."""
        outcome = await self._bring(onward, address, browser)
        assert isinstance(outcome, Onward)
        return outcome

    async def arrives(self, onward: Onward, address: str) -> Arrival:
        """Let Ann bring the last answer."""
        outcome = await self._bring(onward, address, BROWSER)
        assert isinstance(outcome, Arrival)
        return outcome

    async def answers_in(self, milliseconds: int) -> None:
        """Let the shop be measured, and everything follow from it."""
        await self.measures(milliseconds)
        await self.settles()

    async def measures(self, milliseconds: int) -> None:
        """Let the shop be measured; what follows waits."""
        self.clock.skip(minutes=1)
        now = self.clock()
        measurement = Measurement(ok=True, values={"response_time": milliseconds})
        result = Result(
            monitor_id=self.monitor.id,
            agent_id=BUILT_IN_AGENT,
            round=now,
            at=now,
            measurement=measurement,
        )
        await rounds.record(self.here.site.house, [result], now)

    async def settles(self, *ends: End) -> None:
        """Let all that is due be done, here, there, and here again if that comes of it."""
        for _ in range(3):
            for end in ends or (self.here, self.there):
                await end.site.do_what_is_due()
            if not any([await end.has_due() for end in ends or (self.here, self.there)]):
                break

    async def looks(self) -> None:
        """Let this house ask the other how its incidents stand."""
        await follower.look_around(self.here.site.house, self.clock())
        await self.settles(self.here)

    async def leaves(self, channel: NotificationChannel) -> None:
        """Take a channel away, with all that follows."""
        await notification_channels.remove(self.here.site.house, channel.id, self.clock())
        await self.settles()
        await follower.say_farewell(self.here.site.house, self.clock())

    async def does(self, status: Status) -> None:
        """Let Ann change the newest incident over there; nobody has heard of it yet."""
        newest = (await self.incidents())[-1]
        by = By(agent=Agent("user", self.start.ann.id), channel={"type": "website"})
        change = Change(incident_id=newest.id, status=status)
        await incidents.change(self.there.site.house, [change], by, self.clock())

    async def incidents(self) -> list[Incident]:
        """List the incidents over there, the oldest first, without those of tests."""
        async with self.there.site.house.database.read() as tx:
            found = await incidents_store.select(
                tx, order_by=(tables.incidents.c.number,), limit=100
            )
        return [one for one in found if not one.title.startswith(FIRST_ALERT)]

    async def stand(self) -> list[str]:
        """Say how the incidents over there stand."""
        return [one.status for one in await self.incidents()]

    async def violation(self) -> Violation:
        """Return the newest violation."""
        async with self.here.site.house.database.read() as tx:
            found = await VIOLATIONS.select(tx, order_by=(VIOLATIONS.c.number.desc(),), limit=1)
        return found[0]

    async def channel(self, id_: str) -> NotificationChannel:
        """Read a channel as it stands."""
        return (await notification_channels.get(self.here.site.house, id_)).channel

    async def _bring(self, onward: Onward, address: str, browser: str) -> Onward | Arrival:
        assert address.startswith(self.here.url + connecting.BACK), address
        said = dict(parse_qsl(urlsplit(address).query))
        return await connecting.come_back(
            self.here.site.house, onward.sealed, browser, said, self.clock()
        )
