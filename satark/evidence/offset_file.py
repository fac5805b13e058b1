"""A file seen from a byte on, as if it began there."""

import io
import os
from typing import IO


class OffsetFile(io.RawIOBase):
    """Reads `file` from byte `start` on."""

    def __init__(self, file: IO[bytes], start: int) -> None:
        self._file = file
        self._start = start
        self.seek(0)

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def read(self, size: int | None = -1) -> bytes:
        return self._file.read(-1 if size is None else size)

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        start = self._start if whence == os.SEEK_SET else 0
        return max(0, self._file.seek(start + offset, whence) - self._start)

    def tell(self) -> int:
        return self._file.tell() - self._start
