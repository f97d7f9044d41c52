"""Hands: what somebody does who follows a guide, whatever browser they do it with."""

from typing import Final, Protocol

PATIENCE: Final = 20.0  # seconds that somebody waits for what they shall see,
GLANCE: Final = 0.05  # and between two looks


class Hands(Protocol):
    """Finds everything by the words that people read.

    Words mean what is called exactly so or else what begins so; ``within`` names a
    group of fields or of links.
    """

    @property
    def address(self) -> str:
        """The address of the page."""
        ...

    async def open(self, address: str) -> None:
        """Go to a page."""
        ...

    async def follow(self, words: str, *, within: str = "") -> None:
        """Follow a link."""
        ...

    async def press(self, words: str, *, within: str = "") -> None:
        """Press a button."""
        ...

    async def unfold(self, words: str, *, within: str = "") -> None:
        """Open what is folded."""
        ...

    async def fill(self, label: str, text: str, *, within: str = "") -> None:
        """Write into a field."""
        ...

    async def choose(self, label: str, option: str, *, within: str = "") -> None:
        """Choose from a list."""
        ...

    async def tick(self, label: str, *, within: str = "") -> None:
        """Tick a box, or one of several circles."""
        ...

    async def untick(self, label: str) -> None:
        """Take the tick from a box."""
        ...

    async def read_key(self, label: str) -> str:
        """Read what is there to be copied."""
        ...

    async def sees(self, *words: str) -> None:
        """Wait until the page says all of this."""
        ...

    async def reads(self, words: str) -> bool:
        """Say whether the page says this now."""
        ...


def squeezed(text: str) -> str:
    """Leave out what browsers do differently: blanks between pieces, and capitals."""
    return "".join(text.split()).casefold()
