"""The resources of the API's reference, one file each, and the operations they declare."""

from typing import Final

from tocsin.api.resources.abilities import ABILITIES
from tocsin.api.resources.priorities import PRIORITIES
from tocsin.api.resources.vendors import VENDORS
from tocsin.api.rest import Op, Resource

RESOURCES: Final[tuple[Resource, ...]] = (
    ABILITIES,
    PRIORITIES,
    VENDORS,
)
OPS: Final[tuple[Op, ...]] = tuple(op for resource in RESOURCES for op in resource.ops)
