"""Abilities: what an account can do, by the names that clients ask for."""

from typing import Final

ABILITIES: Final = (
    "coordinated_responding",
    "manage_api_keys",
    "manage_schedules",
    "read_only_users",
    "service_support_hours",
    "teams",
    "urgencies",
)
WITHHELD: Final = (
    "advanced_reports",
    "preview_intelligent_alert_grouping",
    "sso",
    "team_responders",
)
