"""What readers of guides with few commands do on pages."""

from collections.abc import Awaitable, Callable
from typing import Final

from tests.docs.reader import Reader


def make_service(name: str) -> Callable[[Reader], Awaitable[None]]:
    """Return a play that makes a service of this name."""

    async def play(reader: Reader) -> None:
        await reader.add_service(name, "Events API v2")

    return play


async def register_app(reader: Reader) -> None:
    back = "https://app.example.org/callback"
    await reader.register_app("Reports", back, "incidents.read", "services.read")


SEND_EVENTS: Final = {"One event from the shell": make_service("Events from the shell")}
ADD_A_SERVICE: Final = {"Make the service": make_service("Is anybody there")}
APPS_AND_OAUTH: Final = {"Acting as itself": register_app}
