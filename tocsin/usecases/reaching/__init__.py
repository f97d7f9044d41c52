"""Reaching people: told by every way they have, heard by every way they answer."""
