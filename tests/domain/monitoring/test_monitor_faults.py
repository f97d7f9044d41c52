"""Targets: which may be watched, and what is said of the others."""

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
from tocsin.domain.monitoring.monitor_faults import faults_of_target
from tocsin.domain.monitoring.statuses import is_among

SHOP = "https://shop.example.com/"
DSN = "postgresql://user:secret@db.example.com:5432/shop"
URL_FAULT = "URL must be an address such as https://example.com/health."
HOST_FAULT = "Host must be a name such as db.example.com, or an address."
PATH_FAULT = "JSON path must be one such as $.status or $.queues[0].length."
STATUS_FAULT = "Status must be 1 to 20 of such as 200, 2xx or 200-204."
OPEN = Step(url=SHOP)
SUBMIT = Step(action="submit", fields={"q": "shoe"})


@pytest.mark.parametrize(
    "target",
    [
        Http(url=SHOP),
        Http(url="http://10.0.0.1:8080/health", headers={"X-Token": "t", "X-Kept": ""}),
        Http(url="http://[::1]/", json_path="$.queues[0].length", json_equals="0"),
        Http(url="https://müller.example.com/", statuses=("2xx", "301", "400-404")),
        PageWalk(steps=(OPEN, SUBMIT)),
        Dns(name="_sip._tcp.example.com.", record="SRV", server="192.0.2.53", expects=("a",)),
        Tcp(host="db.example.com", port=5432, send="PING\r\n", expects="+PONG"),
        Tls(host="::1", server_name="shop.example.com"),
        Ping(host="router"),
        Heartbeat(period=60),
        Prometheus(url="http://prometheus:9090/", query="up == 0"),
        PostgreSql(dsn=DSN),
        PostgreSql(dsn="postgres://db.example.com/shop?sslmode=verify-full"),
    ],
)
def test_what_can_be_watched_has_no_fault(target: Target) -> None:
    assert list(faults_of_target(target)) == []


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        (Http(url=""), URL_FAULT),
        (Http(url="ftp://example.com/"), URL_FAULT),
        (Http(url="https:///path"), URL_FAULT),
        (Http(url="https://exam ple.com/"), URL_FAULT),
        (Http(url="https://example.com:99999/"), URL_FAULT),
        (Http(url="https://example.com:0/"), URL_FAULT),
        (Http(url="https://a..example.com/"), URL_FAULT),
        (Http(url=f"https://{'ü' * 70}.example.com/"), URL_FAULT),
        (Http(url=f"{SHOP}{'a' * 2000}"), URL_FAULT),
        (Http(url=f"{SHOP}\r\nX: y"), URL_FAULT),
        (
            Http(url="https://user:secret@example.com/"),
            "URL must not hold a user name or password: they have fields of their own.",
        ),
        (Http(url=SHOP, statuses=("2xx", "9xx")), STATUS_FAULT),
        (Http(url=SHOP, statuses=()), STATUS_FAULT),
        (Http(url=SHOP, statuses=("204-200",)), STATUS_FAULT),
        (Http(url=SHOP, json_path="$.["), PATH_FAULT),
        (Http(url=SHOP, json_path="$[?search(@, '(a+)+b')]"), PATH_FAULT),
        (Http(url=SHOP, json_path="$..a..b..c"), PATH_FAULT),
        (Http(url=SHOP, json_path="$[*,*][*,*]"), PATH_FAULT),
        (Http(url=SHOP, json_equals="up"), "JSON value needs a JSON path."),
        (Http(url=SHOP, body="x" * 65_537), "Body must have at most 65536 characters."),
        (Http(url=SHOP, contains="x" * 1001), "A text must have at most 1000 characters."),
        (
            Http(url=SHOP, headers={"X-Token": "a\r\nb"}),
            "Header X-Token must have at most 1000 characters, all of them printable.",
        ),
        (
            Http(url=SHOP, headers={"X Token": "a"}),
            "Headers must have names such as Accept or X-Token.",
        ),
        (
            Http(url=SHOP, headers={f"X-{n}": "a" for n in range(51)}),
            "Headers must be at most 50.",
        ),
        (Http(url=SHOP, username="a:b"), "User name must not contain a colon."),
        (
            Http(url=SHOP, username="a", password="b" * 1001),
            "User name and password must have at most 1000 characters each.",
        ),
        (PageWalk(steps=()), "Steps must be from 1 to 20."),
        (PageWalk(steps=(OPEN,) * 21), "Steps must be from 1 to 20."),
        (PageWalk(steps=(SUBMIT,)), "The first step must open an address."),
        (PageWalk(steps=(OPEN, Step())), f"Step 2: {URL_FAULT}"),
        (
            PageWalk(steps=(OPEN, Step(action="submit", url=SHOP))),
            "Step 2: URL is only for steps that open an address.",
        ),
        (
            PageWalk(steps=(OPEN, Step(action="submit", fields={str(n): "" for n in range(51)}))),
            "Step 2: Fields must be at most 50.",
        ),
        (Dns(name=""), "Domain name must be a name such as db.example.com, or an address."),
        (
            Dns(name="example.com", server="no server"),
            "Name server must be a name such as db.example.com, or an address.",
        ),
        (
            Dns(name="example.com", expects=("",)),
            "Expected records must be at most 50, none of them blank.",
        ),
        (Tcp(host="-", port=80), HOST_FAULT),
        (Tcp(host="a" * 64, port=80), HOST_FAULT),
        (Tcp(host="example.com", port=0), "Port must be from 1 to 65535."),
        (Tls(host="example.com", port=65_536), "Port must be from 1 to 65535."),
        (
            Tls(host="example.com", server_name="a b"),
            "Server name must be a name such as db.example.com, or an address.",
        ),
        (Ping(host="https://example.com"), HOST_FAULT),
        (Ping(host="example.com", count=21), "Count must be from 1 to 20."),
        (Heartbeat(period=9), "Period must be from 10 to 31622400."),
        (Heartbeat(period=60, grace=-1), "Grace must be from 0 to 31622400."),
        (Prometheus(url=SHOP, query=" "), "Query must have 1 to 5000 characters."),
        (PostgreSql(dsn=DSN, query=""), "Query must have 1 to 5000 characters."),
        (
            PostgreSql(dsn="postgresql:///shop"),
            "DSN must be an address such as postgresql://user:password@db.example.com:5432/shop.",
        ),
        (
            PostgreSql(dsn=f"{DSN}?sslkey=/etc/passwd"),
            "DSN may only say sslmode after the question mark:"
            " disable, prefer, require, verify-ca, verify-full.",
        ),
    ],
)  # fmt: skip
def test_what_cannot_be_watched_is_told_in_one_sentence(target: Target, fault: str) -> None:
    assert list(faults_of_target(target)) == [fault]


@pytest.mark.parametrize(
    ("status", "texts", "among"),
    [
        (204, ("2xx",), True),
        (299, ("2XX",), True),
        (300, ("2xx",), False),
        (404, ("200", "400-404"), True),
        (405, ("200", "400-404"), False),
        (200, ("nonsense",), False),
    ],
)
def test_statuses_are_written_as_people_do(
    status: int, texts: tuple[str, ...], among: bool
) -> None:
    assert is_among(status, texts) == among
