"""Reads what a contact card (vCard 2.1 to 4.0) says of a person, however it was written. Pure, and never raises."""

import quopri
import re
from collections.abc import Iterator

# What leads to a person, or says who they are. Not their photo, keys, or when the card was changed.
PROPERTIES = frozenset({"FN", "N", "NICKNAME", "TEL", "EMAIL", "ORG", "TITLE", "ROLE", "ADR", "URL", "IMPP", "NOTE"})
PARTED = frozenset({"N", "ORG", "ADR", "NICKNAME"})
MOST_FACTS = 100
NATIONAL_DIGITS = 10
_FOLD = re.compile(r"\r?\n[ \t]")
_SOFT_BREAK = re.compile(r"=\r?\n")
_WAID = re.compile(r";waid=([0-9]+)", re.IGNORECASE)
_ESCAPED = re.compile(r"\\([\\,;:nN])")
_PUNCTUATION = re.compile(r"[\s()+.-]")
_SEPARATORS = re.compile(r"(?<!\\)[;,]")


def facts_of(vcard: str) -> list[str]:
    """The names, numbers, e-mail addresses, firms and addresses of a card, each once, in their order."""
    unfolded = _FOLD.sub("", _SOFT_BREAK.sub("", vcard))
    return list(dict.fromkeys(fact for line in unfolded.splitlines() for fact in _facts_in(line)))[:MOST_FACTS]


def joined(*facts: str) -> str:
    """One line of them, each once: a number stays as it was written first, however many fields repeat it."""
    kept: dict[str, str] = {}
    for fact in (" ".join(one.split()) for one in facts):
        if fact:
            kept.setdefault(_plain(fact), fact)
    return " ".join(kept.values())


def _plain(fact: str) -> str:
    """For a comparison: of a number its last digits, for its beginning is written in many ways."""
    digits = _PUNCTUATION.sub("", fact)
    return digits[-NATIONAL_DIGITS:] if digits.isdecimal() else fact.casefold()


def _facts_in(line: str) -> Iterator[str]:
    head, colon, value = line.partition(":")
    name = head.partition(";")[0].rpartition(".")[2].strip().upper()
    if not colon or name not in PROPERTIES:
        return
    if "QUOTED-PRINTABLE" in head.upper():
        value = quopri.decodestring(value.encode()).decode(errors="replace")
    yield from (found for found in (_text_of(name, value), *_WAID.findall(head)) if found)


def _text_of(name: str, value: str) -> str:
    """Without the separators of its parts. The family name stands first in an N."""
    split = _SEPARATORS.split(value) if name in PARTED else [value]
    parts = [_ESCAPED.sub(_unescaped, part).strip() for part in split]
    if name == "N":
        parts = [*parts[1:3], *parts[:1]]
    return " ".join(" ".join(parts).removeprefix("tel:").split())


def _unescaped(match: re.Match[str]) -> str:
    return " " if match[1] in "nN" else match[1]
