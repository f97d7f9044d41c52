"""The ways to reach people: one file each, and this is all of them."""

from collections.abc import Mapping
from typing import Final, Protocol, Self

from tocsin.channels.apprise import Apprise
from tocsin.channels.discord.channel import Discord
from tocsin.channels.email import Email
from tocsin.channels.google_chat import GoogleChat
from tocsin.channels.gotify import Gotify
from tocsin.channels.mail_server import SmtpServer
from tocsin.channels.matrix.channel import Matrix
from tocsin.channels.mattermost.channel import Mattermost
from tocsin.channels.ntfy import Ntfy
from tocsin.channels.plivo.sms import PlivoSms
from tocsin.channels.plivo.voice import PlivoVoice
from tocsin.channels.pushover import Pushover
from tocsin.channels.sip.channel import Sip
from tocsin.channels.slack.channel import Slack
from tocsin.channels.smpp.channel import Smpp
from tocsin.channels.sms_gateway.channel import SmsGateway
from tocsin.channels.sns import Sns
from tocsin.channels.teams.bot import TeamsBot
from tocsin.channels.teams.workflow import TeamsWorkflow
from tocsin.channels.telegram.channel import Telegram
from tocsin.channels.tools import Tools
from tocsin.channels.twilio.sms import TwilioSms
from tocsin.channels.twilio.voice import TwilioVoice
from tocsin.channels.twilio.whatsapp import TwilioWhatsapp
from tocsin.channels.vonage.sms import VonageSms
from tocsin.channels.web_push import WebPush
from tocsin.channels.webhook import Webhook
from tocsin.channels.whatsapp.channel import WhatsApp
from tocsin.domain.reaching.channel import Channel


class Maker(Channel, Protocol):
    """How a channel is made: None where the installation lacks what it needs.

    ``settings`` are those that it declares, as an administrator gave them; ``callback`` is the
    address at which its provider may call us.
    """

    @classmethod
    def make(cls, tools: Tools, settings: Mapping[str, str], callback: str) -> Self | None:
        """Make one."""


CHANNELS: Final[tuple[type[Maker], ...]] = (
    Email,
    SmtpServer,
    Apprise,
    Discord,
    GoogleChat,
    Gotify,
    Matrix,
    Mattermost,
    Ntfy,
    PlivoSms,
    PlivoVoice,
    Pushover,
    Sip,
    Slack,
    Smpp,
    SmsGateway,
    Sns,
    TeamsBot,
    TeamsWorkflow,
    Telegram,
    TwilioSms,
    TwilioVoice,
    TwilioWhatsapp,
    VonageSms,
    WebPush,
    Webhook,
    WhatsApp,
)
DECLARED: Final = tuple(channel.declaration for channel in CHANNELS)
