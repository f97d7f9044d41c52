"""The matrix: each channel, how it is set up on this machine, and what cannot befall it."""

from collections.abc import Mapping
from typing import Final, NamedTuple

from tests.channels import test_google_chat, test_sms_gateway, test_teams_workflow
from tests.channels.test_twilio_whatsapp import ENGLISH
from tests.journeys.troubles import (
    Open,
    Trouble,
    by_apprise,
    by_hook,
    by_mail,
    by_mail_server,
    by_sip,
    by_smpp,
    in_browser,
    in_slack,
    in_teams,
    over_http,
)
from tests.standins import (
    discord,
    matrix,
    mattermost,
    plivo,
    push_apps,
    sms_gateways,
    sns,
    telegram,
    twilio,
    vonage,
    whatsapp,
)

_NUMBER: Final = "5550100"
_TWILIO: Final = {
    "account_sid": twilio.SID,
    "auth_token": twilio.TOKEN,
    "base_url": "{url}",
}
_PLIVO: Final = {"auth_id": plivo.ID, "auth_token": plivo.TOKEN, "base_url": "{url}"}
_GONE: Final = {"auth_token": "gone"}
_IS_ITS_ADDRESS: Final = "its credentials are the person's address"


class Case(NamedTuple):
    """A channel. ``told`` is what the timeline calls it, ``never`` says what it cannot suffer.

    ``is_patient`` says that who limits it can say for how long; one that ``is_slow`` starts a
    process for each message, and is looked at less often.
    """

    type: str
    told: str
    open: Open
    never: Mapping[Trouble, str] = {}
    is_patient: bool = True
    is_slow: bool = False


def _by_twilio(**settings: str) -> Open:
    return over_http(
        twilio.TwilioServer,
        address=_NUMBER,
        wrong="5005550001",
        settings=_TWILIO | settings,
        revoked=_GONE,
    )


def _by_plivo(**settings: str) -> Open:
    return over_http(
        plivo.PlivoServer,
        address=_NUMBER,
        wrong=plivo.WRONG.removeprefix("1"),
        settings=_PLIVO | settings,
        revoked=_GONE,
    )


def _telegram() -> telegram.TelegramServer:
    server = telegram.TelegramServer()
    server.refusals["999"] = telegram.refusal(400, "Bad Request: chat not found")
    return server


CASES: Final = (
    Case(
        "apprise",
        "apprise",
        by_apprise,
        never={"revoked": _IS_ITS_ADDRESS},
        is_patient=False,
        is_slow=True,
    ),
    Case(
        "discord",
        "discord",
        over_http(
            discord.DiscordServer,
            address=discord.ANN,
            wrong=discord.CLOSED,
            settings={
                "token": discord.TOKEN,
                "public_key": discord.PUBLIC_KEY,
                "base_url": "{url}",
            },
            revoked={"token": "gone"},
        ),
    ),
    Case("email", "e-mail", by_mail, is_patient=False),
    Case(
        "google_chat",
        "google chat",
        over_http(
            test_google_chat.GoogleServer,
            address=f"{{url}}{test_google_chat.SPACE}",
            wrong="{url}/v1/spaces/GONE/messages?key=K&token=T",
            settings={},
        ),
        never={"revoked": _IS_ITS_ADDRESS},
    ),
    Case(
        "gotify",
        "gotify",
        over_http(
            push_apps.GotifyServer,
            address=push_apps.GOTIFY_TOKEN,
            wrong="Arevoked0000000",
            settings={"base_url": "{url}"},
        ),
        never={"revoked": _IS_ITS_ADDRESS},
    ),
    Case(
        "matrix",
        "matrix",
        over_http(
            matrix.MatrixServer,
            address=matrix.ANN,
            wrong="@nobody:example.com",
            settings={"base_url": "{url}", "token": matrix.TOKEN},
            revoked={"token": "syt_gone"},
        ),
    ),
    Case(
        "mattermost",
        "mattermost",
        over_http(
            mattermost.MattermostServer,
            address="@ann",
            wrong="@nobody",
            settings={"base_url": "{url}", "token": mattermost.TOKEN},
            revoked={"token": "gone"},
        ),
    ),
    Case(
        "ntfy",
        "ntfy",
        over_http(
            push_apps.NtfyServer,
            address=push_apps.TOPIC,
            wrong="reserved-ann",
            settings={"base_url": "{url}", "token": push_apps.NTFY_TOKEN},
            revoked={"token": "tk_gone"},
        ),
    ),
    Case("plivo_sms", "SMS", _by_plivo(sender=plivo.FROM)),
    Case("plivo_voice", "phone", _by_plivo(caller=plivo.FROM)),
    Case(
        "pushover",
        "pushover",
        over_http(
            push_apps.PushoverServer,
            address=push_apps.USER_KEY,
            wrong="u" * 30,
            settings={"token": push_apps.APP_TOKEN, "base_url": "{url}"},
            revoked={"token": "a" * 30},
        ),
    ),
    Case("sip", "phone", by_sip, is_patient=False, is_slow=True),
    Case("slack", "slack", in_slack),
    Case("smpp", "SMS", by_smpp, is_patient=False),
    Case(
        "sms_gateway",
        "SMS",
        over_http(
            sms_gateways.GatewayServer,
            address=_NUMBER,
            wrong=sms_gateways.NOBODY.removeprefix("1"),
            settings=test_sms_gateway.FORM | {"url": "{url}/form", "secret": sms_gateways.SECRET},
            revoked={"secret": "gone"},
        ),
    ),
    Case("smtp", "e-mail", by_mail_server, is_patient=False),
    Case(
        "sns",
        "SMS",
        over_http(
            sns.SnsServer,
            address=_NUMBER,
            wrong=sns.INVALID.removeprefix("+1"),
            settings={
                "access_key_id": sns.KEY_ID,
                "secret_access_key": sns.SECRET,
                "region": sns.REGION,
                "base_url": "{url}",
            },
            revoked={"secret_access_key": "gone"},
        ),
    ),
    Case("teams_bot", "teams", in_teams),
    Case(
        "teams_workflow",
        "teams workflow",
        over_http(
            test_teams_workflow.WorkflowServer,
            address=f"{{url}}{test_teams_workflow.PATH}",
            wrong="{url}/workflows/gone",
            settings={},
        ),
        never={"revoked": _IS_ITS_ADDRESS},
    ),
    Case(
        "telegram",
        "telegram",
        over_http(
            _telegram,
            address=str(telegram.ANN),
            wrong="999",
            settings={"token": telegram.TOKEN, "updates": "webhook", "base_url": "{url}"},
            revoked={"token": "123456:gone-gone-gone-gone-gone-gone-gone-1"},
        ),
    ),
    Case("twilio_sms", "SMS", _by_twilio(sender=twilio.FROM)),
    Case("twilio_voice", "phone", _by_twilio(caller=twilio.FROM)),
    Case(
        "twilio_whatsapp",
        "WhatsApp",
        _by_twilio(sender=twilio.FROM, page_template=ENGLISH),
    ),
    Case(
        "vonage_sms",
        "SMS",
        over_http(
            vonage.VonageServer,
            address=_NUMBER,
            wrong=vonage.UNROUTABLE.removeprefix("1"),
            settings={
                "api_key": vonage.KEY,
                "api_secret": vonage.SECRET,
                "sender": "15550199",
                "base_url": "{url}",
            },
            revoked={"api_secret": "gone"},
        ),
    ),
    Case("web_push", "push", by_hook(in_browser)),
    Case(
        "webhook",
        "webhook",
        by_hook(lambda url: url),
        never={"revoked": "whoever is told needs no credentials of ours"},
    ),
    Case(
        "whatsapp",
        "WhatsApp",
        over_http(
            whatsapp.WhatsAppServer,
            address=_NUMBER,
            wrong=whatsapp.NOBODY.removeprefix("1"),
            settings={
                "token": whatsapp.TOKEN,
                "phone_number_id": whatsapp.NUMBER_ID,
                "app_secret": whatsapp.APP_SECRET,
                "verify_token": "words by chance",
                "page_template": "tocsin_page",
                "notice_template": "tocsin_notice",
                "languages": "en de",
                "base_url": "{url}/v23.0",
            },
            revoked={"token": "EAAG-gone"},
        ),
    ),
)
