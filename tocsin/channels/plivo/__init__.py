"""Plivo: texts and calls."""
