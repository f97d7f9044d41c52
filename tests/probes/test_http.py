"""HTTP: what a look learns of an answer, and which fault it is called by what sentence."""

import asyncio
import gzip
import json
import socket
from datetime import timedelta
from typing import Any

import pytest

from tests.probes.authority import NOW, Authority
from tests.probes.conftest import Looks
from tests.probes.site import Site, moved, page, running
from tests.probes.talk import talking
from tocsin.domain.monitoring.monitor import Http
from tocsin.kit.http import Outbound
from tocsin.probes.look import open_tools
from tocsin.probes.looking import look

STATUS = page(json.dumps({"status": "degraded", "queues": [{"length": 7}], "up": True, "no": None}))


async def test_a_good_answer_is_measured(look_at: Looks, site: Site) -> None:
    site.pages["/"] = page("<h1>Welcome</h1>")

    found = await look_at(Http(url=site.url, contains="Welcome", lacks="Error"))

    assert found.ok
    assert found.values["status"] == 200
    assert found.values["size"] == 16
    assert found.values["redirects"] == 0
    assert 0 < found.values["response_time"] < 5000
    assert "certificate_days" not in found.values


async def test_the_request_is_sent_as_it_is_described(look_at: Looks, site: Site) -> None:
    site.pages["/api"] = page("", status="204 No Content")

    await look_at(
        Http(
            url=f"{site.url}/api?a=1",
            method="PUT",
            headers={"X-Token": "abc"},
            body="größer",
            username="ann",
            password="pässword",
        )
    )

    (asked,) = site.asked
    assert (asked.method, asked.path, asked.body) == ("PUT", "/api?a=1", "größer".encode())
    assert asked.headers["x-token"] == "abc"
    assert asked.headers["authorization"] == "Basic YW5uOnDDpHNzd29yZA=="
    assert asked.headers["user-agent"] == "Tocsin/1"


@pytest.mark.parametrize(
    ("status", "expected", "kind", "fault"),
    [
        ("204 No Content", ("2xx",), "", ""),
        ("404 Not Found", ("200", "404"), "", ""),
        (
            "503 Unavailable",
            ("2xx",),
            "status",
            "HTTP status 503 Service Unavailable instead of 2xx",
        ),
        ("200 OK", ("401", "403"), "status", "HTTP status 200 OK instead of 401 or 403"),
        ("599 Odd", ("2xx",), "status", "HTTP status 599 instead of 2xx"),
        (
            "401 Unauthorized",
            ("2xx",),
            "authentication",
            "HTTP status 401 Unauthorized instead of 2xx",
        ),
    ],
)
async def test_the_status_must_be_one_of_those_expected(
    look_at: Looks, site: Site, status: str, expected: tuple[str, ...], kind: str, fault: str
) -> None:
    site.pages["/"] = page("", status=status)

    found = await look_at(Http(url=site.url, statuses=expected))

    assert (found.fault_kind, found.fault) == (kind, fault)
    assert found.values["status"] == int(status[:3])


@pytest.mark.parametrize(
    ("body", "contains", "lacks", "fault"),
    [
        ("<p>Order <b>now</b></p>", "Order now", "", ""),
        ("<p>Order\n   now</p>", "Order now", "", ""),
        ("<p>Caf&eacute; &amp; Bar</p>", "Café & Bar", "", ""),
        ("<button class='buy'>", "class='buy'", "", ""),
        ("<p>Order</p><p>now</p>", "Order now", "", ""),
        ("< odd > 1 <", "odd", "", ""),
        ("Sold out", "Order now", "", 'The text "Order now" is missing'),
        ("<script>Order now</ script></script>", "now  Order", "",
         'The text "now Order" is missing'),
        ("<style>p {}</style><p>Fatal <i>error</i>", "", "Fatal error",
         'The text "Fatal error" is there'),
        ("<p>Fine</p>", "", "Fatal error", ""),
    ],
)  # fmt: skip
async def test_words_are_looked_for_in_what_is_seen_and_in_the_source(
    look_at: Looks, site: Site, body: str, contains: str, lacks: str, fault: str
) -> None:
    site.pages["/"] = page(body)

    found = await look_at(Http(url=site.url, contains=contains, lacks=lacks))

    assert (found.fault_kind, found.fault) == ("content" if fault else "", fault)


@pytest.mark.parametrize(
    ("body", "headers"),
    [
        ("Größe".encode(), ()),
        ("Größe".encode("latin-1"), ("Content-Type: text/html; charset=ISO-8859-1",)),
        (b'<meta charset="windows-1252">' + "Größe".encode("cp1252"), ()),
        ("Größe".encode(), ("Content-Type: text/html; charset=klingon",)),
        (gzip.compress("Größe".encode(), mtime=0), ("Content-Encoding: gzip",)),
    ],
)
async def test_a_page_is_read_in_its_own_characters(
    look_at: Looks, site: Site, body: bytes, headers: tuple[str, ...]
) -> None:
    site.pages["/"] = page(body, *headers)

    assert (await look_at(Http(url=site.url, contains="Größe"))).ok


async def test_a_charset_that_takes_for_ever_to_read_is_none(look_at: Looks, site: Site) -> None:
    body = b"A" * 1_000_000 + b"-" + b"a" * 999_000 + b"well"
    site.pages["/"] = page(body, "Content-Type: text/html; charset=punycode")

    assert (await look_at(Http(url=site.url, contains="aawell"))).ok


@pytest.mark.parametrize(
    ("path", "equals", "value", "fault"),
    [
        ("$.status", None, "degraded", ""),
        ("$.status", "degraded", "degraded", ""),
        ("$.queues[0].length", "7", 7, ""),
        ("$.queues[0].length", "7.0", 7, ""),
        ("$.up", "true", True, ""),
        ("$.up", "1", True, '$.up is "true" instead of "1"'),
        ("$.no", "null", "", ""),
        ("$.queues", '[{"length": 7}]', '[{"length":7}]', ""),
        ("$.status", "up", "degraded", '$.status is "degraded" instead of "up"'),
        ("$.queues[0].length", "many", 7, '$.queues[0].length is "7" instead of "many"'),
        ("$.missing", None, None, "There is nothing at $.missing"),
    ],
)
async def test_a_path_leads_to_a_value_of_json(
    look_at: Looks, site: Site, path: str, equals: str | None, value: Any, fault: str
) -> None:
    site.pages["/"] = STATUS

    found = await look_at(Http(url=site.url, json_path=path, json_equals=equals))

    assert found.values.get("json_value") == value
    assert (found.fault_kind, found.fault) == ("content" if fault else "", fault)


@pytest.mark.parametrize("body", [b"<html>", b"\xff", b"", b"[" * 100_000])
async def test_what_is_no_json_is_told(look_at: Looks, site: Site, body: bytes) -> None:
    site.pages["/"] = page(body)

    found = await look_at(Http(url=site.url, json_path="$.status"))

    assert (found.fault_kind, found.fault) == ("content", "The answer is no JSON")


async def test_redirects_are_followed_with_the_cookies_that_they_set(
    look_at: Looks, site: Site
) -> None:
    site.pages["/"] = moved("/in?a=b", "Set-Cookie: seen=1; Path=/")
    site.pages["/in"] = page("Welcome")

    found = await look_at(Http(url=site.url, headers={"X-Token": "abc"}, username="ann"))

    assert (found.ok, found.values["redirects"]) == (True, 1)
    assert site.asked[1].headers["cookie"] == "seen=1"
    assert site.asked[1].headers["x-token"] == "abc"
    assert "authorization" in site.asked[1].headers


async def test_secrets_are_not_told_to_the_host_that_a_redirect_leads_to(
    look_at: Looks, site: Site
) -> None:
    site.pages["/"] = moved(f"http://localhost:{site.port}/in", status="307 Temporary Redirect")
    site.pages["/in"] = page("Welcome")

    found = await look_at(
        Http(url=site.url, method="POST", body="said", headers={"X-Token": "abc"}, username="ann")
    )

    assert found.ok
    assert "x-token" not in site.asked[1].headers
    assert "authorization" not in site.asked[1].headers
    assert site.asked[1].body == b"said"


async def test_secrets_are_not_told_to_another_server_of_the_same_host(
    look_at: Looks, site: Site
) -> None:
    async with running() as neighbour:
        neighbour.pages["/"] = page("Welcome")
        site.pages["/"] = moved(neighbour.url)

        assert (await look_at(Http(url=site.url, headers={"X-Token": "abc"}))).ok

        assert "x-token" not in neighbour.asked[0].headers


async def test_a_redirect_is_an_answer_if_it_is_not_to_be_followed(
    look_at: Looks, site: Site
) -> None:
    site.pages["/"] = moved("/in")

    found = await look_at(Http(url=site.url, follow_redirects=False, statuses=("302",)))

    assert (found.ok, found.values["redirects"]) == (True, 0)


async def test_a_circle_of_redirects_is_a_fault(look_at: Looks, site: Site) -> None:
    site.pages["/"] = moved("/?secret=1")

    found = await look_at(Http(url=site.url))

    assert found.fault_kind == "redirect"
    assert found.fault == f"More than 10 redirects, the last to {site.url}/"
    assert len(site.asked) == 11


async def test_a_redirect_to_where_nobody_may_go_is_refused(look_at: Looks, site: Site) -> None:
    site.pages["/"] = moved("http://169.254.169.254/latest/meta-data/")

    found = await look_at(Http(url=site.url))

    assert found.fault_kind == "refused"
    assert found.fault == "169.254.169.254 has no address that Tocsin may reach"


async def test_denied_networks_are_not_looked_at(site: Site) -> None:
    async with open_tools(Outbound(("private",)), user_agent="Tocsin/1") as tools:
        found = await look(Http(url=site.url), timeout=5, retries=0, tools=tools)

    assert found.fault_kind == "refused"
    assert site.asked == []


async def test_silence_is_given_up(look_at: Looks, site: Site) -> None:
    site.open.clear()

    found = await look_at(Http(url=site.url), seconds=0.2)

    assert (found.fault_kind, found.fault) == ("timeout", "No answer within 0.2 seconds")
    assert 190 <= found.values["response_time"] < 2000


async def test_an_unknown_name_is_told(look_at: Looks) -> None:
    found = await look_at(Http(url="https://shop.invalid/"))

    assert (found.fault_kind, found.fault) == ("dns", "The name shop.invalid is not known")


async def test_a_closed_port_is_told(look_at: Looks) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]

    found = await look_at(Http(url=f"http://127.0.0.1:{port}/"))

    assert found.fault_kind == "connection"
    assert found.fault == f"127.0.0.1 refuses connections at port {port}"


async def test_a_server_that_hangs_up_is_told(look_at: Looks, site: Site) -> None:
    site.pages["/"] = b""

    found = await look_at(Http(url=site.url))

    assert (found.fault_kind, found.fault) == (
        "connection",
        "127.0.0.1 broke off the connection",
    )


@pytest.mark.parametrize(
    ("answer", "fault"),
    [
        (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "127.0.0.1 speaks no proper HTTP: "),
        (moved("http://a:b/"), "127.0.0.1 speaks no proper HTTP: "),
        (page("short").replace(b": 5", b": 9"), "127.0.0.1 broke off the connection"),
        (page("no gzip", "Content-Encoding: gzip"), "The talk with 127.0.0.1 failed: "),
    ],
)
async def test_what_is_no_proper_http_is_told(
    look_at: Looks, site: Site, answer: bytes, fault: str
) -> None:
    site.pages["/"] = answer

    found = await look_at(Http(url=site.url))

    assert found.fault_kind == "connection"
    assert found.fault.startswith(fault)


@pytest.mark.parametrize(
    ("target", "fault"),
    [
        (Http(url="https://example.com/\u0000"), "An address cannot be read: "),
        (Http(url="https://example.com/", headers={"X": "ü"}), "The request cannot be sent: "),
    ],
)
async def test_a_request_that_cannot_be_sent_is_told(
    look_at: Looks, target: Http, fault: str
) -> None:
    found = await look_at(target)

    assert found.fault_kind == "refused"
    assert found.fault.startswith(fault)


async def test_no_more_is_read_than_is_needed(look_at: Looks, site: Site) -> None:
    site.pages["/"] = page(b"x" * 5_000_000 + b"end")

    found = await look_at(Http(url=site.url, lacks="end"))

    assert (found.ok, found.values["size"]) == (True, 2_000_000)


async def test_a_page_made_to_be_slow_keeps_nobody_waiting(look_at: Looks, site: Site) -> None:
    site.pages["/"] = page("<script " * 200_000)

    async with asyncio.timeout(4):
        assert not (await look_at(Http(url=site.url, contains="Welcome"))).ok


async def test_a_good_certificate_is_measured_on_the_way(
    look_at: Looks, authority: Authority
) -> None:
    async with running(authority.context()) as site:
        site.pages["/"] = page("Welcome")
        found = await look_at(Http(url=site.url))

    assert found.ok
    assert found.values["certificate_days"] == pytest.approx(30, abs=0.1)


async def test_an_expired_certificate_is_told_with_its_day(
    look_at: Looks, authority: Authority
) -> None:
    expired = NOW - timedelta(days=2)
    context = authority.context(starts=NOW - timedelta(days=9), expires=expired)
    async with running(context) as site:
        found = await look_at(Http(url=site.url))
        site.pages["/"] = page("Welcome")
        believed = await look_at(Http(url=site.url, verify_certificate=False))

    day = f"{expired.day} {expired:%B %Y}"
    assert found.fault_kind == "certificate"
    assert found.fault == f"The certificate of 127.0.0.1 expired on {day}"
    assert found.values["certificate_days"] == pytest.approx(-2, abs=0.1)
    assert believed.ok
    assert believed.values["certificate_days"] == pytest.approx(-2, abs=0.1)


async def test_a_server_without_tls_is_told(look_at: Looks) -> None:
    async with talking(("", "220 mail.example.com at your service")) as port:
        found = await look_at(Http(url=f"https://127.0.0.1:{port}/"))

    assert found.fault_kind == "tls"
    assert found.fault.startswith("No TLS with 127.0.0.1: ")
