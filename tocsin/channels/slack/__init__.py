"""Slack: one app for people, rooms and user groups."""
