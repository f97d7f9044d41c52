"""The phrases themselves: a file for each of those who speak."""
