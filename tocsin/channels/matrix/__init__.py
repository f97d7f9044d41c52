"""Matrix: a user like any other, who is answered by reactions."""
