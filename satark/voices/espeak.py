"""Speech from espeak-ng, a Debian package: robotic, clear, at once, and without a network."""

import re
import shutil
import subprocess

PROGRAM = "espeak-ng"
VOICES = {"hi": "hi", "bho": "hi", "ur": "ur", "en": "en-in"}
# A name may stand in another script than its sentence. Arabic letters, Devanagari, Latin.
_SCRIPTS = (
    (re.compile("[\u0600-\u06ff]"), "ur"),
    (re.compile("[\u0900-\u097f]"), "hi"),
    (re.compile("[A-Za-z]"), "en"),
)
# Words a minute. It is heard over a bad line, once.
SPEED = 140
SECONDS = 20


class Mute(Exception):
    """espeak-ng is not there, or did not speak."""


def available() -> bool:
    return shutil.which(PROGRAM) is not None


def language_of(text: str, locale: str) -> str:
    """The language to speak a piece in: that of its script, where its locale is written in another."""
    spoken = [language for letters, language in _SCRIPTS if letters.search(text)]
    own = "hi" if locale == "bho" else locale
    return own if own in spoken or not spoken else spoken[0]


def speak(text: str, locale: str) -> bytes:
    """A WAV file, at espeak-ng's own rate. The text goes by a pipe: a command line can be read by others. Raises Mute."""
    voice = VOICES[language_of(text, locale)]
    command = [PROGRAM, "-v", voice, "-s", str(SPEED), "-b", "1", "--stdin", "--stdout"]
    try:
        done = subprocess.run(command, input=text.encode(), capture_output=True, timeout=SECONDS, check=True)  # noqa: S603
    except (OSError, subprocess.SubprocessError) as error:
        raise Mute from error
    return done.stdout
