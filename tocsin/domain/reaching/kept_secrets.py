"""Secrets that a form leaves blank stay as they are, and go to no host but the one they are for."""

from collections.abc import Iterable, Iterator, Mapping

from tocsin.domain.faults import split_url
from tocsin.domain.reaching.contact_kind import Field


def faults_of_move(
    fields: Iterable[Field],
    *,
    before: Mapping[str, str],
    after: Mapping[str, str],
    given: Mapping[str, str],
) -> Iterator[str]:
    """Refuse to send secrets that were not ``given`` again to a host they were not meant for."""
    fields = tuple(fields)
    moved = [
        field.label
        for field in fields
        if _place(field, before.get(field.name, "")) != _place(field, after.get(field.name, ""))
    ]
    kept = [field.label for field in fields if _is_kept(field, before, given)]
    if moved and kept:
        secrets = " and ".join(kept)
        yield f"{moved[0]} leads to another host: {secrets} must be typed again, to be sent there."


def _is_kept(field: Field, before: Mapping[str, str], given: Mapping[str, str]) -> bool:
    is_given = bool(given.get(field.name, "").strip())
    return field.kind == "secret" and bool(before.get(field.name)) and not is_given


def _place(field: Field, value: str) -> tuple[str, str]:
    """Return where a setting leads; most lead nowhere, and paths of one host to the same."""
    if field.is_host:
        return "", value.lower()
    if field.kind != "url":
        return "", ""
    parts = split_url(value)
    return (parts.scheme, parts.netloc.rpartition("@")[-1].lower()) if parts else ("", value)
