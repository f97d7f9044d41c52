"""Texts over any gateway that takes HTTP."""
