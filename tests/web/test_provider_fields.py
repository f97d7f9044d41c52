"""The form of a provider: each setting stands in it, beside the fields that all our forms have."""

import pytest

from tocsin.channels import CHANNELS
from tocsin.domain.reaching.channel import Declaration
from tocsin.web.visit import PROOF

DECLARED = [channel.declaration for channel in CHANNELS]


@pytest.mark.parametrize("declaration", DECLARED, ids=lambda one: one.name)
def test_no_setting_takes_the_name_of_another_field(declaration: Declaration) -> None:
    names = [PROOF, "name", *(field.name for field in declaration.settings)]

    assert len(names) == len(set(names))
