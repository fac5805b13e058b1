"""Cleans one file inside the sandbox, by what it is. Nothing passes but what can be seen and heard."""

import errno
import importlib
import pkgutil
from typing import IO

import av
import numpy as np
import pillow_heif
from PIL import Image

from satark.evidence.disguise import Disguise
from satark.evidence.grains import RATE
from satark.evidence.kinds import HEAD, RECORDER_HEAD, Family, Kind, kind_behind_header, kind_of_content
from satark.evidence.media import clean_media
from satark.evidence.papers import clean_pdf
from satark.evidence.pictures import clean_picture
from satark.evidence.report import NotClean, Reason, Report

# All three look for parts of themselves when they first need them; in the sandbox there is nothing to find.
pillow_heif.register_heif_opener()
Image.init()
for _part in pkgutil.walk_packages(av.__path__, "av."):
    if _part.name != "av.__main__":
        importlib.import_module(_part.name)
_rehearsal = Disguise()
_rehearsal.take(np.sin(np.arange(RATE) * 0.06))
_rehearsal.finish()


def run(source: IO[bytes], target: IO[bytes]) -> Report:
    """What nursery.py calls. `source` is read, `target` written, both from their beginning."""
    return _run(source, target, as_spoken=False)


def run_as_spoken(source: IO[bytes], target: IO[bytes]) -> Report:
    """The same, where the voice of a recording may be heard."""
    return _run(source, target, as_spoken=True)


def _run(source: IO[bytes], target: IO[bytes], as_spoken: bool) -> Report:
    try:
        return clean_file(source, target, as_spoken)
    except NotClean as found:
        return Report(withheld=found.reason)
    except OSError as error:
        if error.errno == errno.EFBIG:
            return Report(withheld=Reason.LARGE)
        raise


def clean_file(source: IO[bytes], target: IO[bytes], as_spoken: bool) -> Report:
    """Raises NotClean."""
    kind = _kind_of(source)
    source.seek(0)
    match kind.family:
        case Family.PICTURE:
            return clean_picture(source, target, kind.format)
        case Family.MEDIA:
            return clean_media(source, target, kind.format, as_spoken, kind.start)
        case Family.PDF:
            return clean_pdf(source, target)
        case Family.NONE:
            raise NotClean(kind.reason)


def _kind_of(source: IO[bytes]) -> Kind:
    kind = kind_of_content(source.read(HEAD))
    if kind != Kind(Family.NONE):
        return kind
    source.seek(0)
    return kind_behind_header(source.read(RECORDER_HEAD))
