"""Responding: incidents, and what people and timers do about them."""
