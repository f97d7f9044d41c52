"""Reaching people: providers, what they were handed, and what came of it."""
