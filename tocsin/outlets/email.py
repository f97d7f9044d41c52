"""E-mail: a letter to each address, in words for people."""

from collections.abc import Sequence
from typing import Final

from tocsin.domain.intake.event import Link
from tocsin.domain.monitoring.channel_config import Email
from tocsin.domain.monitoring.notification_channel import Outcome, Signal
from tocsin.domain.reaching.channel import Delivery
from tocsin.domain.reaching.letter import Letter, Words
from tocsin.outlets.pagerduty import link_text
from tocsin.outlets.tools import Tools

NO_MAIL: Final = Outcome(ok=False, detail="Not sent: no mail server is configured.")


async def tell(signal: Signal, config: Email, tools: Tools) -> Outcome:
    """Post a letter to each address. If one may still arrive, all are posted again."""
    if tools.postman is None:
        return NO_MAIL
    words = write(signal)
    deliveries = [
        await tools.postman.post(_letter(signal, words, address, tools.sender))
        for address in config.addresses
    ]
    return Outcome(
        ok=all(delivery.ok for delivery in deliveries),
        detail=_detail(config.addresses, deliveries),
        retry=any(delivery.retry for delivery in deliveries),
        wait_seconds=max(delivery.wait_seconds for delivery in deliveries),
        request=_shown(words, config.addresses),
        answer="\n".join(
            f"{address}: {delivery.detail}"
            for address, delivery in zip(config.addresses, deliveries, strict=True)
        ),
    )


def write(signal: Signal) -> Words:
    """Say what happened, and what is known of it."""
    level = signal.level.capitalize()
    facts = {
        "Monitor": signal.monitor,
        "Watches": signal.subject,
        "Rule": signal.rule,
        "Condition": signal.metric,
        "Seen": signal.dimensions,
        "Environment": signal.environment,
        "Time": f"{signal.at:%Y-%m-%d %H:%M:%S} UTC",
    }
    values = (f"{name}: {value}" for name, value in signal.values.items())
    return Words(
        about="signal",
        subject=f"{level}: {signal.summary}" if signal.action == "trigger" else signal.summary,
        sentences=(signal.summary, *(f"{name}: {said}" for name, said in facts.items() if said)),
        link=Link(signal.link, link_text(signal)),
        afterwards=(*([signal.notes] if signal.notes else []), *values),
    )


def _letter(signal: Signal, words: Words, address: str, sender: str) -> Letter:
    return Letter(
        id=f"{signal.violation_id}.{signal.action}.{int(signal.at.timestamp())}",
        at=signal.at,
        sender=sender,
        recipient="",
        address=address,
        words=words,
    )


def _detail(addresses: Sequence[str], deliveries: Sequence[Delivery]) -> str:
    if len(addresses) == 1:
        return deliveries[0].detail
    unsent = [
        f"{address}: {delivery.detail}"
        for address, delivery in zip(addresses, deliveries, strict=True)
        if not delivery.ok
    ]
    sent = len(addresses) - len(unsent)
    return ". ".join((f"Sent to {sent} of {len(addresses)} addresses", *unsent))


def _shown(words: Words, addresses: Sequence[str]) -> str:
    link = [words.link.href] if words.link else []
    lines = (f"To: {', '.join(addresses)}", f"Subject: {words.subject}", "", *words.sentences)
    return "\n".join((*lines, *link, *words.afterwards))
