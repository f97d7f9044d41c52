"""Runs Tocsin by a clock whose hands are in a file, and kills it at a moment that it is told.

    python -m tests.crash.launcher HANDS MOMENT COUNT serve …

HANDS holds the seconds by which the clock is ahead. MOMENT is "before" or "after" with the name of
a step below; the process dies when it comes to it for the COUNTth time, and never if COUNT is 0.
"""

import os
import signal
import sys
from collections import Counter
from collections.abc import Awaitable, Callable
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import partial, wraps
from pathlib import Path
from typing import Any, Final

from asyncpg.transaction import Transaction

from tocsin import cli
from tocsin.app import joining
from tocsin.channels.email import Email
from tocsin.kit.clock import system_clock
from tocsin.usecases import work
from tocsin.usecases.intake.ingest import Ingest
from tocsin.usecases.reaching import receipts
from tocsin.usecases.response import incidents

Step = Callable[..., Awaitable[Any]]
Place = tuple[Any, str]
COMMITTERS: Final[dict[str, Place]] = {
    "accept": (Ingest, "run"),
    "answer": (incidents, "change"),
    "lease {1}": (work, "lease"),  # {1}: its second argument, the lane
    "ring": (incidents, "ring"),
    "record": (receipts, "record_all"),
    "strike": (receipts, "strike"),
}
SENDER: Final[Place] = (Email, "send")
COMMIT: Final[Place] = (Transaction, "commit")
CLOCK_USER: Final[Place] = (joining, "build")
STEPS: Final = (
    "accept",
    "answer",
    "lease email",
    "send",
    "record",
    "strike",
    "lease timer",
    "ring",
)
MOMENTS: Final = tuple(f"{side} {step}" for step in STEPS for side in ("before", "after"))

_doing: ContextVar[str] = ContextVar("doing", default="something else")


class Reaper:
    """Counts the moments, and strikes at the one it waits for."""

    def __init__(self, moment: str, count: int) -> None:
        self._moment = moment
        self._count = count
        self._seen: Counter[str] = Counter()

    def pass_by(self, moment: str) -> None:
        """Come to a moment, perhaps the last."""
        self._seen[moment] += 1
        if moment == self._moment and self._seen[moment] == self._count:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(self, step: Step) -> Step:
        """Let a step be one with a moment before it, and one after it."""

        @wraps(step)
        async def watched(*arguments: Any, **named: Any) -> Any:
            self.pass_by(f"before {_doing.get()}")
            answer = await step(*arguments, **named)
            self.pass_by(f"after {_doing.get()}")
            return answer

        return watched


def main() -> None:
    """Prepare the moments and the clock, then run the command line as always."""
    hands, moment, count, *arguments = sys.argv[1:]
    reaper = Reaper(moment, int(count))
    for name, place in COMMITTERS.items():
        replace(place, partial(named, name))
    for place in (COMMIT, SENDER):
        replace(place, reaper.watch)
    replace(SENDER, partial(named, "send"))
    replace(CLOCK_USER, partial(partial, clock=partial(read_clock, Path(hands))))
    sys.argv[1:] = arguments
    cli.main()


def replace(place: Place, change: Callable[[Any], Any]) -> None:
    """Put something else in the place of a function of the product."""
    setattr(*place, change(getattr(*place)))


def named(name: str, step: Step) -> Step:
    """Let a step be known by a name while it runs."""

    @wraps(step)
    async def running(*arguments: Any, **given: Any) -> Any:
        token = _doing.set(name.format(*arguments))
        try:
            return await step(*arguments, **given)
        finally:
            _doing.reset(token)

    return running


def read_clock(hands: Path) -> datetime:
    """Return the time as the hands show it."""
    return system_clock() + timedelta(seconds=float(hands.read_text()))


if __name__ == "__main__":
    main()
