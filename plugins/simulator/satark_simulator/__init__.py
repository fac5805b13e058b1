"""The simulator channel."""
