"""A webhook: the signal as signed JSON."""

from typing import Any, Final

import msgspec

from tocsin.domain.intake.header_lines import read_headers
from tocsin.domain.monitoring.channel_config import Webhook, secrets_of
from tocsin.domain.monitoring.notification_channel import STATUS_AFTER, Outcome, Signal
from tocsin.kit.signing import SIGNATURE, sign
from tocsin.outlets.asking import JSON, Ask, ask, judged
from tocsin.outlets.tools import Tools

OURS: Final = frozenset({"content-type", SIGNATURE.lower()})


async def tell(signal: Signal, config: Webhook, tools: Tools) -> Outcome:
    """Post the signal, signed with the channel's secret or else the installation's key."""
    body = msgspec.json.encode(payload(signal))
    signature = sign((config.secret or tools.key).encode(), body, tools.at)
    own = (line for line in read_headers(config.headers) if line[0].lower() not in OURS)
    what = Ask(
        url=config.url,
        headers=(JSON, (SIGNATURE, signature), *own),
        body=body,
        secrets=tuple(secrets_of(config)),
    )
    return await ask(tools.http, what, judged)


def payload(signal: Signal) -> dict[str, Any]:
    """Return what is posted."""
    told = {name: getattr(signal, name) for name in signal.__struct_fields__ if name not in _ASIDE}
    return {"event": f"violation.{STATUS_AFTER[signal.action]}"} | told


_ASIDE: Final = frozenset({"action", "remote_id"})
