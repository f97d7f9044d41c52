"""The load generator, wrk, and what it reports."""

import asyncio
import shutil
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

import httpx
import msgspec

HERE = Path(__file__).parent
READS = 400


class Result(msgspec.Struct, kw_only=True):
    """One run of wrk. ``refused`` counts answers that were not 2xx or 3xx."""

    requests: int
    seconds: float
    p50_ms: float
    p99_ms: float
    refused: int
    broken: int

    @property
    def rate(self) -> float:
        """Answers a second."""
        return self.requests / self.seconds


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds."""

    p50_ms: float
    p99_ms: float


async def wrk(
    url: str, script: str, arguments: Sequence[str], *, connections: int, seconds: int
) -> Result:
    """Run one script against ``url``."""
    if shutil.which("wrk") is None:
        raise SystemExit("The load generator wrk is missing; Debian and Homebrew have it.")
    process = await asyncio.create_subprocess_exec(
        *("wrk", "-t1", f"-c{connections}", f"-d{seconds}s", "--timeout", "10s"),
        *("-s", str(HERE / script), url, "--", *arguments),
        stdout=asyncio.subprocess.PIPE,
    )
    output, _ = await process.communicate()
    lines = [line for line in output.splitlines() if line.startswith(b"RESULT ")]
    if not lines:
        raise SystemExit(f"wrk failed: {output.decode()}")
    return msgspec.json.decode(lines[-1].removeprefix(b"RESULT "), type=Result)


async def post_events(
    url: str, key: str, *, duplicates: float, connections: int, seconds: int, run: str
) -> Result:
    """Send events as fast as they are accepted; ``duplicates`` is the share of repeated keys."""
    return await wrk(
        url, "events.lua", [key, str(duplicates), run], connections=connections, seconds=seconds
    )


async def get(url: str, path: str, headers: dict[str, str]) -> Latency:
    """Read one address ``READS`` times, one after the other: fewer than the rate limit allows."""
    took = []
    async with httpx.AsyncClient(base_url=url, headers=headers, timeout=60) as http:
        for _ in range(READS):
            began = time.perf_counter()
            answer = await http.get(path)
            took.append((time.perf_counter() - began) * 1000)
            answer.raise_for_status()
    cuts = statistics.quantiles(took, n=100)
    return Latency(cuts[49], cuts[98])
