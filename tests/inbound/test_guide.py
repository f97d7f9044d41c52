"""The guide shows events that can be heard."""

import re
from pathlib import Path
from typing import Final

import pytest

from tocsin.inbound import dialect_of

GUIDE: Final = Path(__file__).parents[2] / "docs" / "guides" / "send-events.md"
SHOWN: Final = re.findall(r"```json\n(.*?)```|--data '(.*?)'", GUIDE.read_text(), re.DOTALL)


@pytest.mark.parametrize("body", ["".join(found).encode() for found in SHOWN])
def test_every_event_of_the_guide_can_be_heard(body: bytes) -> None:
    dialect = dialect_of(body)

    assert dialect is not None
    heard = dialect.hear(body, new_key=lambda: "")

    assert heard.key == "0123456789abcdef0123456789abcdef"


def test_the_guide_shows_events() -> None:
    assert len(SHOWN) == 4
