"""Says by keys and voice what others tap and write: it plays the flow alongside, to know which key stands for what."""

from collections.abc import Iterator

from satark.channels.messages import Inbound, Kind, Media, MediaKind
from satark.conversation.flow import step
from satark.conversation.paging import MORE
from satark.conversation.state import State, World

# So many pages may be turned for one choice.
MOST_KEYS = 20
TELL = "menu:tell"
OPENED = Inbound(Kind.OPENED)


class Caller:
    """Somebody who calls. `world` is that of a keypad."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._state = State()
        self._called = False

    def says(self, inbound: Inbound) -> Iterator[Inbound]:
        """What they do in the call. What no telephone can do is left out, and what was pressed already."""
        if not self._called:
            self._called = True
            yield self._do(OPENED)
            if inbound.kind is Kind.TEXT:
                return
        match inbound:
            case Inbound(kind=Kind.CHOICE):
                yield from self._press(inbound.choice)
            case Inbound(kind=Kind.TEXT):
                yield self._do(inbound)
            case Inbound(kind=Kind.MEDIA, media=Media(kind=MediaKind.AUDIO) as media):
                self._do(Inbound(Kind.MEDIA, media=Media(media.kind, kept="-")))
                yield inbound

    def _do(self, inbound: Inbound) -> Inbound:
        self._state = step(self._state, inbound, self._world).state
        return inbound

    def _press(self, choice: str) -> Iterator[Inbound]:
        for _ in range(MOST_KEYS):
            keys = {shown: key for key, shown in self._state.shown}
            on_the_way = (choice, TELL, self._district(choice), MORE)
            wanted = next((one for one in on_the_way if one in keys), None)
            if wanted is None:
                return
            yield self._do(Inbound(Kind.DIGITS, keys[wanted]))
            if wanted == choice:
                return

    def _district(self, choice: str) -> str:
        """What opens the list that a station stands in."""
        verb, _, office = choice.partition(":")
        found = (district for district, stations in self._world.stations.items() if office in stations)
        return f"{verb}in:{next(found, '')}"
