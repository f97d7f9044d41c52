"""Looking: how often, and what is kept of it."""

import pytest

from tests.probes.conftest import Looks
from tests.probes.site import Asked, Site, page
from tocsin.domain.monitoring.measured import VALUES
from tocsin.domain.monitoring.monitor import Http
from tocsin.probes import PROBE_OF, PROBES


async def test_what_is_well_is_looked_at_once(look_at: Looks, site: Site) -> None:
    site.pages["/"] = page("")

    found = await look_at(Http(url=site.url), retries=3)

    assert (found.ok, found.values["looks"], len(site.asked)) == (True, 1, 1)


async def test_what_recovers_at_once_is_well(look_at: Looks, site: Site) -> None:
    def answer(asked: Asked) -> bytes:
        return page("", status="200 OK" if len(site.asked) == 3 else "500 Oh")

    site.pages["/"] = answer

    found = await look_at(Http(url=site.url), retries=3)

    assert (found.ok, found.values["looks"]) == (True, 3)


@pytest.mark.parametrize("retries", [0, 2])
async def test_what_stays_wrong_is_looked_at_as_often_as_wanted(
    look_at: Looks, site: Site, retries: int
) -> None:
    found = await look_at(Http(url=site.url), retries=retries)

    assert (found.ok, found.values["looks"]) == (False, retries + 1)
    assert len(site.asked) == retries + 1


def test_every_kind_that_can_be_looked_at_has_its_probe() -> None:
    assert set(PROBES) == set(PROBE_OF.values())
    assert len(PROBES) == len(VALUES) - 1, "only heartbeats are not looked at"
