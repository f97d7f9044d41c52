"""Vendor payload -> Event, pure."""
