"""What a page of numbers is asked for, and the numbers of who asks."""

from contextlib import AbstractAsyncContextManager

from satark.insight.asking import Scope, Window
from satark.insight.reading import Reading, reading
from satark.panel.gate import Work
from satark.store.clock import hour_of, now

MONTHS = (1, 3, 12, 24)
USUAL = 3


def numbers_for(work: Work) -> AbstractAsyncContextManager[Reading | None]:
    """The numbers of who asks; None as long as they are being counted for the first time."""
    return reading(work.core.store, work.viewer, synthetic=work.core.settings.count_synthetic)


def window_asked(work: Work) -> Window:
    """`months`, this one included."""
    said = work.request.query_params.get("months", "")
    return Window.until(hour_of(now()), int(said) if said in map(str, MONTHS) else USUAL)


def scope_asked(work: Work) -> Scope:
    """`district` and `category`, as far as the pack has them."""
    said, pack = work.request.query_params.get, work.core.pack
    district, category = said("district", ""), said("category", "")
    return Scope(
        district=district if district in pack.offices else "", category=category if pack.category(category) else ""
    )
