"""The reference names everything that there is."""

from pathlib import Path

import pytest

from tests.house import channels_page, inbound_page
from tocsin.cli import COMMANDS

CLI = Path(__file__).parents[2] / "docs" / "reference" / "cli.md"


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.__name__)
def test_each_command_has_its_heading(command: object) -> None:
    name = getattr(command, "__name__", "").replace("_", "-")

    assert f"\n## tocsin {name}" in CLI.read_text(), f"Describe `tocsin {name}` in {CLI.name}."


def test_each_integration_type_has_its_row() -> None:
    written = inbound_page.PAGE.read_text()

    assert written == inbound_page.inbound_page(), "Run `make docs` to write it anew."


def test_each_channel_has_its_row() -> None:
    written = channels_page.PAGE.read_text()

    assert written == channels_page.channels_page(), "Run `make docs` to write it anew."
