"""What a citizen typed, folded so that it can be compared: case, script of digits, punctuation, width."""

import unicodedata

from satark.conversation.state import Vocabulary, World

MOST_DIGITS_OF_A_NUMBER = 2
# Whoever writes more tells something: no command, greeting or number is so long, with all marks around it.
LONGEST_WORD = 100


def fold(text: str) -> str:
    """Lower case, compatibility forms, no marks around: `" MENU! "` and `"menu"` are one."""
    normal = unicodedata.normalize("NFKC", text).casefold().replace("\u200d", "").replace("\u200c", "")
    kept = (char if unicodedata.category(char)[0] in "LMN" else " " for char in normal)
    return " ".join("".join(kept).split())


def is_long(text: str) -> bool:
    """Whether it can be none of the words below."""
    return len(text) > LONGEST_WORD


def digits_in(text: str) -> str:
    """The digits of every script in `text`, as 0-9."""
    return "".join(str(unicodedata.digit(char)) for char in text if char.isdecimal())


def poster_in(text: str, world: World) -> str:
    """The code of a poster, where the message is a greeting and that code, as a QR code prefills it; else ""."""
    greeting, _, code = text.strip().rpartition(" ")
    return code if code in world.posters and fold(greeting) in world.vocabulary.greetings else ""


def number_in(text: str, vocabulary: Vocabulary) -> str:
    """The number that is the whole message, in digits of any script, as a word, or as `*` and `#` of a keypad."""
    folded = fold(text)
    if folded in vocabulary.numbers:
        return str(vocabulary.numbers[folded])
    digits = digits_in(folded)
    whole = bool(digits) and len(digits) == len(folded) <= MOST_DIGITS_OF_A_NUMBER
    return str(int(digits)) if whole else ""
