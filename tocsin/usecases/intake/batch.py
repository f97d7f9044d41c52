"""What a batch of events does in one transaction: look up, judge each in turn, write at once."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

import asyncpg

from tocsin.domain.intake.event import ChangeEvent, Event
from tocsin.kit.ids import new_id
from tocsin.store import writes as rows
from tocsin.store.directory import Route
from tocsin.store.intake.quarantine import HINT
from tocsin.store.response import alerts
from tocsin.usecases.desk import Desk
from tocsin.usecases.directory import Directory, View
from tocsin.usecases.intake.parcels import Parcel, Stray, Verdict
from tocsin.usecases.intake.triage import Arrival, Held, Triage

UNKNOWN_KEY: Final = "No integration has this key."


async def receive(
    connection: asyncpg.Connection,
    directory: Directory,
    posts: Sequence[Parcel | Stray],
    digests: Sequence[bytes],
    now: datetime,
) -> list[Verdict]:
    """Do all that these parcels ask for, and say what became of each. The caller commits."""
    view, held = await _look_up(connection, directory, posts, digests)
    routes = [view.route(digest) for digest in digests]
    await view.know_services(connection, {r.service_id for r in routes if r}, now)
    desk = Desk(connection, view, now)
    triage = Triage(desk, held)
    verdicts = []
    arrivals: list[Arrival] = []
    for post, route in zip(posts, routes, strict=True):
        verdicts.append(_sort(desk, post, route, arrivals))
    await triage.prepare(arrivals)
    for arrival in arrivals:
        if triage.is_over(arrival.key):
            await desk.write()  # the old alert must give way before a new one takes its key
        triage.judge(arrival)
    await desk.write()
    return verdicts


async def _look_up(
    connection: asyncpg.Connection,
    directory: Directory,
    posts: Sequence[Parcel | Stray],
    digests: Sequence[bytes],
) -> tuple[View, Held]:
    """Find where the keys lead and hold the open alerts they mean, as of one configuration."""
    view = directory.newest
    while True:
        await view.know_keys(connection, digests)
        keys = [
            (route.integration_id, post.what.dedup_key)
            for post, digest in zip(posts, digests, strict=True)
            if isinstance(post, Parcel) and isinstance(post.what, Event)
            if (route := view.route(digest))
        ]
        version, held = await alerts.hold_open(connection, keys)
        if version == view.version:
            return view, held
        view = directory.at(version)


def _sort(
    desk: Desk, post: Parcel | Stray, route: Route | None, arrivals: list[Arrival]
) -> Verdict:
    """Put a parcel where it belongs: to its service, to the changes or into quarantine."""
    service = desk.view.service(route.service_id) if route else None
    if isinstance(post, Stray):
        desk.writes.strays.append(_stray(post, post.reason, desk.now))
        return Verdict.ACCEPTED
    if route is None or service is None:
        desk.writes.strays.append(_stray(post, UNKNOWN_KEY, desk.now))
        return Verdict.UNKNOWN_KEY
    desk.writes.heard[route.integration_id] = desk.now
    if isinstance(post.what, ChangeEvent):
        desk.writes.change_events.append(_change(post.what, route, desk.now))
    else:
        arrivals.append(Arrival(event=post.what, route=route, service=service))
    return Verdict.ACCEPTED


def _stray(post: Parcel | Stray, reason: str, now: datetime) -> rows.Stray:
    return rows.Stray(
        id=new_id("Q"),
        at=now,
        reason=reason,
        path=post.path,
        sender=post.sender,
        key_hint=post.key[:HINT],
        body=post.body,
    )


def _change(event: ChangeEvent, route: Route, now: datetime) -> rows.Arrived:
    return rows.Arrived(
        id=new_id("Q"),
        service_id=route.service_id,
        integration_id=route.integration_id,
        at=now,
        event=event,
    )
