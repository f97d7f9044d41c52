"""Keeping: whatever was found can be stored as JSON, in a database that takes no odd letters."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

import msgspec
import pytest

from tocsin.probes.keeping import kept


@pytest.mark.parametrize(
    ("value", "stored"),
    [
        (True, True),
        (7, 7),
        (7.5, 7.5),
        (10**30, "1" + "0" * 30),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        (Decimal("1.5"), 1.5),
        (Decimal("NaN"), "NaN"),
        (Decimal(10**30), "1" + "0" * 30),
        (None, ""),
        ("up", "up"),
        ("a\x00b", "a\ufffdb"),
        ("x" * 300, "x" * 199 + "…"),
        ({"a": [1, "\x00"]}, '{"a":[1,"\\u0000"]}'),
        ([UUID(int=0)], '["00000000-0000-0000-0000-000000000000"]'),
        (timedelta(minutes=2), 120),
        (date(2026, 3, 2), "2026-03-02"),
        (b"raw", '"cmF3"'),
    ],
)
def test_what_is_found_is_kept_as_json_can_hold_it(value: Any, stored: Any) -> None:
    assert kept(value) == stored
    assert msgspec.json.decode(msgspec.json.encode(kept(value))) == stored
