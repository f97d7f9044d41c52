"""A watch: Ann is paged by one channel first, with another way behind it, and time by hand."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import datetime, timedelta
from typing import NamedTuple

import httpx
import msgspec
import sqlalchemy as sa
from msgspec.structs import replace
from prometheus_client import CollectorRegistry

from tests.hook import Hook
from tests.inbox import Inbox
from tests.journeys.troubles import Stage
from tests.night import Night
from tests.team import NOON, RULES
from tocsin.channels import Maker
from tocsin.channels.email import Email
from tocsin.channels.tools import Tools
from tocsin.channels.webhook import Webhook, signing_key
from tocsin.domain.people.user import ContactMethod, NotificationRule
from tocsin.domain.reaching.channel import Channel
from tocsin.domain.reaching.hearing import Heard, Receipt
from tocsin.domain.reaching.provider import Provider
from tocsin.domain.response.log_entry import LogEntry
from tocsin.domain.response.sentences import sentence
from tocsin.domain.work import TIMER
from tocsin.engine.carrying import Carrying
from tocsin.engine.engine import Engine
from tocsin.kit.ids import new_id
from tocsin.kit.smtp import MailServer
from tocsin.kit.vapid import vapid_of
from tocsin.store import tables
from tocsin.store.reaching.messages import MESSAGES
from tocsin.usecases import work
from tocsin.usecases.people import contact_methods
from tocsin.usecases.reaching import devices, hearing, providers
from tocsin.usecases.reaching.providers import callback_of


class World(NamedTuple):
    """A night, the way out of the house, and what is reached in the end."""

    night: Night
    http: httpx.AsyncClient
    inbox: Inbox
    hook: Hook


class Watch:
    """``reached`` counts what came to Ann by her other way."""

    def __init__(self, world: World, carrying: Carrying) -> None:
        self.night = world.night
        self._inbox, self._hook = world.inbox, world.hook
        self._engine = Engine(self.night.house, carrying, CollectorRegistry())
        self._lanes = (TIMER, *self.night.house.kinds)

    @property
    def reached(self) -> int:
        """How often Ann was reached by her other way: her mailbox, or else a webhook."""
        return len(self._inbox.mails) + len(self._hook.heard)

    async def give(self, kind: str, address: str) -> None:
        """Let Ann be paged by this at once, and by what else she has only if that fails."""
        house, ann = self.night.house, self.night.team.ann
        await self.night.sql(sa.delete(tables.notification_rules))
        if house.kinds[kind].adds_itself:
            device = devices.Wish(subscription=address, label="Phone")
            await devices.add(house, ann.id, device, NOON)
        elif kind == "email":
            await self._use(await self.night.default_email(ann))
            await self._add("webhook", self._hook.url)
        else:
            await self._use(await self._add(kind, address))

    async def alert(self) -> None:
        """Let something go wrong, and let happen what follows at once."""
        await self.night.trigger("Disk full")
        await self.wait(0)

    async def wait(self, seconds: float, *, seldom: bool = False) -> None:
        """Let time pass, and everything in it happen when it is due, or ``seldom``: at its end."""
        until = self.night.now + timedelta(seconds=seconds)
        if seldom:
            self.night.now = until
        while (due := await self._next_due()) and due <= until:
            self.night.now = max(self.night.now, due)
            await self._engine.step(self.night.now)
        self.night.now = until

    async def confirm(self) -> None:
        """Let the provider say that the message has arrived."""
        [known] = await providers.find(self.night.house)
        async with self.night.database.read() as tx:
            [sent] = await MESSAGES.select(tx)
        receipt = Receipt(provider_id=sent.provider_ref or "", state="delivered")
        heard = Heard(receipts=(receipt,))
        await hearing.take(self.night.house, known.provider, heard, self.night.now)

    async def said(self) -> list[str]:
        """What the timeline says of pages."""
        names = {self.night.team.ann.id: "Ann"}
        return [sentence(entry, names) for entry in await self._entries()]

    async def attempts(self) -> list[float]:
        """After how many seconds Ann's first way was tried."""
        found = await self.night.notifications()
        return [(one.at - NOON).total_seconds() for one in found if one.kind == found[0].kind]

    async def written(self) -> str:
        """Everything that people may read of it."""
        kept = [await self._entries(), await self.night.notifications(), await self.night.alarms()]
        return msgspec.json.encode(kept).decode()

    async def _entries(self) -> list[LogEntry]:
        [incident] = await self.night.incidents()
        return await self.night.told(incident)

    async def _next_due(self) -> datetime | None:
        seen = await work.look(self.night.house, self._lanes, self.night.now)
        later = [lane.later for lane in seen if lane.later]
        return self.night.now if any(lane.now for lane in seen) else min(later, default=None)

    async def _add(self, kind: str, address: str) -> ContactMethod:
        wish = contact_methods.Wish(kind=kind, label=kind, address=address)
        return await contact_methods.create(self.night.house, self.night.team.ann.id, wish, NOON)

    async def _use(self, method: ContactMethod) -> None:
        rule = NotificationRule(
            id=new_id(),
            user_id=method.user_id,
            contact_method_id=method.id,
            urgency="high",
            created_at=NOON,
        )
        async with self.night.database.begin() as tx:
            await RULES.insert(tx, rule)


@asynccontextmanager
async def on_watch(world: World, maker: type[Maker], *stages: Stage) -> AsyncIterator[Watch]:
    """Set a channel up at One, and perhaps at Two, and make it Ann's first way."""
    night, inbox = world.night, world.inbox
    async with AsyncExitStack() as stack:
        spare = MailServer(host="127.0.0.1", port=inbox.port, starttls="never")
        stack.push_async_callback(spare.close)
        carrying = _carrying(night, _tools(world, stages[0].mail), maker, spare)
        stack.push_async_callback(carrying.close)
        watch = Watch(world, carrying)
        await watch.give(maker.declaration.kind.name, stages[0].address)
        if maker.declaration.settings:
            for name, stage in zip(("One", "Two"), stages, strict=False):
                wish = providers.Wish(
                    type=maker.declaration.name, name=name, settings=stage.settings
                )
                await providers.create(night.house, wish, NOON)
        yield watch


def _tools(world: World, mail: MailServer | None) -> Tools:
    house = world.night.house
    return Tools(
        http=world.http,
        clock=house.clock,
        signing_key=signing_key(house.sealer),
        mail=mail,
        vapid=vapid_of(house.sealer),
    )


def _carrying(night: Night, tools: Tools, maker: type[Maker], mail: MailServer) -> Carrying:
    """Join the channel and the spare one, and let the house know no others: that is quicker."""

    def make(provider: Provider) -> Channel | None:
        return maker.make(tools, provider.settings, callback_of(night.house, provider.id))

    is_email = maker.declaration.kind.name == "email"
    spare = Webhook.make(tools, {}, "") if is_email else Email(mail)
    own = None if maker.declaration.settings else maker.make(tools, {}, "")
    carrying = Carrying([one for one in (own, spare) if one], make)
    declared = {maker.declaration, spare.declaration}
    night.house = replace(night.house, declared=tuple(declared), channels=carrying.given)
    return carrying
