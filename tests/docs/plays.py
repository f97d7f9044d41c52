"""What the readers of guides do on pages, by the headings beneath which it stands."""

from collections.abc import Awaitable, Callable, Mapping
from typing import Final

from tests.docs import (
    blackfire,
    coscale,
    custom_json,
    mongodb_atlas,
    short_guides,
    testomato,
    thousandeyes,
)
from tests.docs.reader import Reader

Play = Callable[[Reader], Awaitable[None]]

PLAYS: Final[Mapping[str, Mapping[str, Play]]] = {
    "add-a-service": short_guides.ADD_A_SERVICE,
    "apps-and-oauth": short_guides.APPS_AND_OAUTH,
    "blackfire": blackfire.PLAYS,
    "coscale": coscale.PLAYS,
    "custom-json": custom_json.PLAYS,
    "mongodb-atlas": mongodb_atlas.PLAYS,
    "send-events": short_guides.SEND_EVENTS,
    "testomato": testomato.PLAYS,
    "thousandeyes": thousandeyes.PLAYS,
    "webhooks": {},
}
