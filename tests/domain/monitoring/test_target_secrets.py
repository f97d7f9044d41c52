"""Secrets that a form leaves blank stay, but only where they were meant to go."""

import pytest

from tocsin.domain.monitoring.monitor import (
    Dns,
    Http,
    PageWalk,
    PostgreSql,
    Prometheus,
    Step,
    Target,
)
from tocsin.domain.monitoring.target_secrets import MOVED, faults_of_move, merge_secrets

URL = "https://shop.example.com/login"
GUARDED = Http(url=URL, username="ann", password="p", headers={"X-Key": "k", "Accept": "text/html"})
QUERY = Prometheus(url="http://prometheus.example.com", query="up", username="ann", password="p")
WALK = PageWalk(
    steps=(
        Step(url=URL),
        Step(action="submit", fields={"user": "ann", "password": "p"}),
    )
)


@pytest.mark.parametrize(
    ("before", "after", "merged"),
    [
        (GUARDED, Http(url=URL, username="ann"), Http(url=URL, username="ann", password="p")),
        (GUARDED, Http(url=URL, username="ben"), Http(url=URL, username="ben")),
        (GUARDED, Http(url=URL), Http(url=URL)),
        (
            GUARDED,
            Http(url=URL, username="ann", password="new"),
            Http(url=URL, username="ann", password="new"),
        ),
        (
            GUARDED,
            Http(url=URL, headers={"X-Key": "", "Accept": "*/*", "X-New": ""}),
            Http(url=URL, headers={"X-Key": "k", "Accept": "*/*", "X-New": ""}),
        ),
        (
            QUERY,
            Prometheus(url=QUERY.url, query="down", username="ann"),
            Prometheus(url=QUERY.url, query="down", username="ann", password="p"),
        ),
        (
            WALK,
            PageWalk(
                steps=(
                    Step(url=URL),
                    Step(action="submit", fields={"user": "ben", "password": ""}),
                    Step(action="submit", fields={"more": ""}),
                )
            ),
            PageWalk(
                steps=(
                    Step(url=URL),
                    Step(action="submit", fields={"user": "ben", "password": "p"}),
                    Step(action="submit", fields={"more": ""}),
                )
            ),
        ),
        (
            PostgreSql(dsn="postgresql://db"),
            PostgreSql(dsn="", query="select 2"),
            PostgreSql(dsn="postgresql://db", query="select 2"),
        ),
        (PostgreSql(dsn="postgresql://db"), PostgreSql(dsn="x"), PostgreSql(dsn="x")),
        (Dns(name="example.com"), Dns(name="example.org"), Dns(name="example.org")),
        (GUARDED, Dns(name="example.org"), Dns(name="example.org")),
    ],
)
def test_what_is_left_blank_is_filled_in(before: Target, after: Target, merged: Target) -> None:
    assert merge_secrets(before, after) == merged


@pytest.mark.parametrize(
    ("before", "after", "faults"),
    [
        (GUARDED, Http(url="https://SHOP.example.com/other", username="ann"), []),
        (GUARDED, Http(url="https://shop.example.org/", username="ann"), [MOVED]),
        (GUARDED, Http(url="http://shop.example.com/", username="ann"), [MOVED]),
        (GUARDED, Http(url="https://shop.example.com:8443/", username="ann"), [MOVED]),
        (GUARDED, Http(url="https://shop.example.org/", headers={"X-Key": ""}), [MOVED]),
        (GUARDED, Http(url="https://shop.example.org/", username="ann", password="n"), []),
        (QUERY, Prometheus(url="http://example.org", query="up", username="ann"), [MOVED]),
        (
            WALK,
            PageWalk(steps=(Step(url="https://example.org"), Step(fields={"password": ""}))),
            [MOVED],
        ),
        (WALK, PageWalk(steps=(Step(url=URL), Step(fields={"password": ""}))), []),
        (PostgreSql(dsn="postgresql://db"), PostgreSql(dsn=""), []),
        (Dns(name="example.com"), Dns(name="example.org"), []),
    ],
)
def test_a_blank_secret_is_not_sent_elsewhere(
    before: Target, after: Target, faults: list[str]
) -> None:
    assert list(faults_of_move(before, after)) == faults
