"""What leaves the house: each way has a client of its own, so that none waits for another."""

from contextlib import AsyncExitStack
from functools import partial
from typing import Final

import msgspec

from tocsin import __version__
from tocsin.channels import CHANNELS
from tocsin.channels.tools import Tools
from tocsin.channels.webhook import signing_key
from tocsin.config import Settings
from tocsin.domain.monitoring.envoy import Envoy
from tocsin.domain.reaching.channel import Channel
from tocsin.domain.reaching.provider import Provider
from tocsin.engine.carrying import Carrying
from tocsin.engine.couriers import Couriers
from tocsin.engine.dispatcher import PLACES
from tocsin.engine.lookout import Look, looking_with
from tocsin.engine.posting import Posting
from tocsin.engine.recording_courier import recording_courier
from tocsin.engine.room_courier import room_courier
from tocsin.engine.signal_courier import signal_courier
from tocsin.engine.webhook_courier import webhook_courier
from tocsin.engine.write_back_courier import write_back_courier
from tocsin.kit.clock import Clock
from tocsin.kit.http import Outbound, make_client
from tocsin.kit.sealing import Sealer
from tocsin.kit.smtp import MailServer
from tocsin.kit.vapid import vapid_of
from tocsin.outlets.pagerduty_rest import PagerDutyRest
from tocsin.probes.look import open_tools
from tocsin.usecases.house import Decisions, House, decided

USER_AGENT: Final = f"Tocsin/{__version__}"


async def open_carrying(
    settings: Settings,
    sealer: Sealer,
    outbound: Outbound,
    stack: AsyncExitStack,
    *,
    clock: Clock,
    decisions: Decisions,
) -> Carrying:
    """Make the channels that need no provider, and what makes those of providers."""
    # Lanes bound how much is under way: a common bound would let one that hangs starve others.
    http = make_client(outbound, user_agent=USER_AGENT, connections=None)
    tools = Tools(
        http=await stack.enter_async_context(http),
        clock=clock,
        signing_key=signing_key(sealer),
        mail=_mail_server(settings, stack),
        mail_domain=settings.mail_domain or "",
        vapid=vapid_of(sealer),
        outbound=outbound,
        language=lambda: decided(settings, decisions.newest).language,
    )
    given = [one.make(tools, {}, "") for one in CHANNELS if not one.declaration.settings]
    carrying = Carrying(filter(None, given), partial(_channel_of, settings, tools))
    stack.push_async_callback(carrying.close)
    return carrying


def _channel_of(settings: Settings, tools: Tools, provider: Provider) -> Channel | None:
    channel = next((one for one in CHANNELS if one.declaration.name == provider.type), None)
    callback = f"{settings.public_url}/callbacks/{provider.id}"
    return channel.make(tools, provider.settings, callback) if channel else None


def _mail_server(settings: Settings, stack: AsyncExitStack) -> MailServer | None:
    if settings.smtp_url is None:
        return None
    server = MailServer(**msgspec.structs.asdict(settings.smtp_url))
    stack.push_async_callback(server.close)
    return server


async def open_couriers(
    house: House, carrying: Carrying, outbound: Outbound, stack: AsyncExitStack
) -> Couriers:
    """Make what carries deliveries to machines: however many wait, no page waits behind them."""
    http = make_client(outbound, user_agent=USER_AGENT, connections=PLACES)
    await stack.enter_async_context(http)
    posting = Posting(house, carrying)
    return {
        "signal": signal_courier(http, posting, signing_key(house.sealer)),
        "webhook": webhook_courier(http),
        "write_back": write_back_courier(http),
        "room": room_courier(carrying),
        "recording": recording_courier(carrying),
    }


async def open_look(outbound: Outbound, clock: Clock, stack: AsyncExitStack) -> Look:
    """Make what monitors look with."""
    tools = open_tools(outbound, user_agent=USER_AGENT, clock=clock)
    return looking_with(await stack.enter_async_context(tools))


async def open_envoy(outbound: Outbound, clock: Clock, stack: AsyncExitStack) -> Envoy:
    """Make what asks other servers, in its own time: no delivery waits for it."""
    http = make_client(outbound, user_agent=USER_AGENT)
    return PagerDutyRest(await stack.enter_async_context(http), clock)
