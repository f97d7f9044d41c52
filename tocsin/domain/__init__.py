"""The rules of being on call: pure. No clock, no database, no network, no framework."""
