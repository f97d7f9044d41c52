"""Calls over a SIP trunk of one's own."""
