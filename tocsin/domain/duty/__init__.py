"""Being on duty: schedules, policies, and who is on call."""
