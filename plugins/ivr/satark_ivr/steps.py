"""What a call is made of, whatever dialect its carrier speaks. URLs are absolute, durations in seconds."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Play:
    """A recording."""

    url: str


@dataclass(frozen=True)
class Say:
    """Words that have no recording, spoken by the carrier's machine. `language` is a BCP 47 tag."""

    text: str
    language: str


Speech = Play | Say


@dataclass(frozen=True)
class Gather:
    """Wait for keys while something is said; the first one interrupts it. `most` is how many, `finish` the key that ends
    them, or "" for none: then each is a key like any other. Where none comes the call goes on with the next step."""

    action: str
    speech: tuple[Speech, ...]
    most: int
    timeout: int
    finish: str = ""


@dataclass(frozen=True)
class Record:
    """A tone, then the caller's voice, until `finish`, for at most `longest`, or until `silence`. `report` is told when the
    file is there. Where nothing is heard the call goes on with the next step."""

    action: str
    report: str
    longest: int
    silence: int
    finish: str = "#"


@dataclass(frozen=True)
class Redirect:
    """Ask there how the call goes on."""

    url: str


@dataclass(frozen=True)
class Hangup:
    pass


@dataclass(frozen=True)
class Reject:
    """Do not take the call: it costs nobody anything."""


Step = Play | Say | Gather | Record | Redirect | Hangup | Reject
