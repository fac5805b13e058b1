"""A tip's life: its numbers, its letters, what may happen to it, and the record of who did."""
