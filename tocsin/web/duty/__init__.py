"""Who is called and when: escalation policies, schedules, overrides, calendars, on call."""
