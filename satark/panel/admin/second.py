"""What one administrator wants and another one confirms: who gets access, and what decides who is accused (P12).

A request lives three days. What an account's password is, neither of the two knows: each sees one half of it.
"""

import secrets
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import msgspec
from sqlalchemy import insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.panel.gate import Work
from satark.routing.tree import line
from satark.store.clock import DAY, now
from satark.store.officers import ChangeRequest, Officer
from satark.store.sealing import Locker
from satark.tips.audit import append

CONFIRMATIONS = "/panel/admin/confirmations"
ASKED = f"{CONFIRMATIONS}?asked=yes"
LIFE = 3 * DAY
SHOWN, NEWS = 30 * DAY, 7 * DAY

_request: Any = ChangeRequest
_officer: Any = Officer


class Kind(StrEnum):
    """What is asked for; the audit log has the same words."""

    ADD_OFFICER = "add officer"
    ADD_POST = "add post"
    RECOVER = "recover"
    SWITCH_ON = "switch on"
    EDIT = "change rules"
    TAKE_BACK = "take back"


WITH_PASSWORD = frozenset({Kind.ADD_OFFICER, Kind.RECOVER})


GIVES_OFFICE = frozenset({Kind.ADD_OFFICER, Kind.ADD_POST})


def half_password() -> str:
    """Ten letters and digits in two groups, without those that look alike."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(5)) for _ in range(2))


def locker(work: Work) -> Locker:
    return Locker(work.core.keys["officers.key"])


async def ask(work: Work, kind: Kind, subject: str, offices: Collection[str], value: Any = None) -> str:
    """Ask another administrator. Returns the first half of the password, where the account gets a new one."""
    half = half_password() if kind in WITH_PASSWORD else ""
    row = ChangeRequest(
        kind=kind.value, subject=subject, offices=" ".join(sorted(offices)), value=msgspec.json.encode(value).decode(),
        secret=locker(work).close(half.encode()) if half else None, officer_id=work.viewer.officer_id, made=now(),
        expires=now() + LIFE,
    )  # fmt: skip
    async with work.core.store.write() as db:
        await db.execute(insert(ChangeRequest).values(**row.model_dump()))
        await append(db, work.viewer.officer_id, f"ask {kind.value}", subject)
    return half


async def recent(work: Work) -> Sequence[Any]:
    """Requests that wait, and those that were decided of late, the newest first, with the name of who asked."""
    asked: Any = Officer.__table__.alias("asked")  # type: ignore[attr-defined]
    about: Any = Officer.__table__.alias("about")  # type: ignore[attr-defined]
    wanted = (
        select(ChangeRequest, asked.c.name.label("asked_by"), about.c.name.label("about"))
        .outerjoin(asked, asked.c.id == _request.officer_id)
        .outerjoin(about, about.c.id == _request.subject)
        .where(or_(_request.made > now() - SHOWN, _request.decided > now() - SHOWN))
        .order_by(_request.made.desc(), _request.id)
    )
    async with work.core.store.read() as db:
        return (await db.execute(wanted)).all()


@dataclass(frozen=True)
class Shown:
    """A request as pages show it: what was asked for, whether it waits, and whether the reader may confirm it. `words` are
    those that citizens would read, and `parent` is the office above, where an edit names them."""

    row: Any
    value: Mapping[str, Any]
    words: tuple[str, ...]
    parent: str
    waits: bool
    may_confirm: bool


def shown(work: Work, row: Any) -> Shown:
    value = dict.fromkeys(("login", "name", "role", "kind", "key", "edit"), "") | (msgspec.json.decode(row.value) or {})
    edit = msgspec.json.decode(value["edit"]) if value["edit"] else {}
    return Shown(row, value, tuple(_words(edit)), edit.get("parent", ""), waits(row), may_confirm(work, row))


def _words(edit: Mapping[str, Any]) -> Iterator[str]:
    for field in ("name", "detail"):
        yield from edit.get(field, {}).values()
    if "message" in edit:
        yield edit["message"]
    yield from edit.get("forms", ())


def is_news(row: Any) -> bool:
    """Whether it was asked for, or decided, in the last week."""
    return bool(max(row.made, row.decided) > now() - NEWS)


def waits(row: Any) -> bool:
    return bool(row.state == "waiting" and row.expires > now())


def may_confirm(work: Work, row: Any) -> bool:
    """Nobody confirms what they asked for, or what is done to themselves."""
    return waits(row) and work.viewer.officer_id not in (row.officer_id, row.subject)


def concerns(work: Work, row: Any) -> bool:
    """Whether it is shown to this officer: it is about their office or one below, or they serve at the top or outside."""
    pack, own = work.core.pack, work.viewer.offices
    if own & {pack.top, pack.outside}:
        return True
    return any(own & {*line(pack.parents, office)} for office in row.offices.split())


async def take(db: AsyncConnection, row: Any, decider: str, state: str) -> bool:
    """Decide a request, once. Returns whether it was still waiting."""
    own = (_request.id == row.id) & (_request.state == "waiting") & (_request.expires > now())
    done = {"state": state, "decider": decider, "decided": now(), "secret": None}
    return bool((await db.execute(update(ChangeRequest).where(own).values(**done))).rowcount)


async def find(work: Work, key: str) -> Any:
    async with work.core.store.read() as db:
        return (await db.execute(select(ChangeRequest).where(_request.id == key))).one_or_none()
