"""Believing: what is still heard of a provider that was switched off."""

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from tocsin.domain.reaching.hearing import Heard
from tocsin.domain.reaching.provider import Provider

RECEIPTS_FOR: Final = timedelta(hours=1)  # as long as a page may still be tried again


def believed(provider: Provider, heard: Heard) -> Heard:
    """Return what is believed: of one that is switched off, what became of its messages.

    What somebody answers, asks or says by telephone is not its to tell any more.
    """
    if not provider.is_disabled:
        return heard
    return replace(heard, answers=(), commands=(), token=None, line=None)


def believes_receipt(provider: Provider, sent_at: datetime, now: datetime) -> bool:
    """Say whether a receipt counts: one that is switched off has sent nothing for a while."""
    return not provider.is_disabled or now - sent_at <= RECEIPTS_FOR
