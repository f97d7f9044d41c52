"""People and teams, and how each of them is reached."""
