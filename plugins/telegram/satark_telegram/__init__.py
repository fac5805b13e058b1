"""Telegram as a channel of Satark."""
