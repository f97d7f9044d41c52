"""The tour: an address for each page there is, so that none is missed."""

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from tests.browser.town import Town
from tocsin.web.app import PAGES

# What is no page: streams, files, and the door to the list.
NO_PAGES: Final = frozenset({"/", "/live", "/manifest.webmanifest"})


class Stop(NamedTuple):
    """A page to look at. ``name`` is short, and good for the name of a file."""

    name: str
    path: str
    address: Callable[[Town], str]
    is_open: bool = False  # to strangers


STOPS: Final = (
    Stop("sign-in", "/login", lambda _: "/login", is_open=True),
    Stop("incidents", "/incidents", lambda _: "/incidents"),
    Stop("incident", "/incidents/{id}", lambda t: f"/incidents/{t.incidents['fire']}"),
    Stop("styleguide", "/styleguide", lambda _: "/styleguide"),
)


def unvisited() -> Iterator[str]:
    """Name pages at which the tour does not stop."""
    seen = {stop.path for stop in STOPS} | NO_PAGES
    yield from (page.path for page in PAGES if page.method == "GET" and page.path not in seen)
