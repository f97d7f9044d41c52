"""Outcomes: what became of several incidents, in words."""

from collections.abc import Sequence

from tocsin.usecases.response import incident_queries
from tocsin.usecases.response.bulk import Outcome
from tocsin.web.visit import Visit


async def tell(visit: Visit, outcome: Outcome, told: str) -> str:
    """Say how many were changed, and of each other one, by its number, why it was not."""
    sentences = [f"{_count(outcome.done)} {told}."] if outcome.done else []
    known = await incident_queries.get_many(visit.house, outcome.refused)
    for id_, refusal in outcome.refused.items():
        number = f"#{known[id_].incident.number}: " if id_ in known else ""
        sentences.append(f"{number}{refusal}")
    return " ".join(sentences)


def _count(some: Sequence[object]) -> str:
    return "1 incident" if len(some) == 1 else f"{len(some)} incidents"
