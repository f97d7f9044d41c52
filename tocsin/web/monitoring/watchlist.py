"""Lists of monitors: how each stands, in what order, and which an address asks for."""

from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tocsin.domain.monitoring.environment import Environment
from tocsin.domain.monitoring.monitor import Monitor
from tocsin.usecases.monitoring import recent_rounds
from tocsin.usecases.monitoring.monitors import Watched
from tocsin.web.lists import address_of_part
from tocsin.web.monitoring import round_bars
from tocsin.web.monitoring.kinds import KINDS
from tocsin.web.monitoring.round_bars import Bar
from tocsin.web.monitoring.standing import WORDS, WORST_FIRST, Standing, State, standing_of
from tocsin.web.visit import Visit


class Asked(NamedTuple):
    """What a list is narrowed to; empty is anything."""

    text: str = ""
    environment: str = ""
    kind: str = ""
    state: str = ""

    def address(self, page: int = 1, *, state: str | None = None) -> str:
        """Return where a part of this list is, or of the one with another state."""
        chosen = self.state if state is None else state
        return address_of_part(
            "/monitors",
            page,
            q=self.text,
            environment=self.environment,
            kind=self.kind,
            state=chosen,
        )


class Seen(NamedTuple):
    """A monitor in a list."""

    monitor: Monitor
    standing: Standing
    bar: Bar = Bar()

    @property
    def kind(self) -> str:
        """What its kind is called."""
        return KINDS[self.monitor.kind].name

    @property
    def word(self) -> str:
        """How it stands."""
        return WORDS[self.standing.state]


class Group(NamedTuple):
    """Monitors of one environment that stand in a list together."""

    environment: Environment
    seen: Sequence[Seen]


def asked_by(visit: Visit) -> Asked:
    """Read what an address asks for."""
    state = visit.query.get("state", "")
    return Asked(
        text=visit.query.get("q", "").strip(),
        environment=visit.query.get("environment", ""),
        kind=visit.query.get("kind", ""),
        state=state if state in WORDS else "",
    )


def look(found: Sequence[Watched]) -> list[Seen]:
    """Say how each monitor stands, the worst first."""
    seen = (
        Seen(one.monitor, standing_of(one.monitor, one.results, one.violations)) for one in found
    )
    return sorted(seen, key=_worst_first)


def narrow(seen: Sequence[Seen], asked: Asked) -> list[Seen]:
    """Leave out what is not asked for, but for the state."""
    text = asked.text.lower()
    return [
        one
        for one in seen
        if text in f"{one.monitor.name} {one.monitor.shown}".lower()
        and asked.environment in {"", one.monitor.environment_id}
        and asked.kind in {"", one.monitor.kind}
    ]


def tabs_of(seen: Sequence[Seen], asked: Asked) -> list[tuple[str, str, bool, int]]:
    """Count how monitors stand, for tabs."""
    counts = {state: sum(one.standing.state == state for one in seen) for state in WORST_FIRST}
    shown = (state for state in WORST_FIRST if counts[state] or state == asked.state)
    return [
        (asked.address(state=""), "All", not asked.state, len(seen)),
        *(
            (asked.address(state=state), WORDS[state], asked.state == state, counts[state])
            for state in shown
        ),
    ]


def in_state(seen: Sequence[Seen], state: str) -> list[Seen]:
    """Leave out those that stand otherwise; an empty state is any."""
    return [one for one in seen if state in {"", one.standing.state}]


async def with_bars(visit: Visit, seen: Sequence[Seen]) -> list[Seen]:
    """Draw the last rounds of each."""
    ids = [one.monitor.id for one in seen]
    rounds = await recent_rounds.find(visit.house, ids, round_bars.MOST)
    return [
        one._replace(bar=round_bars.draw(rounds.get(one.monitor.id, ()), visit.now)) for one in seen
    ]


def group(seen: Sequence[Seen], environments: Mapping[str, Environment]) -> Iterator[Group]:
    """Put those of an environment together; the one with the worst comes first."""
    for id_ in dict.fromkeys(one.monitor.environment_id for one in seen):
        if environment := environments.get(id_):
            theirs = [one for one in seen if one.monitor.environment_id == id_]
            yield Group(environment, theirs)


def _worst_first(one: Seen) -> tuple[int, str, str]:
    state: State = one.standing.state
    return WORST_FIRST.index(state), one.monitor.name.lower(), one.monitor.id
