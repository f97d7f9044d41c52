"""Discord: a bot with buttons."""
