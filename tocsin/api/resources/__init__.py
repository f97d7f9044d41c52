"""The resources of the API's reference, one file each, and the operations they declare."""

from typing import Final

from tocsin.api.resources.abilities import ABILITIES
from tocsin.api.resources.escalation_policies import ESCALATION_POLICIES
from tocsin.api.resources.oncalls import ONCALLS
from tocsin.api.resources.overrides import OVERRIDES
from tocsin.api.resources.priorities import PRIORITIES
from tocsin.api.resources.schedules import SCHEDULES
from tocsin.api.resources.vendors import VENDORS
from tocsin.api.rest import Op, Resource

RESOURCES: Final[tuple[Resource, ...]] = (
    ABILITIES,
    ESCALATION_POLICIES,
    ONCALLS,
    OVERRIDES,
    PRIORITIES,
    SCHEDULES,
    VENDORS,
)
OPS: Final[tuple[Op, ...]] = tuple(op for resource in RESOURCES for op in resource.ops)
