"""What an officer may see, as one clause that every query has (P4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, or_, true

from satark.routing.policy import Held, assignable, bars, own_offices
from satark.routing.tree import Parents
from satark.store.tables import Accusation, Recusal, Tip, TipReader

_tip: Any = Tip
_reader: Any = TipReader
_accusation: Any = Accusation
_recusal: Any = Recusal


@dataclass(frozen=True)
class Viewer:
    """An officer at work. `bars` are the offices whose accusation shuts them out, with the last hour that it does."""

    officer_id: str
    name: str
    locale: str
    offices: frozenset[str]
    bars: Mapping[str, int | None]

    def may_assign(self, parents: Parents, accused: Iterable[str]) -> frozenset[str]:
        return assignable(parents, self.offices, accused)


def viewer_of(officer_id: str, name: str, locale: str, posts: Iterable[Held], parents: Parents) -> Viewer:
    held = list(posts)
    return Viewer(officer_id, name, locale, own_offices(held), bars(parents, held))


def visible(viewer: Viewer) -> ColumnElement[bool]:
    """Tips that an office of the viewer reads, none that accuses an office of theirs or one above it, and none that the
    viewer handed up because of whom it is about."""
    reads = exists().where(_reader.tip_id == _tip.id, _reader.office_id.in_(viewer.offices))
    barring = [
        and_(_accusation.office_id == office, true() if last is None else _tip.hour <= last)
        for office, last in viewer.bars.items()
    ]
    recused = exists().where(_recusal.tip_id == _tip.id, _recusal.officer_id == viewer.officer_id)
    accuses = exists().where(_accusation.tip_id == _tip.id, or_(*barring)) if barring else None
    return and_(reads, ~recused, ~accuses) if accuses is not None else and_(reads, ~recused)
