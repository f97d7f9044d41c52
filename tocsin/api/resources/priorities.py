"""Priorities: a scale that is the same for everybody."""

from typing import Any

from tocsin.api.rest import Call, Resource
from tocsin.api.shapes import Links
from tocsin.domain.response.priority import PRIORITIES as SCALE
from tocsin.domain.response.priority import Priority

PRIORITIES = Resource("/priorities", scope="priorities")


@PRIORITIES.lists("listPriorities")
async def list_priorities(call: Call) -> dict[str, Any]:
    """List priorities, the most severe first."""
    page = call.query.page()
    return page.cut("priorities", SCALE, lambda priority: priority_shape(call.links, priority))


def priority_shape(links: Links, priority: Priority) -> dict[str, Any]:
    """Return a priority as it looks on the wire."""
    head = links.head("priority", priority.id, priority.name)
    return head | {"name": priority.name, "description": priority.description}
