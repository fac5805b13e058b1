"""Takes out of a plugin's reasons and log lines what leads to a person: the core trusts no plugin to do it.

While a plugin handles a request or an address, every word of it that turns up in what the plugin says is taken out; at any
other time, whatever looks like an address.
"""

import json
import logging
import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from urllib.parse import unquote_plus

MASK = "•••"
MAX_REASON = 80
MAX_LINE = 400
CORE = str(Path(__file__).parent.parent)

_ADDRESSES = re.compile(
    r"""[^\s"'<>()]+@[^\s"'<>()]+                          # an e-mail address
    | @\w{4,}                                              # a user name
    | \+?\d(?:[\s().-]{0,2}\d){6,}                         # a telephone number, a chat's id
    | \b\d{1,3}(?:\.\d{1,3}){3}\b                          # an IP address
    | \b(?:[0-9a-f]{0,4}:){3,7}[0-9a-f]{0,4}\b             # one of version 6
    | \b(?=[\w+/=-]*\d)[\w+/=-]{24,}                       # a message's or a file's id
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Not \w, to which the vowel signs of Indian scripts do not belong.
_WORDS = re.compile(r"""[^\s"'<>(){}\[\],.:;!?&=/\\]{2,}""")
_SHOWN = re.compile(r"[<(\n]")
_DIGITS = 6

_handled: ContextVar[tuple[bytes | str, ...]] = ContextVar("satark_handled", default=())


@contextmanager
def handling(*secrets: bytes | str) -> Iterator[None]:
    """While it lasts, no word of these, a request's body or an address, is logged by this task or by its threads."""
    token = _handled.set((*_handled.get(), *secrets))
    try:
        yield
    finally:
        _handled.reset(token)


def redact(text: str, words: Iterable[str] = (), longest: int = MAX_REASON) -> str:
    """Return `text` as one line without addresses, long ids and `words`, of at most `longest` characters."""
    text = "".join(_plain(character) for character in text)
    for pattern in _patterns_of(words):
        text = pattern.sub(MASK, text)
    return _ADDRESSES.sub(MASK, text)[:longest]


def redact_records() -> None:
    """Redact what is logged by code outside of the core, at its source: no handler of a library goes around it."""
    make = logging.getLogRecordFactory()
    if getattr(make, "redacts", False):
        return

    def make_redacted(*args: object, **kwargs: object) -> logging.LogRecord:
        record: logging.LogRecord = make(*args, **kwargs)
        return record if _is_said_by_core() else _redacted(record)

    make_redacted.redacts = True  # type: ignore[attr-defined]
    logging.setLogRecordFactory(make_redacted)


def _is_said_by_core() -> bool:
    """Whether the core logs, as the stack says: a record's own path is what its author says with `stacklevel`."""
    frame = sys._getframe(2)
    while frame.f_back is not None and frame.f_code.co_filename == logging.__file__:
        frame = frame.f_back
    return frame.f_code.co_filename.startswith(CORE)


def _redacted(record: logging.LogRecord) -> logging.LogRecord:
    """The name of a logger is its author's words too. What asyncio says of a task or a callback shows its error and its
    arguments, long after anybody handled them: only its first words stay."""
    try:
        said = record.getMessage()
    except Exception:  # noqa: BLE001 - arguments that do not fit their line, or that raise when they are told
        said = "a log line that cannot be written"
    if record.name == "asyncio":
        said = _SHOWN.split(said)[0].rstrip()
    record.name = redact(record.name, _words_handled())
    record.msg, record.args = redact(said, _words_handled(), MAX_LINE), None
    return record


def redact_line(line: str) -> str:
    """Return a line that a plugin prints without what leads to a person."""
    return redact(line, _words_handled(), MAX_LINE)


def _words_handled() -> set[str]:
    return {word for secret in _handled.get() for text in _readings(secret) for word in [text, *_WORDS.findall(text)]}


def _readings(secret: bytes | str) -> Iterator[str]:
    """A body as it came, and as it reads without the escapes of JSON and of forms."""
    text = secret if isinstance(secret, str) else secret.decode("utf-8", "replace")
    yield text
    yield unquote_plus(text)
    try:
        yield json.dumps(json.loads(text), ensure_ascii=False)
    except (ValueError, RecursionError):
        return


def _plain(character: str) -> str:
    """Every digit as an ASCII one, and what does not print as a blank."""
    digit = unicodedata.digit(character, None)
    return str(digit) if digit is not None else character if character.isprintable() else " "


def _patterns_of(words: Iterable[str]) -> Iterator[re.Pattern[str]]:
    """The longest first, so that a name does not hide a part of it. Numbers are found with marks between their digits."""
    for word in sorted({word for word in words if len(word) > 1}, key=len, reverse=True):
        yield re.compile(re.escape(word), re.IGNORECASE)
        digits = "".join(filter(str.isdecimal, word))
        if len(digits) >= _DIGITS and len(word) < MAX_REASON:
            yield re.compile(r"[\s().-]{0,2}".join(digits))
