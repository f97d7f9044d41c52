"""The monitoring side: what is watched, what alert rules find, and who is told."""
