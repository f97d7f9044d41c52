"""What Twilio's error codes mean: who is at fault, and whether another try makes sense."""

from typing import Final, Literal

from tocsin.channels.asking import Answer, refused
from tocsin.domain.reaching.channel import Delivery
from tocsin.kit.text import is_digits, one_line

Fault = Literal["ours", "theirs", "passing"]  # the account's, the address's, or nobody's for long

MOST_TOLD: Final = 200  # characters of what Twilio says

# Twilio makes codes finer now and then: what is not here is never taken for good.
FAULTS: Final[dict[int, tuple[Fault, str]]] = {
    10001: ("ours", "The account is not active."),
    20003: ("ours", "The account SID or the token is wrong, or the account is closed."),
    20404: ("ours", "The account is not known there."),
    20429: ("passing", "Too many requests at once."),
    21205: ("ours", "Our callback address is not valid for Twilio."),
    21210: ("ours", "The sender is not verified."),
    21211: ("theirs", "The number is not valid."),
    21212: ("ours", "The sender is not valid."),
    21214: ("theirs", "The number cannot be reached."),
    21215: ("theirs", "Calls to this country are not enabled for the account."),
    21217: ("theirs", "The number is not valid."),
    21219: ("ours", "A trial account reaches only numbers that were verified there."),
    21408: ("theirs", "Messages to this country are not enabled for the account."),
    21603: ("ours", "The sender is missing."),
    21606: ("ours", "The sender cannot send messages."),
    21608: ("ours", "A trial account reaches only numbers that were verified there."),
    21609: ("ours", "Our callback address is not valid for Twilio."),
    21610: ("theirs", "The number does not want messages; its owner can send START."),
    21612: ("theirs", "This sender cannot reach the number."),
    21614: ("theirs", "The number is not that of a mobile telephone."),
    21617: ("theirs", "The message is too long."),
    30001: ("passing", "The queue is full."),
    30002: ("ours", "The account is suspended."),
    30003: ("passing", "The telephone is off or out of reach."),
    30004: ("theirs", "The carrier or the owner blocks messages."),
    30005: ("theirs", "The number is not in use."),
    30006: ("theirs", "The number is a landline, or its carrier cannot be reached."),
    30007: ("theirs", "The carrier took the message for spam."),
    30008: ("passing", "The carrier gives no reason."),
    63001: ("ours", "The WhatsApp sender is not set up right."),
    63003: ("theirs", "The number has no WhatsApp."),
    63007: ("ours", "The WhatsApp sender is not known."),
    63016: ("theirs", "Nothing but an approved template may be sent now."),
    63018: ("passing", "Too many messages for this WhatsApp sender."),
    63024: ("theirs", "The number cannot be reached by WhatsApp."),
}
_UNKNOWN: Final[tuple[Fault, str]] = ("passing", "It was not delivered.")


def judged(answer: Answer) -> Delivery:
    """Say what the answer to a request for a message or a call means."""
    said = answer.json
    sid = said.get("sid")
    if answer.is_success and isinstance(sid, str):
        return Delivery(ok=True, detail=f"Twilio: {said.get('status')}", provider_id=sid)
    code = said.get("code")
    if not isinstance(code, int) or code not in FAULTS:
        return refused(answer, one_line(str(said.get("message", "")), MOST_TOLD))
    fault, told = FAULTS[code]
    return Delivery(
        ok=False,
        detail=f"Twilio {code}: {told}",
        retry=fault == "passing",
        wait_seconds=answer.wait_seconds,
        is_our_fault=fault == "ours",
    )


def explained(code: str) -> tuple[str, bool]:
    """Return what a receipt's error code means, and whether another try makes sense."""
    fault, told = FAULTS.get(int(code) if is_digits(code) else 0, _UNKNOWN)
    return f"Twilio {code or 'says'}: {told}", fault != "theirs"
