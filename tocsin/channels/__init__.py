"""The ways to reach people: one file each, and this is all of them."""

from typing import Final

from tocsin.channels.email import Email
from tocsin.channels.webhook import Webhook
from tocsin.domain.channel import Channel

CHANNELS: Final[tuple[type[Channel], ...]] = (Email, Webhook)
