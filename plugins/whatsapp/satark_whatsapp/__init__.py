"""WhatsApp as a channel of Satark, over Meta's Cloud API."""
