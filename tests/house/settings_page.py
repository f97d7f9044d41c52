"""Writes docs/reference/settings.md from the declared settings: `make docs`."""

from pathlib import Path
from typing import Final

from tocsin.config import SETTINGS, Setting

PAGE: Final = Path(__file__).parents[2] / "docs" / "reference" / "settings.md"
HEAD: Final = """# Settings

Tocsin reads its settings from the environment, once, when it starts.
An empty variable counts as none.
A wrong one ends the start with one sentence and exit code 2.
This page is generated from `tocsin/config.py` by `make docs`.
"""


def settings_page() -> str:
    """Return the page as it should be."""
    return "\n".join([HEAD, *(_section(setting) for setting in SETTINGS)])


def _section(setting: Setting) -> str:
    default = f"\nDefault: {setting.default}.\n" if setting.default else ""
    return f"## {setting.name}\n\n{setting.kind.meaning}\n{default}"


if __name__ == "__main__":
    PAGE.write_text(settings_page())
