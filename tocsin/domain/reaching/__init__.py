"""Reaching people: messages, answers, what carries them, and the words of both."""
