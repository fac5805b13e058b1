"""The courier: takes what must be said from the outbox to its channel. The one place where a return address is opened."""
