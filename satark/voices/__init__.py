"""What callers hear: prompts cut into pieces, and a clip for each, spoken by a person or by espeak-ng."""
