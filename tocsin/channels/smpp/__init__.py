"""Texts over SMPP, as carriers speak it."""
