"""Measure the numbers that the house keeps, and print them beside their goals.

    python -m bench [--quick] [--rows 1000000] [--seconds 8]
    python -m bench [--peers | --web | --monitors | --deliveries] [--seconds 8]
    python -m bench --paging [--quick]

The load generator runs on the same machine; its own ceiling is measured first.
"""

import argparse
import asyncio
import json
import os
import platform
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import deliveries, load, monitors, pages, paging, schedules, web
from bench.fill import fill
from bench.peers import Peer, peers
from bench.server import HEADERS, Server, integration_key, serving
from tests.browser.history import lived_in
from tests.conftest import open_folder
from tocsin import __version__
from tocsin.store.postgres import Postgres

PORT, CEILING_PORT = 8690, 8691
NO_MAIL = 9  # the port of a mail server that nobody needs
RESULTS = Path(__file__).parent / "results"
GOALS = {  # what: (at least, reach for), as rates; for times: at most, reach for
    "distinct, 64 connections": (3000, 5000),
    "95 % duplicates, 64 connections": (6000, 9000),
    "distinct, 16 connections": (2000, 4000),
    "distinct, 1 connection": (500, 900),
}


class Report:
    """Rows as they come: printed at once, kept for the file."""

    def __init__(self) -> None:
        self.rows: list[dict[str, object]] = []
        self.console = Console()

    def add(self, what: str, value: float, unit: str, goal: str = "", note: str = "") -> None:
        """Keep one figure."""
        self.rows.append(
            {"what": what, "value": round(value, 2), "unit": unit, "goal": goal, "note": note}
        )
        self.console.print(f"  {what}: [bold]{value:,.1f}[/] {unit}  {note}")

    def show(self) -> None:
        """Print the table and write it to a file."""
        table = Table(title=f"Tocsin {__version__}, Python {platform.python_version()}")
        for column in ("what", "value", "unit", "goal", "note"):
            table.add_column(column, justify="right" if column == "value" else "left")
        for row in self.rows:
            table.add_row(*(f"{v:,}" if isinstance(v, float) else str(v) for v in row.values()))
        self.console.print(table)
        path = RESULTS / f"{datetime.now(UTC):%Y-%m-%dT%H%M%S}.json"
        path.write_text(json.dumps({"machine": machine(), "figures": self.rows}, indent=2))
        self.console.print(f"Written to {path}")


def machine() -> dict[str, object]:
    """Name what was measured on."""
    return {
        "tocsin": __version__,
        "python": platform.python_version(),
        "system": platform.platform(),
        "cores": os.cpu_count(),
    }


async def measure(arguments: argparse.Namespace) -> None:
    """Run everything in one go."""
    report = Report()
    report.console.print(f"[bold]{machine()}[/]")
    await ceiling(report, arguments.seconds)
    async with pages.inbox() as box, disposable() as (directory, database_url):
        await first_start(report, directory, box.port)
        async with serving(
            directory / "data", port=PORT, database_url=database_url, smtp_port=box.port
        ) as server:
            report.add("memory at rest, without PostgreSQL", server.memory(), "MiB", "≤ 200")
            key = await integration_key(server.url)
            await page_latency(report, box, server, key)
            await webhooks(report, server, arguments.seconds)
            empty = await ingest(report, server, arguments.seconds, "empty")
            report.add("memory under load, without PostgreSQL", server.memory(), "MiB", "≤ 400")
            await fill(database_url, arguments.rows)
            full = await ingest(report, server, arguments.seconds, f"{arguments.rows:,} stored")
            for what, rate in full.items():
                report.add(f"{what}: full / empty", rate / empty[what], "", "≥ 0.85")
            await reads(report, server)
    await watching(report)
    await paging_people(report, arguments.plan)
    await web_pages(report)
    report.show()


async def ceiling(report: Report, seconds: int) -> None:
    """Let wrk run against an application that does nothing."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "uvicorn", "bench.ceiling:app", "--port", str(CEILING_PORT)),
        *("--log-level", "warning", "--no-access-log", "--lifespan", "off"),
    )
    await asyncio.sleep(1.5)
    try:
        result = await load.post_events(
            f"http://127.0.0.1:{CEILING_PORT}",
            "x" * 32,
            duplicates=0,
            connections=64,
            seconds=seconds,
            run="c",
        )
    finally:
        process.terminate()
        await process.wait()
    report.add("the generator's own ceiling, bare ASGI", result.rate, "/s")


@asynccontextmanager
async def disposable() -> AsyncIterator[tuple[Path, str]]:
    """Give a directory, and a database of its own beside it, as safe as in production."""
    with tempfile.TemporaryDirectory(prefix="tocsin-bench-", dir="/tmp") as name:
        directory = Path(name)
        directory.chmod(0o755)
        postgres = await Postgres.start(directory / "postgres-for-bench")
        try:
            yield directory, postgres.url
        finally:
            await postgres.stop()


async def first_start(report: Report, directory: Path, smtp_port: int) -> None:
    """Start on an empty directory with the embedded database, as a new user does."""
    async with serving(directory / "first", port=PORT, smtp_port=smtp_port) as server:
        report.add("first start on an empty directory", server.ready_after, "s", "≤ 5")
        await asyncio.sleep(2)
        report.add("memory at rest, PostgreSQL included", server.memory(), "MiB", "≤ 200")
        key = await integration_key(server.url)
        result = await load.post_events(
            server.url, key, duplicates=0, connections=64, seconds=5, run="m"
        )
        report.add(
            "memory under load, PostgreSQL included",
            server.memory(),
            "MiB",
            "≤ 400",
            f"at {result.rate:,.0f} events/s",
        )


async def page_latency(report: Report, box: pages.Inbox, server: Server, key: str) -> None:
    """Time from the answer to the page, alone and in a storm."""
    idle = await pages.measure(box, server.url, key, events=40, every=0.3)
    busy = await pages.measure(box, server.url, key, events=1000, every=0.01)
    report.add("event to page, idle: p50", idle.p50_ms, "ms", "≤ 50")
    report.add("event to page, idle: p99", idle.p99_ms, "ms", "≤ 250")
    report.add(
        "event to page, 100 new incidents a second: p99",
        busy.p99_ms,
        "ms",
        "≤ 1000",
        f"p50 {busy.p50_ms:.0f} ms, {busy.missing} missing",
    )


async def webhooks(report: Report, server: Server, seconds: int) -> None:
    """Time from the answer to the webhook, and what planning one costs."""
    found = await deliveries.measure(server)
    for what, latency in (
        ("event to webhook, idle: p99", found.idle),
        ("event to webhook, 100 new incidents a second: p99", found.busy),
        ("event to webhook, 10,000 a minute to a slow receiver beside it: p99", found.beside),
    ):
        note = f"p50 {latency.p50_ms:.0f} ms, {latency.missing} missing"
        report.add(what, latency.p99_ms, "ms", "≤ 1000", note)
    cost = await deliveries.cost(server, seconds)
    report.add("distinct, 64 connections, no subscription", cost.without, "/s")
    report.add("distinct, 64 connections, each told by webhook", cost.told, "/s")
    report.add("with webhooks / without", cost.told / cost.without, "")


async def ingest(report: Report, server: Server, seconds: int, state: str) -> dict[str, float]:
    """Send events at 64, 16 and one connections."""
    rates = {}
    key = await integration_key(server.url)
    for number, (what, (least, reach)) in enumerate(GOALS.items()):
        connections = int(what.rsplit(", ")[-1].split()[0])
        duplicates = 0.95 if "duplicates" in what else 0.0
        result = await load.post_events(
            server.url,
            key,
            duplicates=duplicates,
            connections=connections,
            seconds=seconds,
            run=f"{state.replace(' ', '')}{number}",
        )
        rates[what] = result.rate
        note = f"p99 {result.p99_ms:.1f} ms, {result.refused} refused, {result.broken} broken"
        report.add(f"{what}, {state}", result.rate, "/s", f"≥ {least:,} (reach {reach:,})", note)
    return rates


async def reads(report: Report, server: Server) -> None:
    """Read the two lists that people look at most."""
    found = await load.get(server.url, "/incidents?limit=100&date_range=all", HEADERS)
    note = f"p50 {found.p50_ms:.1f} ms"
    report.add("GET /incidents?limit=100: p99", found.p99_ms, "ms", "≤ 50", note)
    await schedules.make(server.url, 1000)
    found = await load.get(server.url, "/oncalls?limit=100", HEADERS)
    note = f"p50 {found.p50_ms:.1f} ms"
    report.add("GET /oncalls, 1,000 schedules: p99", found.p99_ms, "ms", "≤ 100", note)


async def watching(report: Report) -> None:
    """Watch a thousand monitors, each once a minute, for a minute."""
    async with (
        disposable() as (directory, url),
        serving(directory / "data", port=PORT, database_url=url, smtp_port=NO_MAIL) as server,
    ):
        found = await monitors.measure(server, directory / "data", url, monitors.INTERVAL)
    what = f"{monitors.MONITORS:,} monitors, one a minute each"
    note = f"{found.rounds} rounds, {found.failed} failed, the latest after {found.worst_ms:.0f} ms"
    report.add(f"{what}: delay p50", found.p50_ms, "ms")
    report.add(f"{what}: delay p99", found.p99_ms, "ms", "≤ 1000", note)
    share = found.server_share + found.database_share
    note = f"of which PostgreSQL {100 * found.database_share:.1f} %"
    report.add(f"{what}: of one core", 100 * share, "%", "≤ 50", note)


async def paging_people(report: Report, plan: paging.Plan) -> None:
    """Page a crowd by SMS: in a storm, steadily, and beside a provider that hangs."""
    async with (
        disposable() as (directory, url),
        serving(directory / "data", port=PORT, database_url=url, smtp_port=NO_MAIL) as server,
    ):
        found = await paging.measure(server.url, directory / "data", url, plan)
    storm, steady = found.storm, found.steady
    what = f"{storm.incidents:,} incidents in {plan.storm_lasts:.0f} s, {plan.storm_people} people"
    note = f"p50 {storm.p50:.2f} s, p99 {storm.p99:.2f} s, {storm.unpaged} people not paged"
    report.add(f"{what}: the latest first page", storm.worst, "s", "≤ 30", note)
    note = f"{storm.untold} incidents not told, {storm.told_twice} told twice"
    report.add(f"{what}: messages that told all of them", storm.messages, "", "", note)
    what = f"{plan.rate} pages a second"
    note = f"p50 {steady.p50_ms:.0f} ms, {steady.missing} missing"
    report.add(f"{what}, each to somebody else: p99", steady.p99_ms, "ms", "≤ 1000", note)
    alone = statistics.median(well.p99_ms for well, _ in found.pairs)
    beside = statistics.median(hung.p99_ms for _, hung in found.pairs)
    ratios = [hung.p99_ms / well.p99_ms for well, hung in found.pairs]
    missing = sum(one.missing for pair in found.pairs for one in pair)
    note = f"p99 {alone:.0f} and {beside:.0f} ms, {len(ratios)} pairs of runs, {missing} missing"
    what = f"{plan.round_rate} pages a second, half by a provider that hangs: p99 of the others"
    report.add(f"{what} / if it does not", statistics.median(ratios), "", "< 1.1", note)


async def telling(report: Report, seconds: int) -> None:
    """Tell of incidents by webhook, on a server of its own."""
    async with (
        pages.inbox() as box,
        disposable() as (directory, url),
        serving(directory / "data", port=PORT, database_url=url, smtp_port=box.port) as server,
    ):
        await webhooks(report, server, seconds)


async def web_pages(report: Report) -> None:
    """Look at the pages of an installation with a month behind it, then at long lists."""
    with open_folder() as folder:
        postgres = await Postgres.start(folder)
        async with lived_in(postgres) as lived:
            weight = await web.first_page(lived)
            report.add("first page, all that is transferred", weight, "kB", "≤ 60")
            found = await web.tour(lived)
            slowest = max(found, key=lambda page: page.p95_ms)
            usual = statistics.median(page.p50_ms for page in found)
            note = f"{slowest.name}; the usual page {usual:.0f} ms, of {len(found)}"
            report.add("HTML of the slowest page: p95", slowest.p95_ms, "ms", "≤ 100", note)
            for page in await web.lists(lived):
                note = f"p50 {page.p50_ms:.0f} ms"
                what = f"{page.name}, {web.INCIDENTS:,} incidents: p95"
                report.add(what, page.p95_ms, "ms", "≤ 150", note)
        await postgres.stop()


async def compare(arguments: argparse.Namespace) -> None:
    """Run this server and its peers in turn, so that all meet the same weather."""
    report = Report()
    report.console.print(f"[bold]{machine()}[/]")
    async with (
        pages.inbox() as box,
        disposable() as (directory, database_url),
        serving(
            directory / "data", port=PORT, database_url=database_url, smtp_port=box.port
        ) as server,
        peers(directory, database_url) as others,
    ):
        key = await integration_key(server.url)
        rates = await rounds(server, key, others, arguments.seconds)
    for name, found in rates.items():
        report.add(f"{name}, distinct, 64 connections", statistics.median(found), "/s")
    ours = statistics.median(rates["tocsin"])
    for name in rates.keys() - {"tocsin"}:
        ratios = [a / b for a, b in zip(rates["tocsin"], rates[name], strict=True)]
        goal = {"alerta": "≥ 30", "alertmanager": "≥ 0.25"}[name]
        report.add(f"Tocsin / {name}", statistics.median(ratios), "", goal, f"at {ours:,.0f} /s")
    report.show()


async def rounds(
    server: Server, key: str, others: list[Peer], seconds: int
) -> dict[str, list[float]]:
    """Measure each in turn, three times over."""
    rates: dict[str, list[float]] = {"tocsin": [], **{peer.name: [] for peer in others}}
    for number in range(3):
        result = await load.post_events(
            server.url, key, duplicates=0, connections=64, seconds=seconds, run=f"p{number}"
        )
        rates["tocsin"].append(result.rate)
        for peer in others:
            result = await peer.measure(connections=64, seconds=seconds, run=f"p{number}")
            rates[peer.name].append(result.rate)
    return rates


async def _run(arguments: argparse.Namespace) -> None:
    if arguments.peers:
        await compare(arguments)
    elif arguments.web or arguments.monitors or arguments.deliveries or arguments.paging:
        await _alone(arguments)
    else:
        await measure(arguments)


async def _alone(arguments: argparse.Namespace) -> None:
    report = Report()
    if arguments.web:
        await web_pages(report)
    if arguments.monitors:
        await watching(report)
    if arguments.deliveries:
        await telling(report, arguments.seconds)
    if arguments.paging:
        await paging_people(report, arguments.plan)
    report.show()


def main() -> None:
    """Read the arguments."""
    parser = argparse.ArgumentParser(prog="python -m bench")
    parser.add_argument("--rows", type=int, default=1_000_000, help="incidents stored")
    parser.add_argument("--seconds", type=int, default=8, help="length of each run")
    parser.add_argument("--quick", action="store_true", help="50,000 rows, 3 seconds each")
    parser.add_argument("--peers", action="store_true", help="compare with peers instead")
    parser.add_argument("--web", action="store_true", help="measure the pages alone")
    parser.add_argument("--monitors", action="store_true", help="measure the monitors alone")
    parser.add_argument("--deliveries", action="store_true", help="measure webhooks alone")
    parser.add_argument("--paging", action="store_true", help="measure pages to a crowd alone")
    arguments = parser.parse_args()
    arguments.plan = paging.QUICK if arguments.quick else paging.Plan()
    if arguments.quick:
        arguments.rows, arguments.seconds = 50_000, 3
    asyncio.run(_run(arguments))


if __name__ == "__main__":
    main()
