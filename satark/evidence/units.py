"""The units of H.264, as an MP4 holds them: each behind its length (ISO/IEC 14496-15, 5.3)."""

from collections.abc import Iterator

# A picture's parts, and the two tables that they need: sequence, picture (ITU-T H.264, table 7-1).
SEQUENCE, TABLE = 7, 8
PICTURE_KINDS = (1, 5, SEQUENCE, TABLE)
KIND_BITS = 0x1F
TABLES_AT, LENGTH_OF_TABLE = 6, 2


def length_bytes(config: bytes) -> int:
    """In how many bytes the length of a unit is written, by the track's description (avcC, 5.3.3.1); 0 where the
    description is of another form, or holds anything but tables."""
    return (config[4] & 3) + 1 if len(config) > TABLES_AT and config[0] == 1 and _holds_tables_only(config) else 0


def _holds_tables_only(config: bytes) -> bool:
    """After the tables may stand how colour is kept, in four bytes, the last of which counts what would follow."""
    at = _behind(config, TABLES_AT, config[TABLES_AT - 1] & KIND_BITS, SEQUENCE)
    if at is None or at >= len(config):
        return False
    at = _behind(config, at + 1, config[at], TABLE)
    return at is not None and (at == len(config) or (at + 4 == len(config) and config[-1] == 0))


def _behind(config: bytes, at: int, tables: int, kind: int) -> int | None:
    """Where so many tables end; None where they do not, or are something else."""
    for _ in range(tables):
        first = at + LENGTH_OF_TABLE
        if first >= len(config) or config[first] & KIND_BITS != kind:
            return None
        at = first + int.from_bytes(config[at:first])
    return at if at <= len(config) else None


def picture_of(packet: object, length_bytes: int) -> bytes | memoryview:
    """The units that hold picture, each behind its length. What does not fit its length is left out, to the end."""
    data = memoryview(packet)  # type: ignore[arg-type]
    kept = [data[start:end] for start, end, kind in _units(data, length_bytes) if kind in PICTURE_KINDS]
    return data if sum(map(len, kept)) == len(data) else b"".join(kept)


def _units(data: memoryview, length_bytes: int) -> Iterator[tuple[int, int, int]]:
    """Start, end and kind of each, its length included."""
    at = 0
    while (first := at + length_bytes) < len(data):
        end = first + int.from_bytes(data[at:first])
        if not first < end <= len(data):
            return
        yield at, end, data[first] & KIND_BITS
        at = end
