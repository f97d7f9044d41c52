"""How things look on the wire: references, the head of every object, addresses."""

from tocsin.domain.links import Links

__all__ = ["Links"]
