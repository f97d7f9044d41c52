"""Priorities: a scale that is the same for everybody."""

from typing import Any

from tocsin.api.rest import Call, Resource
from tocsin.domain.priority import PRIORITIES as SCALE
from tocsin.domain.priority import Priority

PRIORITIES = Resource("/priorities", scope="priorities")


@PRIORITIES.lists("listPriorities")
async def list_priorities(call: Call) -> dict[str, Any]:
    """List priorities, the most severe first."""

    def shape(priority: Priority) -> dict[str, Any]:
        head = call.links.head("priority", priority.id, priority.name)
        return head | {"name": priority.name, "description": priority.description}

    return call.query.page().cut("priorities", SCALE, shape)
