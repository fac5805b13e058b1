"""Whether a message to an informant asks who they are: pure. An officer is warned, and decides."""

import tomllib
from collections.abc import Iterable
from functools import cache

from satark.conversation.words import fold
from satark.resources import data_dir


@cache
def telling_phrases() -> frozenset[str]:
    """The phrases of `templates/panel/asking.toml`, folded."""
    kept = tomllib.loads((data_dir("templates") / "panel" / "asking.toml").read_text(encoding="utf-8"))
    return frozenset(fold(phrase) for phrase in kept["phrases"])


def asks_who(words: str, phrases: Iterable[str]) -> bool:
    """Whether a folded phrase stands in the words, beginning where a word begins."""
    said = f" {fold(words)}"
    return any(f" {phrase}" in said for phrase in phrases)
