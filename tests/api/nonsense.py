"""Requests that no sender should send, made from a seed."""

import gzip
import json
from collections.abc import Callable
from copy import deepcopy
from random import Random
from typing import Any, Final, NamedTuple

from tests.api.shelf import CHANGE, EVENT, KEY, OLD_EVENT, OWN, V1, V2

MEGABYTE: Final = 1024 * 1024
DOORS: Final = (V2, V2, CHANGE, V1, OWN, f"{OWN}/", f"{V2}/")
METHODS: Final = ("GET", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
TYPES: Final = ("text/plain", "application/xml", "multipart/form-data; boundary=x", "", "\xff")
CODINGS: Final = ("br", "deflate", "gzip", "gzip, gzip", "chunked", "zstd", "\xff")
TEXTS: Final = (
    "", " ", "\0", "a\0b", "\ud800", "\udfff\ud800", "😀", "\u2028", "ünïcødé", "'; drop table",
    "{{7*7}}", "%s%n", "../../etc/passwd", "trigger", "resolve", "critical", "x" * 255, "x" * 1025,
    "-1", "NaN", KEY, "0" * 32,
)  # fmt: skip
SPLINTERS: Final = (
    b"\\u0000", b"\\ud800", b"\\udc00", b"\xff", b"\0", b"\\", b'"', b"\xed\xa0\x80",
    b"\xef\xbb\xbf", b"[", b"}", b"1e999", b"NaN",
)  # fmt: skip
KEYS: Final = (
    "", "a", "%00" * 32, "%ff" * 32, "..", "%2F", KEY[:-1], "x" * 10_000, "%F0%9F%98%80" * 8,
    "%20" * 32, "%0a" * 32,
)  # fmt: skip
NUMBERS: Final = (0, -1, 1.5, 2**31, 2**63, 2**64, 10**400, -(10**30), 1e308, 5e-324)
BOMB: Final = gzip.compress(bytes(50 * MEGABYTE))
SMALL_BOMB: Final = gzip.compress(b"[" * MEGABYTE)


class Said(NamedTuple):
    """What goes over the wire. ``answer_due``: it is HTTP, so that silence is a fault."""

    wire: bytes
    method: str = "POST"
    answer_due: bool = True
    hangs_up: bool = False


def nonsense(random: Random) -> Said:
    """Return one request."""
    return random.choices(KINDS, WEIGHTS)[0](random)


def request(
    random: Random, body: bytes, *, method: str = "POST", path: str | None = None, **headers: str
) -> Said:
    path = random.choice(DOORS) if path is None else path
    lines = [f"{method} {path} HTTP/1.1", "host: 127.0.0.1", f"content-length: {len(body)}"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return Said("\r\n".join([*lines, "", ""]).encode("latin-1") + body, method=method)


def value(random: Random, depth: int = 0) -> Any:
    match random.randrange(8 if depth < 4 else 5):
        case 0:
            return random.choice((None, True, False))
        case 1:
            return random.choice(NUMBERS)
        case 2 | 3 | 4:
            return random.choice(TEXTS)
        case 5 | 6:
            return [value(random, depth + 1) for _ in range(random.randrange(4))]
        case _:
            return {random.choice(TEXTS): value(random, depth + 1) for _ in range(3)}


def event(random: Random) -> dict[str, Any]:
    """Return an event in which up to four things are wrong."""
    made: dict[str, Any] = deepcopy(random.choice((EVENT, OLD_EVENT, EVENT | OLD_EVENT)))
    for _ in range(random.randrange(5)):
        inner = made.get("payload")
        part = random.choice((made, inner if isinstance(inner, dict) else made))
        names = [*made, "links", "images", "contexts", "details", "custom_details", "severity"]
        part[random.choice(names)] = value(random)
    if random.random() < 0.3:
        made["event_action"] = made["event_type"] = random.choice(("acknowledge", "resolve"))
    return made


def wrong_fields(random: Random) -> Said:
    return request(random, json.dumps(event(random)).encode())


def broken_text(random: Random) -> Said:
    text = json.dumps(event(random), ensure_ascii=random.random() < 0.5)
    body = bytearray(text.encode("utf-8", "surrogatepass"))
    for _ in range(random.randrange(1, 4)):
        at = random.randrange(len(body))
        body[at : at + random.randrange(3)] = random.choice(SPLINTERS)
    return request(random, bytes(body))


def truncated(random: Random) -> Said:
    body = json.dumps(event(random)).encode()
    return request(random, body[: random.randrange(len(body))])


def random_bytes(random: Random) -> Said:
    return request(random, random.randbytes(random.randrange(300)))


def deep(random: Random) -> Said:
    depth = random.choice((50, 99, 101, 500, 1000, 2000, 50_000, 250_000))
    opening, closing = random.choice((("[", "]"), ('{"a":', "}")))
    depth = min(depth, 500_000 // len(opening))
    nested = opening * depth + "1" + closing * random.choice((0, depth))
    details = json.dumps(EVENT | OLD_EVENT)[:-1] + ',"details":%s,"links":%s}'
    return request(random, (details % (nested[:250_000], nested[:250_000])).encode())


def huge(random: Random) -> Said:
    filler = random.choice((b" ", b"\\ud800", b"[", b'"', b"\0"))
    return request(random, json.dumps(EVENT).encode() + filler * (10 * MEGABYTE // len(filler)))


def just_too_large(random: Random) -> Said:
    size = random.choice((512 * 1024, 512 * 1024 + 1, MEGABYTE))
    return request(random, json.dumps(EVENT | OLD_EVENT).encode().ljust(size))


def packed(random: Random) -> Said:
    whole = gzip.compress(json.dumps(event(random)).encode())
    bodies = (BOMB, SMALL_BOMB, whole, whole, whole[:-5], whole + whole, b"", b"\x1f\x8b")
    body = random.choice(bodies)
    return request(random, body, content_encoding=random.choice(("gzip", "x-gzip", *CODINGS)))


def wrong_method(random: Random) -> Said:
    method = random.choice(METHODS)
    return request(random, random.choice((b"", b"{}", b"x" * MEGABYTE)), method=method)


def wrong_type(random: Random) -> Said:
    body = json.dumps(event(random)).encode()
    return request(
        random,
        body,
        content_type=random.choice(TYPES),
        x_routing_key=random.choice(("", KEY, "\xff" * 32)),
    )


def strange_address(random: Random) -> Said:
    key = random.choice(KEYS)
    paths = (f"/integration/{key}/enqueue", f"//v2/enqueue{key}", f"/v2/enqueue?{key}")
    path = random.choice(paths)
    return request(random, json.dumps(event(random)).encode(), path=path)


def chunked(random: Random) -> Said:
    body = json.dumps(event(random)).encode()
    cuts = [body[at : at + 7] for at in range(0, len(body), 7)]
    pieces = b"".join(b"%x\r\n%b\r\n" % (len(cut), cut) for cut in cuts)
    end = random.choice((b"0\r\n\r\n", b"0\r\n\r\n", b"zz\r\n", b"-1\r\n\r\n", b""))
    head = f"POST {random.choice(DOORS)} HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
    return Said(head.encode() + pieces + end, answer_due=end not in {b"zz\r\n", b"-1\r\n\r\n"})


def broken_http(random: Random) -> Said:
    length = random.choice(("-1", "abc", "1e3", "99999999999999999999", "2, 3", "0x10"))
    head = f"POST {V2} HTTP/1.1\r\nhost: a\r\n"
    wire = random.choice(
        (
            f"{head}content-length: {length}\r\n\r\n{{}}",
            f"{head}content-length: 3\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n",
            f"{head}{'x' * 5000}\r\n\r\n",
            f"{head}a: {'x' * MEGABYTE}\r\ncontent-length: 2\r\n\r\n{{}}",
            f"BREW {V2} HTTP/1.1\r\n\r\n",
            f"POST {V2} HTTP/9.9\r\n\r\n",
            "\r\n\r\n\0\0\0\0\r\n\r\n",
        )
    )
    return Said(wire.encode(), answer_due=False)


def stalled(random: Random) -> Said:
    said = request(random, json.dumps(EVENT).encode())
    return said._replace(wire=said.wire[: -random.randrange(1, 50)])


def hung_up(random: Random) -> Said:
    wire = random.choice((wrong_fields, huge, packed))(random).wire
    return Said(wire[: random.randrange(len(wire))], answer_due=False, hangs_up=True)


def endless_head(random: Random) -> Said:
    head = f"POST {V2} HTTP/1.1\r\nhost: a\r\n"
    more = random.choice(("a: " + "x" * MEGABYTE, "a: b\r\n" * 50_000, "a: b\r\n", ""))
    trailers = "transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n"
    return Said((head + random.choice(("", trailers)) + more).encode(), answer_due=False)


def dribbled(random: Random) -> Said:
    """Go on with a body after the answer to its head."""
    head = "POST /v2 HTTP/1.1\r\nhost: a\r\ntransfer-encoding: chunked\r\n\r\n"
    return Said((head + "1\r\n{\r\n" * random.randrange(100_000)).encode(), answer_due=False)


def expecting(random: Random) -> Said:
    return request(random, json.dumps(event(random)).encode(), expect="100-continue")


KINDS: Final[tuple[Callable[[Random], Said], ...]] = (
    wrong_fields, broken_text, truncated, random_bytes, deep, huge, just_too_large, packed,
    wrong_method, wrong_type, strange_address, chunked, broken_http, stalled, hung_up,
    endless_head, dribbled, expecting,
)  # fmt: skip
WEIGHTS: Final = (40, 30, 10, 5, 8, 1, 3, 8, 5, 5, 5, 5, 5, 1, 3, 2, 2, 3)
