"""Prometheus: which of the values counts, and what its refusals are called."""

import json
from typing import Any

import pytest

from tests.probes.conftest import Looks
from tests.probes.site import Site, page
from tocsin.domain.monitoring.monitor import Prometheus

PATH = "/api/v1/query"


def answer(kind: str, result: Any) -> bytes:
    """Write what a Prometheus server answers."""
    data = {"resultType": kind, "result": result}
    return page(json.dumps({"status": "success", "data": data}), "Content-Type: application/json")


def vector(*values: str) -> bytes:
    """Write an answer with one series for each value."""
    return answer("vector", [{"metric": {"job": "a"}, "value": [1.5, value]} for value in values])


async def test_the_query_is_sent_as_it_is(look_at: Looks, site: Site) -> None:
    site.pages[f"/prom{PATH}"] = vector("1")
    query = 'sum(rate(x{a="b"}[5m])) > 0 + 1'

    found = await look_at(
        Prometheus(
            url=f"{site.url}/prom/?tenant=a", query=query, headers={"X-Scope": "b"}, username="ann"
        )
    )

    (asked,) = site.asked
    assert found.ok
    assert asked.form == {"tenant": ["a"], "query": [query]}
    assert asked.headers["x-scope"] == "b"
    assert asked.headers["authorization"].startswith("Basic ")


@pytest.mark.parametrize(
    ("reply", "worst", "value", "series"),
    [
        (vector("3"), "highest", 3, 1),
        (vector("3", "NaN", "7.5"), "highest", 7.5, 2),
        (vector("3", "7.5", "+Inf"), "lowest", 3, 2),
        (answer("scalar", [1.5, "42"]), "highest", 42, 1),
    ],
)
async def test_the_worst_value_counts(
    look_at: Looks, site: Site, reply: bytes, worst: Any, value: float, series: int
) -> None:
    site.pages[PATH] = reply

    found = await look_at(Prometheus(url=site.url, query="up", worst=worst))

    assert found.ok
    assert (found.values["value"], found.values["series"]) == (value, series)
    assert len(found.values["values"]) == series


@pytest.mark.parametrize(
    ("reply", "kind", "fault"),
    [
        (vector(), "query", "The query finds nothing"),
        (vector("NaN"), "query", "The query finds nothing"),
        (answer("string", [1, "a"]), "query", "The query finds no numbers but a string"),
        (
            page('{"status":"error","error":"parse error at 1"}', status="400 Bad Request"),
            "query",
            "The query is refused: parse error at 1",
        ),
        (page("{}"), "query", "The query is refused: no reason"),
        (
            page("<html>"),
            "content",
            "The answer is not that of a Prometheus server",
        ),
        (
            answer("vector", [{"value": 3}]),
            "content",
            "The answer is not that of a Prometheus server",
        ),
        (
            page("", status="503 Oh"),
            "status",
            "HTTP status 503 Service Unavailable instead of 2xx",
        ),
        (
            page("", status="401 Who"),
            "authentication",
            "HTTP status 401 Unauthorized instead of 2xx",
        ),
    ],
)
async def test_what_is_no_value_is_told(
    look_at: Looks, site: Site, reply: bytes, kind: str, fault: str
) -> None:
    site.pages[PATH] = reply

    found = await look_at(Prometheus(url=site.url, query="up"))

    assert (found.fault_kind, found.fault) == (kind, fault)


async def test_the_whole_address_may_be_given(look_at: Looks, site: Site) -> None:
    site.pages[PATH] = vector("1")

    assert (await look_at(Prometheus(url=f"{site.url}{PATH}", query="up"))).ok
