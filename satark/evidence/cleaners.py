"""Cleans one file inside the sandbox, by what it is. Nothing passes but what can be seen and heard."""

import errno
import importlib
import pkgutil
from typing import IO

import av
from PIL import Image

from satark.evidence.kinds import HEAD, Family, kind_of_content
from satark.evidence.media import clean_media
from satark.evidence.papers import clean_pdf
from satark.evidence.pictures import clean_picture
from satark.evidence.report import NotClean, Reason, Report

# Both look for parts of themselves when they first need them; in the sandbox there is nothing to find.
Image.init()
for _part in pkgutil.walk_packages(av.__path__, "av."):
    if _part.name != "av.__main__":
        importlib.import_module(_part.name)


def run(source: IO[bytes], target: IO[bytes]) -> Report:
    """What nursery.py calls. `source` is read, `target` written, both from their beginning."""
    try:
        return clean_file(source, target)
    except NotClean as found:
        return Report(withheld=found.reason)
    except OSError as error:
        if error.errno == errno.EFBIG:
            return Report(withheld=Reason.LARGE)
        raise


def clean_file(source: IO[bytes], target: IO[bytes]) -> Report:
    """Raises NotClean."""
    kind = kind_of_content(source.read(HEAD))
    source.seek(0)
    match kind.family:
        case Family.PICTURE:
            return clean_picture(source, target, kind.format)
        case Family.MEDIA:
            return clean_media(source, target, kind.format)
        case Family.PDF:
            return clean_pdf(source, target)
        case Family.NONE:
            raise NotClean(kind.reason)
