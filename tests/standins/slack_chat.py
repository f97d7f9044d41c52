"""A workspace of Slack that is set up at the house, and what carries to it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from prometheus_client import CollectorRegistry

from tests.night import Night
from tests.standins.slack import CHANNEL, SECRET, TOKEN, running
from tests.standins.slack import Slack as StandIn
from tocsin.channels.slack.channel import Slack
from tocsin.channels.tools import Tools
from tocsin.domain.machines.delivery import LANES, Dispatch
from tocsin.domain.reaching.provider import Provider
from tocsin.domain.reaching.room import Room
from tocsin.engine.carrying import Carrying
from tocsin.engine.couriers import Couriers
from tocsin.engine.dispatcher import Dispatcher
from tocsin.engine.meters import Meters
from tocsin.engine.room_courier import room_courier
from tocsin.kit.clock import system_clock
from tocsin.kit.http import Outbound, make_client
from tocsin.store.database import Database
from tocsin.usecases.parts import Part
from tocsin.usecases.reaching import providers, rooms
from tocsin.usecases.reaching.rooms import Wish

THREAD = "thread_ts"


class Chat:
    """A workspace that is set up, and what carries to it."""

    def __init__(
        self, night: Night, slack: StandIn, provider: Provider, dispatcher: Dispatcher
    ) -> None:
        self.night, self.slack, self.provider = night, slack, provider
        self.dispatcher = dispatcher

    async def room(self, *, service_id: str | None = None, **given: str) -> Room:
        """Add a room."""
        wish = Wish(provider_id=self.provider.id, address=CHANNEL, service_id=service_id, **given)
        return await rooms.create(self.night.house, wish, self.night.now)

    async def passes(self, **time: float) -> None:
        """Move the clock, and deliver what is due."""
        self.night.passes(**time)
        await self.dispatcher.step(lambda: self.night.now)

    async def log(self, destination_id: str) -> list[Dispatch]:
        """What a room or a group was told, the oldest first."""
        found, _ = await rooms.deliveries_of(self.night.house, destination_id, Part(limit=100))
        return found[::-1]

    @property
    def posts(self) -> list[dict[str, Any]]:
        """What stands in the channel itself."""
        return [post for post in self.slack.posts.values() if THREAD not in post]

    @property
    def remarks(self) -> list[str]:
        """What stands in threads."""
        return [post["text"] for post in self.slack.posts.values() if THREAD in post]

    def shown(self) -> tuple[str, list[str]]:
        """How the only post says that the incident stands, and its buttons."""
        [post] = self.posts
        buttons = [one["action_id"] for one in post["blocks"][-1]["elements"]]
        return post["blocks"][1]["text"]["text"], buttons


@asynccontextmanager
async def chatting(database: Database) -> AsyncIterator[Chat]:
    """Run Slack, and set it up."""
    night = await Night.falls(database)
    async with running() as slack, make_client(Outbound(), user_agent="Tocsin/test") as http:
        given = {"token": TOKEN, "signing_secret": SECRET, "base_url": slack.base_url}
        wish = providers.Wish(type="slack", settings=given)
        provider = await providers.create(night.house, wish, night.now)
        await providers.recall(night.house)
        tools = Tools(http=http, clock=system_clock, signing_key="key")
        carrying = Carrying((), lambda one: Slack.make(tools, one.settings, ""))
        couriers: Couriers = {"room": room_courier(carrying)}
        meters = Meters(CollectorRegistry(), LANES)
        yield Chat(night, slack, provider, Dispatcher(night.house, couriers, meters))
