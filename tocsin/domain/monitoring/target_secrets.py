"""Secrets of targets: kept when a form, which never shows them, leaves them blank."""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from msgspec.structs import replace

from tocsin.domain.monitoring.monitor import Http, PageWalk, PostgreSql, Prometheus, Step, Target

MOVED: Final = "Secrets must be given again when the address leads to another host."


def merge_secrets(before: Target, after: Target) -> Target:
    """Return ``after`` with the secrets of ``before`` that it leaves blank.

    That is a password of the same user name, a header or field of the same name, and a DSN.
    """
    match before, after:
        case Http(), Http():
            return _with_access(before, after)
        case Prometheus(), Prometheus():
            return _with_access(before, after)
        case PageWalk(), PageWalk():
            steps = [*map(_filled_step, before.steps, after.steps)]
            return replace(after, steps=(*steps, *after.steps[len(steps) :]))
        case PostgreSql(), PostgreSql():
            return replace(after, dsn=after.dsn or before.dsn)
    return after


def faults_of_move(before: Target, after: Target) -> Iterator[str]:
    """Refuse to send a secret that was left blank to a host that it was not meant for."""
    if merge_secrets(before, after) != after and not _places(after) <= _places(before):
        yield MOVED


def _with_access(before: Http | Prometheus, after: Http | Prometheus) -> Target:
    kept = before.password if after.username == before.username else ""
    return replace(
        after,
        password=after.password or kept,
        headers=_filled(before.headers, after.headers),
    )


def _filled(before: Mapping[str, str], after: Mapping[str, str]) -> dict[str, str]:
    return {name: value or before.get(name, "") for name, value in after.items()}


def _filled_step(before: Step, after: Step) -> Step:
    return replace(after, fields=_filled(before.fields, after.fields))


def _places(target: Target) -> set[tuple[str, str]]:
    match target:
        case Http(url=url) | Prometheus(url=url):
            return {_place(url)}
        case PageWalk(steps=steps):
            return {_place(step.url) for step in steps if step.url}
    return set()


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc.rpartition("@")[-1].lower()
