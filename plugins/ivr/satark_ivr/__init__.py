"""Telephone calls as a channel of Satark."""
