"""Logs that never held an identity: times rounded to the hour, no tracebacks, no request lines.

A traceback names values and a request line has an address; what an operator needs is the place and the kind of error.
"""

import logging
import sys
import time
import traceback
from typing import Any

from satark.channels.redaction import redact, redact_records
from satark.web.printed import redact_printed

QUIET = (
    "httpx httpcore aiohttp telegram aiosqlite sqlalchemy asyncio multipart python_multipart arq PIL libav alembic "
    "uvicorn.error"
).split()


class CoarseFormatter(logging.Formatter):
    """`2026-11-14 15:00 WARNING satark.x: words`, in UTC; an exception as the names of its kinds and places."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(levelname)s %(name)s: %(message)s")
        self.converter = time.gmtime

    def formatTime(self, record: logging.LogRecord, datefmt: str | None = None) -> str:  # noqa: ARG002
        return time.strftime("%Y-%m-%d %H:00", self.converter(record.created))

    def formatException(self, ei: Any) -> str:
        kind, _, trace = ei
        places = [f"{frame.f_code.co_filename}:{line}" for frame, line in traceback.walk_tb(trace)]
        return f"{redact(kind.__name__)} at " + " < ".join(reversed(places[-6:]))

    def formatStack(self, stack_info: str) -> str:  # noqa: ARG002 - logging's name
        return ""


def configure_logging(level: int = logging.INFO) -> None:
    """At the root's handlers, so that no library goes around it; what plugins and libraries log or print is redacted."""
    redact_records()
    handler = logging.StreamHandler(getattr(sys.stderr, "stream", sys.stderr))
    handler.setFormatter(CoarseFormatter())
    logging.basicConfig(level=level, handlers=[handler], force=True)
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    for name in ("uvicorn", "uvicorn.error", "uvicorn.access"):
        logging.getLogger(name).handlers = []
        logging.getLogger(name).propagate = name != "uvicorn.access"
    redact_printed()
