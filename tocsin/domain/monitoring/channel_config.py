"""What each kind of notification channel must know of the place that it tells."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, Literal, get_args
from urllib.parse import urlsplit

import msgspec
from msgspec.structs import replace

from tocsin.domain.masking import LONG_ENOUGH, hide, is_mask, mask, reveal, secrets_in
from tocsin.domain.monitoring.notification_channel import ChannelKind, SignalAction

US: Final = "https://events.pagerduty.com"
EU: Final = "https://events.eu.pagerduty.com"
Method = Literal["GET", "POST", "PUT", "PATCH", "DELETE"]
METHODS: Final[tuple[Method, ...]] = get_args(Method)
SHOWN_ADDRESSES: Final = 3
V2_PATH: Final = "/v2/enqueue"
V1_PATH: Final = "/generic/2010-04-15/create_event.json"


class FarSide(msgspec.Struct, frozen=True, kw_only=True):
    """The other side's REST API: as whom we speak to it, and how it tells what people did there.

    ``token`` is an API key, or the app's access token that ``expires_at`` and is had anew for
    ``refresh_token``; ``refreshing_until``: somebody is at it. ``follows``: what happens to the
    incident there happens to the violation. ``integration_id`` is of an integration that was made
    for the channel. ``heard_at``: the first webhook came. ``fault`` says why nothing can be asked.
    """

    rest_base_url: str = "https://api.pagerduty.com"
    oauth_url: str = ""
    client_id: str = ""
    client_secret: str = ""
    token: str = ""
    refresh_token: str = ""
    expires_at: datetime | None = None
    refreshing_until: datetime | None = None
    user_email: str = ""
    subscription_id: str = ""
    webhook_secret: str = ""
    service_id: str = ""
    service_name: str = ""
    integration_id: str = ""
    follows: bool = False
    heard_at: datetime | None = None
    fault: str = ""


class PagerDuty(msgspec.Struct, frozen=True, kw_only=True, tag="pagerduty"):
    """An integration of a service, at PagerDuty or whoever speaks as it does; v1 for old keys."""

    integration_key: str
    dialect: Literal["v2", "v1"] = "v2"
    base_url: str = US
    far: FarSide | None = None


class ApiRequest(msgspec.Struct, frozen=True, kw_only=True):
    """One request, with placeholders; ``headers`` are lines such as ``Accept: text/plain``."""

    method: Method = "POST"
    url: str
    headers: str = ""
    body: str = ""


class ApiAction(msgspec.Struct, frozen=True, kw_only=True, tag="api"):
    """Requests of anybody's making. ``parse_response`` leads to ``{ID}`` in the first answer."""

    trigger: ApiRequest
    acknowledge: ApiRequest | None = None
    resolve: ApiRequest | None = None
    parse_response: str = ""

    def request(self, action: SignalAction) -> ApiRequest | None:
        """Return the request for an action, if there is one."""
        return {
            "trigger": self.trigger, "acknowledge": self.acknowledge, "resolve": self.resolve
        }[action]  # fmt: skip


class Email(msgspec.Struct, frozen=True, kw_only=True, tag="email"):
    """People, or a list of them, by their addresses."""

    addresses: tuple[str, ...]


class Slack(msgspec.Struct, frozen=True, kw_only=True, tag="slack"):
    """An incoming webhook of Slack, or of whoever takes the same: the address is the secret."""

    url: str


class Webhook(msgspec.Struct, frozen=True, kw_only=True, tag="webhook"):
    """An address that hears signals as JSON, signed with the secret if there is one."""

    url: str
    secret: str = ""
    headers: str = ""


Config = PagerDuty | ApiAction | Email | Slack | Webhook


def kind_of(config: Config) -> ChannelKind:
    """Return the kind of channel that a configuration is for."""
    kind: ChannelKind = msgspec.convert(config.__struct_config__.tag, ChannelKind)
    return kind


def write(config: Config) -> str:
    """Return a configuration as it is sealed."""
    return msgspec.json.encode(config).decode()


def read(text: str) -> Config:
    """Read what was written."""
    config: Config = msgspec.json.decode(text, type=Config)
    return config


def tidied(config: Config) -> Config:
    """Return it without what is easily pasted along with what is wanted."""
    match config:
        case PagerDuty(integration_key=key, base_url=url):
            base = url.strip().rstrip("/").removesuffix(V2_PATH).removesuffix(V1_PATH)
            return replace(config, integration_key=key.strip(), base_url=base or US)
        case ApiAction(parse_response=path):
            return replace(config, parse_response=path.strip())
        case Email(addresses=addresses):
            return replace(config, addresses=tuple(dict.fromkeys(filter(None, addresses))))
        case _:
            return replace(config, url=config.url.strip())


def is_connected(config: Config) -> bool:
    """Say whether the other side can be asked."""
    return isinstance(config, PagerDuty) and config.far is not None and config.far.token != ""


def shown(config: Config) -> str:
    """Say where it tells, without secrets."""
    match config:
        case PagerDuty(integration_key=key, base_url=url):
            return f"{urlsplit(url).netloc}, key {mask(key)}"
        case ApiAction(trigger=trigger):
            return f"{trigger.method} {place(trigger.url)}"
        case Email(addresses=addresses):
            return _listed(addresses)
        case _:
            return mask_url(config.url)


def masked(config: Config) -> Config:
    """Return a configuration as a form may show it."""
    match config:
        case PagerDuty(integration_key=key):
            return replace(config, integration_key=mask(key), far=None)
        case ApiAction():
            return _rewritten(config, hide)
        case Email():
            return config
        case Slack(url=url):
            return replace(config, url=mask_url(url))
        case _:
            secret = mask(config.secret) if config.secret else ""
            url, headers = mask_url(config.url), hide(config.headers)
            return replace(config, url=url, secret=secret, headers=headers)


def merged(after: Config, before: Config) -> Config:
    """Return ``after`` with the secrets of ``before`` that a form did not send again."""
    match after, before:
        case PagerDuty(), PagerDuty():
            key = _kept(after.integration_key, before.integration_key)
            return replace(after, integration_key=key, far=after.far or before.far)
        case ApiAction(), ApiAction():
            known = "\n".join(_texts(before))
            return _rewritten(after, lambda text: reveal(text, known))
        case Slack(), Slack():
            return replace(after, url=_kept_url(after.url, before.url))
        case Webhook(), Webhook():
            return replace(
                after,
                url=_kept_url(after.url, before.url),
                secret=_kept(after.secret, before.secret) if after.secret else "",
                headers=reveal(after.headers, before.headers),
            )
    return after


def places(config: Config) -> set[str]:
    """Return who hears of what a configuration holds, and whether others can listen on the way."""
    match config:
        case PagerDuty(base_url=url) | Slack(url=url) | Webhook(url=url):
            return {_reached_by(url)}
        case ApiAction():
            return {_reached_by(request.url) for request in requests(config)}
        case _:
            return set()


def place(url: str) -> str:
    """Return where an address leads, without what may be secret in it."""
    try:
        return urlsplit(url).netloc.rpartition("@")[2].lower()
    except ValueError:
        return ""


def _reached_by(url: str) -> str:
    return f"{url.partition(':')[0].lower()}://{place(url)}"


def mask_url(url: str) -> str:
    """Return what people may see of an address that is a secret itself."""
    return f"https://{place(url)}/{mask(url)}"


def requests(config: ApiAction) -> list[ApiRequest]:
    """List the requests that there are."""
    return [r for r in (config.trigger, config.acknowledge, config.resolve) if r is not None]


def secrets_of(config: Config) -> list[str]:
    """List what nobody may see, wherever it stands."""
    match config:
        case PagerDuty(integration_key=key):
            return [key]
        case ApiAction():
            return [secret for text in _texts(config) for secret in secrets_in(text)]
        case Slack(url=url):
            return [url, *_long(urlsplit(url).path)]
        case Webhook(url=url, secret=secret):
            own = secrets_in(f"{url}\n{config.headers}")
            return [url, *_long(urlsplit(url).path), *_long(secret), *own]
    return []


def _long(secret: str) -> list[str]:
    """Leave out what stands in many texts that give nothing away, such as ``/``."""
    return [secret] if len(secret) >= LONG_ENOUGH else []


def _kept(text: str, before: str) -> str:
    return before if not text or is_mask(text) else text


def _kept_url(text: str, before: str) -> str:
    return before if text in {"", mask_url(before)} else text


def _texts(config: ApiAction) -> list[str]:
    return [text for r in requests(config) for text in (r.url, r.headers, r.body)]


def _rewritten(config: ApiAction, change: Callable[[str], str]) -> ApiAction:
    """Return it with each text of each request changed."""

    def one(request: ApiRequest) -> ApiRequest:
        url, headers, body = map(change, (request.url, request.headers, request.body))
        return replace(request, url=url, headers=headers, body=body)

    return replace(
        config,
        trigger=one(config.trigger),
        acknowledge=config.acknowledge and one(config.acknowledge),
        resolve=config.resolve and one(config.resolve),
    )


def _listed(addresses: tuple[str, ...]) -> str:
    named = ", ".join(addresses[:SHOWN_ADDRESSES])
    more = len(addresses) - SHOWN_ADDRESSES
    return f"{named} and {more} more" if more > 0 else named
