"""Makes the clips of all that is known beforehand: a person's recording where there is one, else espeak-ng.

A recording lies at `LANGUAGE/NAME.wav` (or .ogg, .m4a, .mp3), where NAME is that of the piece in the script. A clip is named
after the hash of all that makes it, so that what did not change is not made again.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from hashlib import blake2b
from pathlib import Path

from satark.voices import espeak
from satark.voices.pieces import pause_after, words_of
from satark.voices.shelf import Shelf
from satark.voices.sound import Unusable, clip_of
from satark.voices.speaker import say

Script = Mapping[str, Iterable[str]]
"""All pieces, by locale."""

KINDS = (".wav", ".ogg", ".m4a", ".mp3")
LONGEST_NAME = 40
# What makes another clip of the same words: the program, its speed, and how sound is levelled (voices/sound.py).
MAKER = f"{espeak.PROGRAM} {espeak.SPEED} 1"


@dataclass(frozen=True)
class Item:
    """A piece, and the recording that there is of it."""

    locale: str
    piece: str
    recording: Path | None

    @property
    def clip(self) -> str:
        made_of = self.recording.read_bytes() if self.recording else MAKER.encode()
        parts = (self.locale.encode(), self.piece.encode(), made_of)
        return blake2b(b"\0".join(parts), digest_size=16).hexdigest()


def name_of(piece: str) -> str:
    """What a recording of these words is called: their beginning, and what tells them from all others."""
    words = words_of(piece)
    begins = re.sub(r"[^\w\u0900-\u097f]+", "-", words.lower())[:LONGEST_NAME].strip("-")
    return f"{begins}-{blake2b(words.encode(), digest_size=3).hexdigest()}"


def items(script: Script, recordings: Path) -> Iterator[Item]:
    for locale, pieces in script.items():
        for piece in sorted(set(pieces)):
            found = (recordings / locale / f"{name_of(piece)}{kind}" for kind in KINDS)
            yield Item(locale, piece, next((path for path in found if path.is_file()), None))


def missing(shelf: Shelf, script: Script, recordings: Path) -> list[Item]:
    """What has no clip, or one of other words or of a recording that was changed."""
    return [
        one
        for one in items(script, recordings)
        if shelf.find(one.piece, one.locale) != one.clip or not shelf.has(one.clip)
    ]


def strangers(script: Script, recordings: Path) -> list[Path]:
    """Recordings that are of no piece: the words were changed, or the name is wrong."""
    known = {(locale, name_of(piece)) for locale, pieces in script.items() for piece in pieces}
    found = (path for path in sorted(recordings.glob("*/*")) if path.suffix in KINDS)
    return [path for path in found if (path.parent.name, path.stem) not in known]


@dataclass(frozen=True)
class Built:
    """How many clips there are and how many of them were made now; and what could not be made."""

    clips: int
    made: int
    failed: list[Item]


def build(shelf: Shelf, script: Script, recordings: Path) -> Built:
    """Make what is missing, and take away what is of no use any more."""
    wanted = list(items(script, recordings))
    new = [one for one in wanted if not shelf.has(one.clip)]
    with ThreadPoolExecutor(2) as pool:
        good = list(pool.map(lambda one: _make(shelf, one), new))
    failed = [one for one, done in zip(new, good, strict=True) if not done]
    index: dict[str, dict[str, str]] = {}
    for one in wanted:
        if one not in failed:
            index.setdefault(one.locale, {})[one.piece] = one.clip
    shelf.close(index)
    clips = {clip for pieces in index.values() for clip in pieces.values()}
    for name in shelf.names() - clips:
        shelf.discard(name)
    return Built(len(clips), len(new) - len(failed), failed)


def _make(shelf: Shelf, one: Item) -> bool:
    try:
        if one.recording is None:
            clip = say(one.piece, one.locale)
        else:
            clip = clip_of(one.recording.read_bytes(), pause_after(one.piece))
    except (espeak.Mute, Unusable):
        return False
    shelf.put(one.clip, clip)
    return True
