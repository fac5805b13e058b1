"""The door: a batch of envelopes becomes durable state and answers, in one transaction."""
