"""Upshots: what came of an answer, said in the language of whoever answered."""

from collections.abc import Iterator, Sequence
from typing import Final

import msgspec

from tocsin.domain.reaching.answer import Deed, Upshot
from tocsin.domain.reaching.phrases import phrase
from tocsin.domain.response.incident import Incident

MOST_NAMED: Final = 10  # of more incidents the rest is counted


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """What became of incidents that somebody wanted to do something about, as they now stand.

    ``already`` are those for which this person had done it before, ``over`` those that are
    resolved, ``refused`` come with the reason.
    """

    done: Sequence[Incident] = ()
    already: Sequence[Incident] = ()
    over: Sequence[Incident] = ()
    refused: Sequence[tuple[Incident, str]] = ()


def tell(deed: Deed, outcome: Outcome, language: str) -> Upshot:
    """Say what became of each incident."""
    told = [
        *outcome.done,
        *outcome.already,
        *outcome.over,
        *(incident for incident, _ in outcome.refused),
    ]
    return Upshot(
        ok=bool(outcome.done or outcome.already or (outcome.over and deed != "escalate")),
        sentence=" ".join(_sentences(deed, outcome, language)) or phrase(_NOTHING, language),
        language=language,
        statuses={incident.id: incident.status for incident in told},
    )


def tell_open(incidents: Sequence[Incident], language: str) -> Upshot:
    """Say what is open."""
    sentence = phrase(_NOTHING, language)
    if incidents:
        sentence = phrase("upshot_open", language, incidents=_titled(incidents, language))
    statuses: dict[str, str] = {incident.id: incident.status for incident in incidents}
    return Upshot(ok=True, sentence=sentence, language=language, statuses=statuses)


def refuse(key: str, language: str, **values: object) -> Upshot:
    """Say why nothing is done."""
    return Upshot(ok=False, sentence=phrase(key, language, **values), language=language)


_NOTHING: Final = "upshot_none_open"


def _sentences(deed: Deed, outcome: Outcome, language: str) -> Iterator[str]:
    for key, incidents in (
        (f"upshot_{deed}", outcome.done),
        (f"upshot_already_{deed}", outcome.already),
        ("upshot_over", outcome.over),
    ):
        if incidents:
            yield phrase(key, language, incidents=_named(incidents, language))
    for reason in dict.fromkeys(reason for _, reason in outcome.refused):
        those = [incident for incident, why in outcome.refused if why == reason]
        yield phrase("upshot_refused", language, incidents=_named(those, language), reason=reason)


def _named(incidents: Sequence[Incident], language: str) -> str:
    if len(incidents) == 1:
        return _titled(incidents, language)
    return _joined([f"#{incident.number}" for incident in incidents], language)


def _titled(incidents: Sequence[Incident], language: str) -> str:
    return _joined([f"#{one.number} {one.title}" for one in incidents], language)


def _joined(names: Sequence[str], language: str) -> str:
    listed, rest = ", ".join(names[:MOST_NAMED]), len(names) - MOST_NAMED
    return phrase("upshot_and_more", language, incidents=listed, count=rest) if rest > 0 else listed
