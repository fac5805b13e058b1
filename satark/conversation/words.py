"""What a citizen typed, compared with the words that are understood: on `channels.folding`, which all comparisons share."""

import re

from satark.channels.folding import digits_in as digits_in
from satark.channels.folding import fold as fold_characters
from satark.conversation.state import Vocabulary, World

MOST_DIGITS_OF_A_NUMBER = 2
# Whoever writes more tells something: no command, greeting or number is so long.
LONGEST_WORD = 100
# One sound, written in two ways: हिन्दी and हिंदी, मिटायें and मिटाएं.
NASAL = re.compile("[ङञणनम]्(?=[क-ह])")
_GLIDES = str.maketrans({"ए": "ये", "ई": "यी"})
# A code has none but these: what a telephone puts around it is not of it.
_NO_CODE = re.compile("[^A-Za-z0-9_-]+")


def fold(text: str) -> str:
    """Folded, no marks around: `" MENU! "` and `"menu"` are one."""
    return " ".join(fold_characters(text).split())


def spelled(text: str) -> str:
    """`fold`, and one for all spellings of a word: what the words of the vocabulary are compared by. Nothing is compared
    with what `is_long`."""
    folded = fold(text)
    return folded if folded.isascii() or is_long(folded) else NASAL.sub("ं", folded).translate(_GLIDES)


def is_long(word: str) -> bool:
    """Whether what is `spelled` so can be none of the words below."""
    return len(word) > LONGEST_WORD


def poster_in(text: str, world: World) -> str:
    """The code of a poster, where the message is a greeting and that code, as a QR code prefills it; else ""."""
    greeting, _, last = text.strip().rpartition(" ")
    code = _NO_CODE.sub("", last)
    return code if code in world.posters and spelled(greeting) in world.vocabulary.greetings else ""


def number_in(text: str, vocabulary: Vocabulary) -> str:
    """The number that is the whole message, in digits of any script, or as a word."""
    word = spelled(text)
    if word in vocabulary.numbers:
        return str(vocabulary.numbers[word])
    is_number = word.isascii() and word.isdecimal() and len(word) <= MOST_DIGITS_OF_A_NUMBER
    return str(int(word)) if is_number else ""
