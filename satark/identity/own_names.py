"""Finds somebody's own name in a folded text, as a whole and in part, and addresses that are made of it. Pure.

Of a name `Ram Kumar Singh` these are found: all of it, with anything but letters between and with letters apart; with
initials, and without what stands in the middle; each part alone; and in another script (transliterated.py). Parts that
very many have are found alone only where somebody introduces themselves by them: they lead to nobody, and may be the names
of whom a tip is about (`templates/masking/names.toml`).
"""

import re
from collections.abc import Iterator, Sequence
from functools import cached_property
from itertools import chain

from satark.channels.folding import fold
from satark.conversation.words import NASAL, spelled
from satark.identity.lexicon import name_words
from satark.identity.transliterated import consonants_of, find_transliterated

SHORTEST_NAME = 3
# Of a name that is found only where somebody introduces themselves by it.
FEWEST_LETTERS = 2
LONGEST_NAME = 100
MOST_PARTS = 6
# Folding leaves blanks between words; a number may touch one.
_RUN_TOGETHER = re.compile("(?<=[a-z]{3})(?=[A-Z][a-z]{2})")
_BEGIN, _END = "(?<![^ 0-9])", "(?![^ 0-9])"
_WORD = re.compile("[^ 0-9]+")
_SIGNS = "\u0900-\u0903\u093a-\u094f\u0962\u0963"
_LETTER = re.compile(f"[^ {_SIGNS}][{_SIGNS}]*")
_ANUSVARA = "ं"
_ANY_NASAL = "(?:ं|[ङञणनम]्)"
_AT = "@＠﹫"
_NO_ADDRESS = rf"\s{_AT}<>()\[\],;:\"'"
_ADDRESS = re.compile(rf"([^{_NO_ADDRESS}]{{1,64}})[{_AT}][^{_NO_ADDRESS}]{{1,255}}")


class FoldedText:
    """A folded text, and what a quick look needs of it: nearly all texts hold no name."""

    def __init__(self, folded: str) -> None:
        self.folded = folded

    @cached_property
    def joined(self) -> str:
        return _joined(self.folded)

    @cached_property
    def consonants(self) -> str:
        return f" {consonants_of(self.folded)} "


def find_name(text: FoldedText, name: str) -> Iterator[tuple[int, int]]:
    """Where a name stands in a folded text."""
    words = _words(name)
    if _may_be_transliterated(text, words):
        yield from find_transliterated(text.folded, _parts(words))
    if not _holds_one_of(text.joined, [*words, "".join(words)], min(SHORTEST_NAME, len("".join(words)))):
        return
    for pattern in _patterns(words, _parts(words)):
        for found in re.finditer(pattern, text.folded):
            # Initials alone are no name.
            if _holds_one_of(_joined(found["name"]), words, 2):
                yield found.span("name")


def _may_be_transliterated(text: FoldedText, words: Sequence[str]) -> bool:
    """Whether some word has the consonants of a part of the name, and one of both is not in Latin."""
    if text.folded.isascii() and "".join(words).isascii():
        return False
    return any(f" {consonants_of(word)} " in text.consonants for word in (*words, "".join(_parts(words))))


def find_addresses(text: str, name: str) -> Iterator[tuple[int, int]]:
    """Where in an original text an e-mail address, or one to pay to, stands that is made of a name."""
    if any(at in text for at in _AT) and (parts := _parts(_words(name))):
        yield from (found.span() for found in _ADDRESS.finditer(text) if _is_made_of(fold(found[1]), parts))


def _words(name: str) -> list[str]:
    """The words of a name, those that only a capital letter tells apart too, without emoji and numbers."""
    return _WORD.findall(fold(_RUN_TOGETHER.sub(" ", name[:LONGEST_NAME])))


def _parts(words: Sequence[str]) -> Sequence[str]:
    """A name without titles; nothing of what is too short."""
    titles = name_words().titles
    parts = ([word for word in words if spelled(word) not in titles] or words)[:MOST_PARTS]
    return parts if len("".join(parts)) >= FEWEST_LETTERS else ()


def _holds_one_of(joined: str, parts: Sequence[str], shortest: int) -> bool:
    """Whether one of the parts is there, with whatever in between."""
    return any(_plain(part) in joined for part in parts if len(part) >= shortest)


def _joined(text: str) -> str:
    return _plain(text.replace(" ", ""))


def _plain(text: str) -> str:
    return text if text.isascii() else NASAL.sub(_ANUSVARA, text)


def _patterns(words: Sequence[str], parts: Sequence[str]) -> Iterator[str]:
    if len(words) > 1:
        yield _named(" *".join(chain.from_iterable(map(_letters, words[:MOST_PARTS]))))
    if len(parts) > 1:
        yield _named(_with_initials(parts))
    for part in parts:
        if len(part) >= FEWEST_LETTERS:
            yield _alone(part)


def _alone(part: str) -> str:
    """A part that leads to its owner; one that very many have, where they introduce themselves by it."""
    words = name_words()
    if len(part) >= SHORTEST_NAME and spelled(part) not in words.common:
        attached = f"(?:{'|'.join(words.attached)})?" if len(part) > SHORTEST_NAME else ""
        return _named(f"{_pattern(part)}{attached}|{' +'.join(_letters(part))}")
    said = "|".join(one.replace(" ", " +") for one in words.introductions)
    return _named(_pattern(part), before=f"(?:{said}) +")


def _named(pattern: str, before: str = "") -> str:
    return f"{_BEGIN}{before}(?P<name>{pattern}){_END}"


def _with_initials(parts: Sequence[str]) -> str:
    """Each part whole or its first letter, those in the middle perhaps not at all."""
    first, *middle, last = (f"(?:{_pattern(part)}|{_letters(part)[0]})" for part in parts)
    whole = f"{first}{''.join(f'(?: +{one})?' for one in middle)} +{last}"
    together = "".join(_letters(part)[0] for part in parts[:-1])
    return f"{whole}|{together} +{_pattern(parts[-1])}" if middle else whole


def _letters(part: str) -> list[str]:
    """What finds each letter of a part, with its vowel signs."""
    return [_pattern(letter) for letter in _LETTER.findall(part)] or [_pattern(part)]


def _pattern(text: str) -> str:
    """Itself, with each nasal written in either way."""
    return _ANY_NASAL.join(map(re.escape, _plain(text).split(_ANUSVARA)))


def _is_made_of(local: str, parts: Sequence[str]) -> bool:
    """Whether what stands before the @ has no letters but those of a name and its initials, and says the first name, two
    parts of it, or one that few have with an initial."""
    letters = "".join(_WORD.findall(local))
    pieces = "|".join(map(re.escape, (*parts, *(part[0] for part in parts))))
    said = [part for part in parts if len(part) >= SHORTEST_NAME and part in letters]
    rare = any(spelled(part) not in name_words().common and len(letters) > len(part) for part in said)
    return (len(said) > 1 or parts[0] in said or rare) and re.fullmatch(f"(?:{pieces})+", letters) is not None
