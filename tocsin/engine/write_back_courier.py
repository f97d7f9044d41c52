"""The courier of what is written back: from the acknowledgement here to the tool."""

from functools import partial

import httpx

from tocsin.domain.machines.write_back import AtlasRequest
from tocsin.engine.couriers import Courier
from tocsin.outlets import atlas
from tocsin.usecases.machines import write_backs


def write_back_courier(http: httpx.AsyncClient) -> Courier[AtlasRequest]:
    """Carry what is written back with this client."""
    return Courier(write_backs.compose, partial(atlas.send, http), write_backs.record)
