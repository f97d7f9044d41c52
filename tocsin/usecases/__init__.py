"""What the house can do, each in one transaction."""
