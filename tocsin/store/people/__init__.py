"""People: who they are, what they sign in with, and by what they are reached."""
