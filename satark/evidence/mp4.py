"""Opens the MP4 of a clean film or recording to be written."""

from typing import IO, Any

import av

# The index stands first, so that a player can start at once; room for it is kept by the number of packets.
INDEX_ROOM, INDEX_BYTES = 8192, 32


def open_mp4(target: IO[bytes], packets: int) -> Any:
    """`packets` is about how many will be written. It is to be closed."""
    index = INDEX_ROOM + INDEX_BYTES * packets
    return av.open(target, "w", format="mp4", options={"fflags": "+bitexact", "moov_size": str(index)})
