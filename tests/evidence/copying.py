"""A cleaner that gives back what it gets: for what the way there and back costs."""

import shutil
from typing import IO

from satark.evidence.report import Mime, Report


def run(source: IO[bytes], target: IO[bytes]) -> Report:
    shutil.copyfileobj(source, target)
    return Report(Mime.VIDEO)
