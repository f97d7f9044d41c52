"""Intake: services, what they hear, and what comes of it."""
