"""What is measured: named once for each kind, in words that conditions can use."""

import pytest

from tocsin.domain.monitoring.measured import VALUES
from tocsin.domain.monitoring.monitor import KINDS, MonitorKind


def test_every_kind_measures_something() -> None:
    assert set(VALUES) == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_words_that_conditions_can_use(kind: MonitorKind) -> None:
    names = [value.name for value in VALUES[kind]]

    assert len(set(names)) == len(names)
    assert all(name.isidentifier() and name.islower() for name in names)
    assert {"ok", "fault_kind"} <= set(names)
    assert all(value.meaning.endswith(".") for value in VALUES[kind])
