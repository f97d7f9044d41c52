"""Microsoft Teams: a bot, or a workflow that takes cards."""
