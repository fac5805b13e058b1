"""What is no longer needed is destroyed (P8): by the rules of the pack, batch by batch, each with its entry in the audit
log. With its row the key of a file is gone; who calls deletes the ciphertext after the commit.

What stays of a tip is its row, its steps, and who may know of it; the receipt still finds it.
"""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, and_, case, delete, exists, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import aliased

from satark.routing.pack import OPEN, Keep
from satark.store.informants import Outbox, ReturnAddress, SentPart
from satark.store.tables import (
    Accusation,
    AccusationRequest,
    Assignment,
    CheckMark,
    Evidence,
    Message,
    MuteRequest,
    Recusal,
    StatusChange,
    Tip,
    TipHold,
    TipLink,
    TipReader,
)
from satark.tips.audit import append
from satark.tips.life import ENDED
from satark.tips.links import DUPLICATE
from satark.tips.standing import write_down
from satark.tips.tallies.marks import mark

Rules = Mapping[str, Keep]

BATCH = 200
ACTOR = "retention"

_tip: Any = Tip
_message: Any = Message
_evidence: Any = Evidence
_return: Any = ReturnAddress
_link: Any = TipLink
_reader: Any = TipReader
_sent: Any = SentPart

_rule: Any = case((_tip.status.in_(ENDED), _tip.status), else_=OPEN)


@dataclass(frozen=True)
class Destroyed:
    """What a batch was: tips by rule, rows by table, and the names of the ciphertexts that nobody can open any more."""

    tips: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    blobs: tuple[str, ...] = ()

    def __str__(self) -> str:
        told = [f"{rule} {number}" for rule, number in sorted(self.tips.items())]
        rows = [f"{table} {number}" for table, number in sorted(self.rows.items()) if number]
        return f"{', '.join(told)}; {', '.join(rows)}"


def _old(days: Mapping[str, int], hour: int) -> ColumnElement[bool]:
    """Tips that were not changed for so many days, by rule."""
    return or_(*(and_(_rule == rule, _tip.changed_hour <= hour - number * 24) for rule, number in days.items()))


def _of_tip(column: Any, *more: ColumnElement[bool]) -> ColumnElement[bool]:
    """Tips that have a row of their own in the table of this column."""
    return exists().where(column == _tip.id, *more).correlate(Tip)


def _forgettable(rules: Rules, hour: int) -> ColumnElement[bool]:
    """Tips whose return address is to be destroyed. A hold changes nothing about it."""
    return _old({rule: keep.address for rule, keep in rules.items()}, hour)


def _destroyable(rules: Rules, hour: int) -> ColumnElement[bool]:
    """Tips whose content is to be destroyed: none that is held. An officer's word may come in at the very moment a tip is
    destroyed, so one that has content again is destroyed again."""
    own: Any = aliased(TipHold)
    main: Any = aliased(TipHold)
    merged = _of_tip(_link.tip_id, _link.kind == DUPLICATE, _link.other_id == main.tip_id)
    held = or_(_of_tip(own.tip_id), merged)
    # Of a row that was just unlocked PostgreSQL looks at the tip again and not at its letters: hence the hour.
    again = and_(_tip.destroyed < hour, or_(_of_tip(_message.tip_id), _of_tip(_evidence.tip_id)))
    content = or_(_tip.destroyed.is_(None), again)
    return and_(_old({rule: keep.content for rule, keep in rules.items()}, hour), ~held, content)


async def _batch(db: AsyncConnection, wanted: ColumnElement[bool]) -> list[Any]:
    """Some of these tips, which no other worker has."""
    chosen = select(_tip.id, _rule.label("rule")).where(wanted).order_by(_tip.id).limit(BATCH)
    return list(await db.execute(chosen.with_for_update(of=Tip, skip_locked=True)))


async def destroy(db: AsyncConnection, rules: Rules, hour: int) -> Destroyed:
    """Destroy the content of some tips whose time is over."""
    tips = await _batch(db, _destroyable(rules, hour))
    if not tips:
        return Destroyed()
    ids = [row.id for row in tips]
    files = await db.execute(select(_evidence.blob, _evidence.poster).where(_evidence.tip_id.in_(ids)))
    blobs = tuple(name for file in files for name in file if name)
    gone = Destroyed(Counter(row.rule for row in tips), await _delete(db, ids), blobs)
    await db.execute(update(TipReader).where(_reader.tip_id.in_(ids)).values(fresh=False))
    bare = {"destroyed": hour, "due_hour": None, "next_hour": None, "incomplete": False}
    await db.execute(update(Tip).where(_tip.id.in_(ids)).values(**bare))
    await write_down(db, ids)
    await append(db, ACTOR, "destroy", "", str(gone))
    return gone


async def _delete(db: AsyncConnection, ids: list[str]) -> Counter[str]:
    """Delete all that tips hold. Returns how many rows of each table."""
    await _leave_elsewhere(db, ids)
    letters = select(_message.id).where(_message.tip_id.in_(ids))
    wanted: list[tuple[Any, Any]] = [(SentPart, _sent.message_id.in_(letters))]
    tables: tuple[Any, ...] = (Outbox, Message, Evidence, CheckMark, AccusationRequest, MuteRequest, ReturnAddress)
    wanted += [(table, table.tip_id.in_(ids)) for table in tables]
    wanted.append((TipLink, or_(_link.tip_id.in_(ids), _link.other_id.in_(ids))))
    return Counter(
        {table.__tablename__: (await db.execute(delete(table).where(where))).rowcount for table, where in wanted}
    )


async def _leave_elsewhere(db: AsyncConnection, ids: list[str]) -> None:
    """Files that may still be at their providers belong to nobody, until they are gone there (evidence/leftovers.py)."""
    elsewhere = _evidence.tip_id.in_(ids) & _evidence.source.is_not(None)
    nobodys = {"tip_id": None, "key": None, "state": "discarded", "reason": ""}
    await db.execute(update(Evidence).where(elsewhere).values(**nobodys))


async def forget(db: AsyncConnection, rules: Rules, hour: int) -> Destroyed:
    """Destroy the return addresses of some tips whose time for it is over."""
    tips = await _batch(db, and_(_forgettable(rules, hour), _of_tip(_return.tip_id)))
    rules_of = {row.id: row.rule for row in tips}
    own = delete(ReturnAddress).where(_return.tip_id.in_(rules_of)).returning(_return.tip_id)
    forgotten = (await db.execute(own)).scalars().all()
    if not forgotten:
        return Destroyed()
    letters = select(_message.id).where(_message.tip_id.in_(forgotten))
    await db.execute(delete(SentPart).where(_sent.message_id.in_(letters)))
    tips_by_rule = Counter(rules_of[tip_id] for tip_id in forgotten)
    gone = Destroyed(tips_by_rule, Counter({ReturnAddress.__tablename__: len(forgotten)}))
    await append(db, ACTOR, "destroy", "", str(gone))
    return gone


async def take_away(db: AsyncConnection, ids: list[str]) -> tuple[str, ...]:
    """Delete tips that were none, with everything, down to their rows. Returns the names of their ciphertexts."""
    files = await db.execute(select(_evidence.blob, _evidence.poster).where(_evidence.tip_id.in_(ids)))
    blobs = tuple(name for file in files for name in file if name)
    await mark(db, *(await db.execute(select(_tip.hour).where(_tip.id.in_(ids)))).scalars())
    await _delete(db, ids)
    tables: tuple[Any, ...] = (StatusChange, TipReader, Accusation, Assignment, Recusal, TipHold)
    for table in tables:
        await db.execute(delete(table).where(table.tip_id.in_(ids)))
    await db.execute(delete(Tip).where(_tip.id.in_(ids)))
    return blobs


async def foreseen(db: AsyncConnection, rules: Rules, hour: int) -> dict[str, Counter[str]]:
    """What would be destroyed now, by rule: `content` of tips, `files` of these, and `address`es."""
    file, address = _evidence.tip_id == _tip.id, _return.tip_id == _tip.id
    wanted = {
        "content": select(Tip).where(_destroyable(rules, hour)),
        "files": select(Tip).join(Evidence, file).where(_destroyable(rules, hour)),
        "address": select(Tip).join(ReturnAddress, address).where(_forgettable(rules, hour)),
    }
    found = {}
    for what, tips in wanted.items():
        counted = tips.with_only_columns(_rule.label("rule"), func.count().label("number")).group_by("rule")
        found[what] = Counter({row.rule: row.number for row in await db.execute(counted)})
    return found
