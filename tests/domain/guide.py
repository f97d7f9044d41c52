"""A guide's three requests for PagerDuty's REST API, as they are copied from its page."""

from pathlib import Path
from typing import Final

from tocsin.domain.monitoring.channel_config import ApiAction
from tocsin.domain.monitoring.instructions import Instructions, read_instructions

_PASTED: Final = Path(__file__).parent / "pasted"
TRIGGER, ACKNOWLEDGE, RESOLVE = (
    (_PASTED / f"{action}.txt").read_text() for action in ("trigger", "acknowledge", "resolve")
)


def instructions(text: str) -> Instructions:
    """Read instructions that can be read."""
    found = read_instructions(text)
    assert found is not None
    return found


def as_pasted(
    *, base_url: str = "https://api.pagerduty.com", token: str, email: str, service_id: str
) -> ApiAction:
    """Return the channel that somebody makes by following the guide."""

    def own(text: str) -> Instructions:
        text = text.replace("[[your token]]", token).replace("[[your email]]", email)
        text = text.replace("https://api.pagerduty.com", base_url)
        return instructions(text.replace("PXFL9LI", service_id))

    return ApiAction(
        trigger=own(TRIGGER).request,
        acknowledge=own(ACKNOWLEDGE).request,
        resolve=own(RESOLVE).request,
        parse_response=own(TRIGGER).parse_response,
    )
