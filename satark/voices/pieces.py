"""Cuts what is said into the pieces that have clips: sentences, names, digits. Pure."""

import re

from satark.channels.messages import JOINT

# After what ends a sentence or announces something; at the end of a line; where a name or a number begins or ends.
_CUTS = re.compile(rf"(?<=[.!?:;।॥۔؟])\s+|\n+|{JOINT}")
_MARKS = re.compile(r"[\s.,!?:;।॥۔؟،\"'()–—•-]+")
_ENDS = ".!?।॥۔؟"
# The seconds of silence behind a piece: after a sentence, after what goes on, and between a name and its sentence.
AFTER_SENTENCE, AFTER_PART, WITHIN = 0.4, 0.2, 0.06


def cut(text: str) -> list[str]:
    """The pieces of a `Prompt.speech`, in their order. Marks that stand alone belong to the piece before."""
    pieces: list[str] = []
    for part in _CUTS.split(text):
        marks = _MARKS.match(part)
        at = marks.end() if marks else 0
        if pieces and at:
            pieces[-1] += part[:at].strip()
        if rest := part[at:].strip():
            pieces.append(rest)
    return pieces


def words_of(piece: str) -> str:
    """A piece without the marks at its end: what a person who records it reads."""
    return piece.rstrip(" .,!?:;।॥۔؟،")


def pause_after(piece: str) -> float:
    """In seconds."""
    if piece[-1:] in _ENDS:
        return AFTER_SENTENCE
    return AFTER_PART if words_of(piece) != piece else WITHIN
