"""Machines: what is sent to them, and which of them may ask."""
