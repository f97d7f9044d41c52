"""Mattermost: a bot with buttons."""
