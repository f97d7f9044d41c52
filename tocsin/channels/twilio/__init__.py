"""Twilio: texts, calls, WhatsApp, and numbers that people call."""
