"""The channel contract: all of Satark that a plugin may import. See spec.py for the clauses."""
