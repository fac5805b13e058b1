"""Redacts what code outside of the core prints: what keeps the log keeps it too, be it a warning or an error of a thread."""

import logging
import sys
import threading
from typing import Any, TextIO

from satark.channels.redaction import CORE, redact_line

log = logging.getLogger(__name__)

# Print in the name of whoever calls them.
_CARRIERS = frozenset({*sys.stdlib_module_names, "click", "typer", "rich"})


class RedactedStream:
    """A stream of text that writes what the core prints as it is, and of others whole lines, redacted."""

    def __init__(self, stream: TextIO) -> None:
        self.stream = stream
        self._line = ""

    def write(self, text: str) -> int:
        if _is_printed_by_core():
            return self.stream.write(text)
        *lines, self._line = (self._line + text).split("\n")
        for line in lines:
            self.stream.write(redact_line(line) + "\n")
        return len(text)

    def writelines(self, lines: Any) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None:
        line, self._line = self._line, ""
        self.stream.write(redact_line(line))
        self.stream.flush()

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stream, name)


def _is_printed_by_core() -> bool:
    """Whether the nearest frame that is no carrier's is the core's."""
    frame = sys._getframe(2)
    while frame.f_back is not None and str(frame.f_globals.get("__name__")).partition(".")[0] in _CARRIERS:
        frame = frame.f_back
    return frame.f_code.co_filename.startswith(CORE)


def redact_printed() -> None:
    """From now on, in this process."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is not None and not isinstance(stream, RedactedStream):
            setattr(sys, name, RedactedStream(stream))
    threading.excepthook = _tell_of_thread
    sys.unraisablehook = _tell_of_unraisable


def _tell_of_thread(told: threading.ExceptHookArgs) -> None:
    if told.exc_type is not SystemExit:
        _tell("a thread ended", told)


def _tell_of_unraisable(told: Any) -> None:
    _tell("an error was ignored", told)


def _tell(what: str, told: Any) -> None:
    """Where, and of what kind; the words of an error are whoever's."""
    log.error("%s", what, exc_info=(told.exc_type, told.exc_value or told.exc_type(), told.exc_traceback))
