"""Monitors, alert rules and the channels that they tell; environments, agents, violations."""
