"""Targets: what people may see of them."""

import pytest

from tocsin.domain.monitoring.monitor import (
    Dns,
    Heartbeat,
    Http,
    PageWalk,
    Ping,
    PostgreSql,
    Prometheus,
    Step,
    Target,
    Tcp,
    Tls,
)
from tocsin.domain.monitoring.target_shown import shown

SHOP = "https://shop.example.com/"
DSN = "postgresql://user:secret@db.example.com:5432/shop"
SUBMIT = Step(action="submit", fields={"q": "shoe"})


@pytest.mark.parametrize(
    ("target", "text"),
    [
        (Http(url="https://a:b@example.com/x?page=2"), "https://example.com/x?page=2"),
        (
            Http(url="https://example.com/x?page=2&api_key=secret&Signature=abc"),
            "https://example.com/x?page=2&api_key=***&Signature=***",
        ),
        (PageWalk(steps=(Step(url=SHOP), SUBMIT)), SHOP),
        (PageWalk(steps=()), ""),
        (Dns(name="example.com", record="MX"), "MX example.com"),
        (Dns(name="example.com", server="192.0.2.53"), "A example.com at 192.0.2.53"),
        (Tcp(host="::1", port=80), "[::1]:80"),
        (Tls(host="example.com"), "example.com:443"),
        (Ping(host="router"), "router"),
        (Heartbeat(period=90), "every 90 seconds"),
        (Heartbeat(period=300), "every 5 minutes"),
        (Heartbeat(period=86_400), "every day"),
        (Prometheus(url="http://u:p@prometheus:9090", query="up"), "http://prometheus:9090"),
        (PostgreSql(dsn=DSN), "postgresql://db.example.com:5432/shop"),
    ],
)
def test_what_is_shown_holds_no_secret(target: Target, text: str) -> None:
    assert shown(target) == text
