"""Apps: who registers them, whom they ask, and whom they act for."""
