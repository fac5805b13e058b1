"""What the `satark` command does, a file a subject."""
