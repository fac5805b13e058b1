"""What the cleaner says of a file, and why one is withheld."""

from enum import StrEnum

from msgspec import Struct


class Reason(StrEnum):
    """The cleaner names the first four; the last two are seen from outside its process."""

    UNREADABLE = "unreadable"
    KIND = "kind_not_supported"
    PIXELS = "too_many_pixels"
    LONG = "too_long"
    TIME = "timed_out"
    CRASHED = "crashed"


class Report(Struct, frozen=True, omit_defaults=True):
    """Either the MIME type of the clean file, or why there is none."""

    mime: str = ""
    withheld: Reason | None = None
