"""WhatsApp, by the cloud of its maker."""
