"""Machines that are told, and machines that may ask: deliveries, webhooks, and apps."""
