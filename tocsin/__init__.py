"""Tocsin: a self-hosted on-call and incident response server."""

from importlib.metadata import version

__version__ = version("tocsin")
