"""What an officer may see, as one clause that every query has (P4)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, and_, exists, false, not_, or_, select, true

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


def unread(viewer: Viewer) -> ColumnElement[bool]:
    """Tips in which there is something that nobody of the viewer's offices has looked at."""
    own = _reader.office_id.in_(viewer.offices) & _reader.fresh
    return exists().where(_reader.tip_id == _tip.id, own)


def visible(viewer: Viewer, tip_id: Any = _tip.id, hour: Any = _tip.hour) -> ColumnElement[bool]:
    """Tips that an office of the viewer reads, none that accuses an office of theirs or one above it, and none that the
    viewer handed up because of whom it is about."""
    reads = exists().where(_reader.tip_id == tip_id, _reader.office_id.in_(viewer.offices)).correlate_except(TipReader)
    return and_(reads, not_hidden(viewer, tip_id, hour))


def not_hidden(viewer: Viewer, tip_id: Any, hour: Any) -> ColumnElement[bool]:
    """The second half of `visible`, for rows that are the first: those of what the viewer's offices read."""
    barring = [
        and_(_accusation.office_id == office, true() if last is None else hour <= last)
        for office, last in viewer.bars.items()
    ]
    recused = exists().where(_recusal.tip_id == tip_id, _recusal.officer_id == viewer.officer_id)
    accuses = exists().where(_accusation.tip_id == tip_id, or_(false(), *barring))
    return and_(~recused.correlate_except(Recusal), ~accuses.correlate_except(Accusation))


def not_among_hidden(viewer: Viewer, tip_id: Any, hour: Any) -> ColumnElement[bool]:
    """As `not_hidden`, where very many rows are checked: what is hidden, which is little, is listed once."""
    always = [office for office, last in viewer.bars.items() if last is None]
    hidden = [
        tip_id.in_(select(_recusal.tip_id).where(_recusal.officer_id == viewer.officer_id)),
        tip_id.in_(select(_accusation.tip_id).where(_accusation.office_id.in_(always))),
    ]
    hidden += [
        and_(hour <= last, tip_id.in_(select(_accusation.tip_id).where(_accusation.office_id == office)))
        for office, last in viewer.bars.items()
        if last is not None
    ]
    return not_(or_(*hidden))
