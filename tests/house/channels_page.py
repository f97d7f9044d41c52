"""Writes docs/reference/channels.md from the declared channels: `make docs`."""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tocsin.channels import DECLARED
from tocsin.domain.reaching.channel import Declaration
from tocsin.domain.reaching.contact_kind import Field

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "channels.md"
HEAD: Final = """# Channels

A channel carries messages to people.
An administrator sets up providers of those that need settings; the others are always there.
*Answers* says whether a page can be acknowledged or resolved where it arrives.
*Receipts* says how soon a receipt must be there before another way is tried.
Where none comes, a message counts once the other side has taken it.
A channel of best effort hands messages to something that answers before it delivers them.
What happens otherwise is told in [notifications](../guides/notifications.md).
This page is generated from `tocsin/channels/` by `make docs`.

## What each can do

| channel | reaches | answers | receipts | also | tested with |
|---|---|---|---|---|---|
"""
SETTINGS: Final = """
## What each needs

A setting in *italics* may stay blank.
Some providers must be told by hand where to call: the page of the provider shows the addresses.
"""
CALLBACK: Final = "https://oncall.example.com/callbacks/<id>"
ADDRESSES: Final = """
## Addresses

| kind of contact method | name over the API | address | for example |
|---|---|---|---|
"""


def channels_page() -> str:
    """Return the page as it should be."""
    return "".join((HEAD, *_abilities(), SETTINGS, *_needs(), ADDRESSES, *_addresses()))


def _abilities() -> Iterator[str]:
    for one in DECLARED:
        receipts = f"within {one.receipt_within} s" if one.receipt_within else ""
        answers = "yes" if one.answers else ""
        yield _row(one.label, one.kind.label, answers, receipts, ", ".join(_more(one)), one.tested)


def _more(one: Declaration) -> Iterator[str]:
    if one.is_best_effort:
        yield "best effort"
    if one.room:
        yield "rooms"
    if one.group:
        yield "user groups"
    if one.takes_calls:
        yield "call lines"


def _needs() -> Iterator[str]:
    for one in DECLARED:
        yield f"\n### {one.label}\n\n"
        if one.settings:
            yield f"Type `{one.name}`.\n\n| setting | what it is | for example |\n|---|---|---|\n"
            yield from (_setting(field) for field in one.settings)
        else:
            yield "Nothing.\n"
        if one.called_at:
            yield "\n| entered there | address | |\n|---|---|---|\n"
            yield from (_row(at.where, f"`{CALLBACK}{at.tail}`", at.help) for at in one.called_at)


def _setting(field: Field) -> str:
    name = field.label if field.required else f"*{field.label}*"
    choices = ", ".join(f"{label} (`{value}`)" for value, label in field.choices)
    meaning = choices or field.help.rstrip(",") or ("a secret" if field.kind == "secret" else "")
    example = f"`{field.example}`" if field.example and not choices else ""
    return _row(name, meaning, example)


def _addresses() -> Iterator[str]:
    kinds = {one.kind.name: one.kind for one in DECLARED}
    for kind in kinds.values():
        field = kind.address
        example = "added by the device itself" if kind.adds_itself else f"`{field.example}`"
        label = f"{field.label}, kept sealed" if kind.is_secret else field.label
        yield _row(kind.label, f"`{kind.name}_contact_method`", label, example)


def _row(*cells: str) -> str:
    told = (cell.replace("|", "\\|") for cell in cells)
    return f"| {' | '.join(told)} |\n"


if __name__ == "__main__":
    PAGE.write_text(channels_page())
