"""What SIP servers answer: whether the number, the hour or our account is at fault."""

from typing import Final

from tocsin.domain.reaching.channel import Delivery
from tocsin.kit.softphone import CallEnded
from tocsin.kit.text import one_line

MOST_TOLD: Final = 200  # characters of what the other side says

_REFUSES_US: Final = frozenset({401, 402, 403, 407})
_NO_SUCH_NUMBER: Final = frozenset({404, 410, 484, 604})
_SENTENCES: Final = {
    480: "Not reachable",
    486: "Busy",
    600: "Busy",
    603: "Declined",
}


def judge(ended: CallEnded) -> Delivery:
    """Say what it means that a call was never answered. What is not known may do better later."""
    told = one_line(str(ended), MOST_TOLD)
    match ended.why:
        case "unanswered":
            return Delivery(ok=False, detail="Nobody answered.", retry=True)
        case "unregistered":
            detail = f"The SIP server does not register us: {told}."
            refuses = ended.status is not None and ended.status < 500
            return Delivery(ok=False, detail=detail, is_our_fault=refuses, retry=not refuses)
        case "refused" if ended.status in _REFUSES_US:
            detail = f"The SIP server refuses our account: {told}."
            return Delivery(ok=False, detail=detail, is_our_fault=True)
        case "refused" if ended.status in _NO_SUCH_NUMBER:
            return Delivery(ok=False, detail=f"No such number: {told}.")
        case _:
            sentence = _SENTENCES.get(ended.status or 0, "The call failed")
            return Delivery(ok=False, detail=f"{sentence}: {told}.", retry=True)
