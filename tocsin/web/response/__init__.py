"""What people do about incidents: lists, pages, and everything that a button can do."""
