"""The page of the architecture names only what there is."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "ARCHITECTURE.md"
NAMED = re.compile(r"`([\w*-]+(?:/[\w*.-]*)+|\w+\.(?:py|css|js|html))`")


@pytest.mark.parametrize("path", sorted(set(NAMED.findall(PAGE.read_text()))))
def test_a_path_leads_somewhere(path: str) -> None:
    found = any(ROOT.glob(path)) or any(ROOT.glob(f"tocsin/**/{path}"))

    assert found, f"{PAGE.name} speaks of {path}, which is not there any more."
