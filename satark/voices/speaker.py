"""What a channel gets of what is said: its pieces, and their clips.

Most pieces are known beforehand and lie on the shelf. What an officer writes is known to nobody before: it is spoken when
it is asked for, and only its words are held, in memory, until enough others came after it.
"""

import asyncio
import secrets
from collections import OrderedDict

from satark.channels.messages import Spoken
from satark.voices import espeak
from satark.voices.pieces import cut, pause_after
from satark.voices.shelf import Shelf
from satark.voices.sound import Unusable, clip_of

MOST_HELD = 1000


class Speaker:
    """`speaks` is whether pieces that have no clip are spoken when they are asked for. It is for where the process that is
    told of a clip is the one that is asked for it."""

    def __init__(self, shelf: Shelf, *, speaks: bool) -> None:
        self._shelf = shelf
        self._speaks = speaks
        self._held: OrderedDict[str, tuple[str, str]] = OrderedDict()

    def spoken(self, text: str, locale: str) -> list[Spoken]:
        """The pieces of a `Prompt.speech`, each with the name of its clip."""
        return [Spoken(piece, self._shelf.find(piece, locale) or self._hold(piece, locale)) for piece in cut(text)]

    def _hold(self, piece: str, locale: str) -> str:
        """A name that tells nothing of the piece, for it stands in an address."""
        if not self._speaks:
            return ""
        name = secrets.token_hex(16)
        self._held[name] = (piece, locale)
        if len(self._held) > MOST_HELD:
            self._held.popitem(last=False)
        return name

    async def clip(self, name: str) -> bytes | None:
        """A WAV file; None for what is no clip (any more)."""
        held = self._held.get(name)
        if held is None:
            return await asyncio.to_thread(self._shelf.read, name)
        try:
            return await asyncio.to_thread(say, *held)
        except (espeak.Mute, Unusable):
            return None


def say(piece: str, locale: str) -> bytes:
    """The clip of a piece. Raises espeak.Mute, Unusable."""
    return clip_of(espeak.speak(piece, locale), pause_after(piece))
