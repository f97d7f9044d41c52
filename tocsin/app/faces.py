"""The faces of the house: each request goes to the first that it is for."""

from collections.abc import Callable
from functools import partial
from typing import Final

from prometheus_client import CollectorRegistry
from starlette.types import ASGIApp, Receive, Scope, Send

from tocsin.api import agents, answers, callbacks, health, hearing, heartbeats, oauth
from tocsin.api.agents import AgentsApp
from tocsin.api.answers import AnswersApp
from tocsin.api.callbacks import CallbacksApp
from tocsin.api.events import EventsApp
from tocsin.api.health import HealthApp
from tocsin.api.heartbeats import HeartbeatsApp
from tocsin.api.http import rest_app
from tocsin.api.metrics import EventMetrics
from tocsin.api.oauth import OauthApp
from tocsin.usecases.house import House
from tocsin.usecases.intake import integration_settings
from tocsin.usecases.intake.ingest import Ingest
from tocsin.web.app import is_for_people, web_app
from tocsin.web.hub import Live

EVENT_PATHS: Final = ("/v2/", "/generic/", "/integration/")

IsFor = Callable[[Scope], bool]


class Faces:
    """Sends each request to the first face that it is for."""

    def __init__(self, *faces: tuple[IsFor, ASGIApp], otherwise: ASGIApp) -> None:
        self._faces = faces
        self._otherwise = otherwise

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        face = next((face for is_for, face in self._faces if is_for(scope)), self._otherwise)
        await face(scope, receive, send)


def face_of(
    house: House, live: Live, ingest: Ingest, registry: CollectorRegistry, *, heard: ASGIApp
) -> ASGIApp:
    """Return what answers all requests; a node that only does what is due tells how it is."""
    watched = HealthApp(house, registry)
    if house.settings.role == "engine":
        return watched
    return Faces(
        (_begins_with(*EVENT_PATHS), _events_app(house, ingest, registry)),
        (_is_one_of(*health.PATHS), watched),
        (_begins_with(agents.PREFIX), AgentsApp(house)),
        (_begins_with(heartbeats.PREFIX), HeartbeatsApp(house)),
        (answers.is_ours, AnswersApp(house)),
        (_begins_with(callbacks.PREFIX), CallbacksApp(house)),
        (_begins_with(hearing.PREFIX), heard),
        (lambda scope: oauth.is_ours(scope["path"]), OauthApp(house)),
        (is_for_people, web_app(house, live, ingest.take)),
        otherwise=rest_app(house),
    )


def _events_app(house: House, ingest: Ingest, registry: CollectorRegistry) -> ASGIApp:
    listen = partial(integration_settings.listen, house)
    return EventsApp(ingest.take, EventMetrics(registry), listen=listen)


def _begins_with(*prefixes: str) -> IsFor:
    return lambda scope: scope["path"].startswith(prefixes)


def _is_one_of(*paths: str) -> IsFor:
    return lambda scope: scope["path"] in paths
