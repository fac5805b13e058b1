"""What the cleaner says of a file, and why one is withheld."""

from enum import StrEnum

from msgspec import Struct


class Mime(StrEnum):
    """The kinds of clean files: whatever a cleaner says, nothing else is ever shown."""

    JPEG = "image/jpeg"
    PNG = "image/png"
    VIDEO = "video/mp4"
    AUDIO = "audio/mp4"
    PDF = "application/pdf"


CLEAN, CLEAN_AS_SPOKEN = b"+", b"="
"""What the sandbox is told with a file: to change the voice of a recording, or to leave it."""


class Reason(StrEnum):
    """Why there is no clean file. The last two are seen from outside the cleaner's process."""

    UNREADABLE = "unreadable"
    KIND = "kind_not_supported"
    EMPTY = "empty"
    WEB = "web_page"
    CONTACT = "contact"
    OFFICE = "office_document"
    ARCHIVE = "archive"
    PROGRAM = "program"
    LOCKED = "locked"
    PIXELS = "too_many_pixels"
    PAGES = "too_many_pages"
    LONG = "too_long"
    LARGE = "too_large"
    TIME = "timed_out"
    CRASHED = "crashed"


class LeftOut(StrEnum):
    """What of a file its clean copy does not show as it came. Officers read a sentence for each."""

    REST = "rest"
    PICTURES = "pictures"
    LATER_MOVEMENT = "later_movement"
    ATTACHED_FILM = "attached_film"
    FILM_TRACKS = "film_tracks"
    SUBTITLES = "subtitles"
    SOUND_TRACKS = "sound_tracks"
    FRAME_RATE = "frame_rate"
    RECORDER_SOUND = "recorder_sound"


class NotClean(Exception):
    """The file has no clean form."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


class Report(Struct, frozen=True, omit_defaults=True):
    """Either what the clean file is, or why there is none.

    `poster` is a small JPEG of a video. `peaks` is how loud a recording is, from 0 to 255, in at most 300 equal parts.
    `looks` are 64-bit numbers of what a picture, or three frames of a video, look like (looks.py). `changed` is whether
    the voice of a recording was. `left_out` is what the clean file does not show as it came.
    """

    mime: Mime | None = None
    withheld: Reason | None = None
    poster: bytes = b""
    peaks: bytes = b""
    looks: tuple[int, ...] = ()
    changed: bool = False
    left_out: tuple[LeftOut, ...] = ()
