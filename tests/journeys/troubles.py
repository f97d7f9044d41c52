"""What befalls a channel on this machine: its provider breaks, hangs, limits, or knows us not."""

from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Final, Literal, NamedTuple, get_args

from tests.hook import Hook
from tests.inbox import Inbox
from tests.night import SECRET
from tests.standins import slack, teams, telephones
from tests.standins.chat_server import Answered, ChatServer
from tests.standins.push_browser import PushBrowser
from tests.standins.smsc import NOBODY, PASSWORD, SYSTEM_ID, Smsc
from tests.standins.teams import TeamsServer
from tocsin.channels.teams.hearing import address_of
from tocsin.channels.webhook import signing_key
from tocsin.kit.sealing import Sealer
from tocsin.kit.smtp import MailServer

Trouble = Literal["none", "broken", "hanging", "limiting", "losing", "wrong address", "revoked"]
TROUBLES: Final[tuple[Trouble, ...]] = get_args(Trouble)
PATIENCE: Final = 7  # seconds that whoever limits us asks for, where it can ask
_HEADER: Final = f"Retry-After: {PATIENCE}"
_SYSTEM_ERROR, _THROTTLED = 0x08, 0x58  # of SMPP
_MANY: Final = 9


class Stage(NamedTuple):
    """What a channel is made with, and whom it reaches."""

    settings: Mapping[str, str]
    address: str
    mail: MailServer | None = None


Open = Callable[[Trouble], AbstractAsyncContextManager[Stage]]


def over_http(
    make: Callable[[], ChatServer],
    *,
    address: str,
    wrong: str,
    settings: Mapping[str, str],
    revoked: Mapping[str, str] | None = None,
) -> Open:
    """Reach people by a provider that is asked over HTTP; ``{url}`` is where it is.

    ``revoked`` are credentials that it believes no more.
    """

    @asynccontextmanager
    async def open_stage(trouble: Trouble) -> AsyncIterator[Stage]:
        async with make() as server:
            _befall(server, trouble)
            given = {**settings, **((revoked or {}) if trouble == "revoked" else {})}
            whom = wrong if trouble == "wrong address" else address
            yield Stage(
                {name: value.replace("{url}", server.url) for name, value in given.items()},
                whom.replace("{url}", server.url),
            )

    return open_stage


@asynccontextmanager
async def in_teams(trouble: Trouble) -> AsyncIterator[Stage]:
    """Reach people by a bot of Microsoft Teams, at signed addresses."""
    async with TeamsServer() as server:
        _befall(server, trouble)
        secret = "Nx78Q~gone" if trouble == "revoked" else teams.SECRET
        login = {"login_url": server.url, "keys_url": f"{server.url}/keys"}
        conversation = teams.LEFT if trouble == "wrong address" else "a:1AbC%3Bx"
        place = f"{server.url}/emea/v3/conversations/{conversation}"
        key = signing_key(Sealer(SECRET)).encode()
        yield Stage({"app_id": teams.APP, "secret": secret, **login}, address_of(place, key))


@asynccontextmanager
async def in_slack(trouble: Trouble) -> AsyncIterator[Stage]:
    """Reach people by an app of Slack."""
    async with slack.running() as server:
        match trouble:
            case "broken":
                server.say("503 Service Unavailable")
            case "hanging":
                server.open.clear()
            case "limiting":
                server.say("429 Too Many Requests", _HEADER)
        token = "xoxb-1-gone" if trouble == "revoked" else slack.TOKEN
        given = {"token": token, "signing_secret": slack.SECRET, "base_url": server.base_url}
        yield Stage(given, "U9NOBODY" if trouble == "wrong address" else "U1ANN")


def by_hook(
    address_at: Callable[[str], str],
    *,
    settings: Mapping[str, str] | None = None,
    wrong: str = "410 Gone",
) -> Open:
    """Reach people at a web server of their own; ``wrong`` is what it says if nobody is there."""

    @asynccontextmanager
    async def open_stage(trouble: Trouble) -> AsyncIterator[Stage]:
        hook = Hook()
        await hook.start()
        match trouble:
            case "broken":
                hook.say("503 Service Unavailable")
            case "hanging":
                hook.open.clear()
            case "limiting":
                hook.say("429 Too Many Requests", _HEADER)
            case "wrong address":
                hook.say(wrong)
            case "revoked":
                hook.say("403 Forbidden")
        try:
            yield Stage(settings or {}, address_at(hook.url))
        finally:
            hook.open.set()
            await hook.stop()

    return open_stage


@asynccontextmanager
async def by_apprise(trouble: Trouble) -> AsyncIterator[Stage]:
    """Reach people by Apprise, which posts JSON to a web server; it knows no other service."""
    settings = {"services": "json"}
    async with by_hook(lambda url: url, settings=settings)(trouble) as stage:
        service = "xml" if trouble == "wrong address" else "json"
        yield Stage(settings, stage.address.replace("http://", f"{service}://ann:s3cret@"))


def in_browser(url: str) -> str:
    """Subscribe a browser to pushes."""
    return PushBrowser().subscription(url)


@asynccontextmanager
async def by_mail(trouble: Trouble) -> AsyncIterator[Stage]:
    """Reach people by the mail server of the settings."""
    user = "oncall" if trouble == "revoked" else None
    async with _mailbox(trouble) as inbox:
        mail = MailServer(
            host="127.0.0.1", port=inbox.port, starttls="never", username=user, password="gone"
        )
        yield Stage({}, "ann@example.com", mail)
        inbox.open.set()
        await mail.close()


@asynccontextmanager
async def by_mail_server(trouble: Trouble) -> AsyncIterator[Stage]:
    """Reach people by a mail server that administrators have set up."""
    login = {"user": "oncall", "password": "gone"} if trouble == "revoked" else {}
    async with _mailbox(trouble) as inbox:
        place = {"host": "127.0.0.1", "port": str(inbox.port), "encryption": "none"}
        yield Stage({**place, "bounces": "none", **login}, "ann@example.com")


@asynccontextmanager
async def _mailbox(trouble: Trouble) -> AsyncIterator[Inbox]:
    inbox = Inbox()
    await inbox.start()
    match trouble:
        case "broken":
            inbox.at_data = "451 4.3.0 Something has gone wrong here"
        case "hanging":
            inbox.open.clear()
        case "limiting":
            inbox.at_data = "450 4.7.1 Too many mails from you"
        case "wrong address":
            inbox.at_rcpt = lambda _: "550 5.1.1 Nobody of this name"
        case "revoked":
            inbox.login = ("oncall", "another password")
    try:
        yield inbox
    finally:
        inbox.open.set()
        await inbox.stop()


@asynccontextmanager
async def by_smpp(trouble: Trouble) -> AsyncIterator[Stage]:
    """Reach people by an SMSC."""
    async with Smsc() as smsc:
        match trouble:
            case "broken":
                smsc.statuses = [_SYSTEM_ERROR] * _MANY
            case "hanging":
                smsc.open.clear()
            case "limiting":
                smsc.statuses = [_THROTTLED] * _MANY
        password = "gone" if trouble == "revoked" else PASSWORD
        settings = {"server": f"127.0.0.1:{smsc.port}", "system_id": SYSTEM_ID}
        settings |= {"password": password, "sender": "Oncall", "encryption": "none"}
        number = NOBODY.removeprefix("1") if trouble == "wrong address" else "5550100"
        yield Stage(settings, number)


@asynccontextmanager
async def by_sip(trouble: Trouble) -> AsyncIterator[Stage]:
    """Reach people by a trunk of their own; somebody takes the call and presses 4."""
    given = {"transport": "udp", "user": "tocsin", "password": "s3cret", "registers": "no"}
    async with _telephone(trouble) as server:
        yield Stage({"server": server, **given}, "5550100")


@asynccontextmanager
async def _telephone(trouble: Trouble) -> AsyncIterator[str]:
    lines = {
        "broken": "503 Service Unavailable",
        "limiting": "480 Temporarily Unavailable",
        "wrong address": "404 Not Found",
        "revoked": "403 Forbidden",
    }
    if trouble in lines:
        async with telephones.refusing(lines[trouble], _HEADER, calls=2) as server:
            yield server
    elif trouble == "hanging":
        yield f"127.0.0.1:{telephones.free_port()}"
    else:
        async with telephones.answering((0.5, "4")) as peer:
            yield peer.server


def _befall(server: ChatServer, trouble: Trouble) -> None:
    match trouble:
        case "broken":
            server.broken = Answered(503, "<html>Sorry</html>")
        case "hanging":
            server.open.clear()
        case "limiting":
            server.broken = Answered(429, None, (_HEADER,))
