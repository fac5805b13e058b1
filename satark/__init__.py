"""Satark: anonymous tips for district police. A tip is a letter in two envelopes (docs/architecture.md)."""

__version__ = "0.1.0"
