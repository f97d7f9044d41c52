"""Telegram: a bot with buttons."""
