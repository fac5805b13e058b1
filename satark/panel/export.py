"""Lists that leave the house as a file: tips, accounts, the audit log. By POST, so that no link does it, and in the log."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.exceptions import HTTPException
from starlette.responses import Response

from satark.language import LANGUAGES, show_day
from satark.panel.gate import Work, guarded
from satark.panel.people import everybody
from satark.panel.roles import ADMINISTRATORS, AUDITORS
from satark.paper.press import on_press
from satark.paper.sheets import Cell, Column, Sheet, as_csv, as_pdf, as_xlsx
from satark.paper.words import words_of
from satark.store.clock import ZONE, hour_of, now, start_of
from satark.tips.audit import append, page_of
from satark.tips.inbox import listed
from satark.tips.queries import Filters

# Ten thousand rows are two hundred pages and a gigabyte of memory to lay them out: paper takes fewer.
KINDS: dict[str, tuple[Callable[[Sheet], bytes], int, str]] = {
    "xlsx": (as_xlsx, 10_000, "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
    "csv": (as_csv, 10_000, "text/csv; charset=utf-8"),
    "pdf": (as_pdf, 2_000, "application/pdf"),
}
Words = dict[str, Any]
Read = Callable[[AsyncConnection, int], Awaitable[Sequence[Any]]]
TIPS = {
    "reference": 13, "category": 22, "district": 11, "station": 16, "status": 12, "outcome": 16, "assigned": 22,
    "priority": 8, "received": 16, "locale": 9, "channel": 11, "incomplete": 10, "synthetic": 10,
}  # fmt: skip
PEOPLE = {"name": 24, "login": 14, "role": 18, "offices": 40, "switched_off": 14, "second_factor": 14, "passkeys": 9}
AUDIT = {"no": 8, "when": 16, "who": 24, "what": 26, "of": 10, "detail": 50}


async def tips(work: Work) -> Response:
    """The inbox as it is filtered, all its pages; nothing of what was told, nothing of who told it."""
    filters, full_name = Filters.of(lambda name: work.request.query_params.get(name, "")), cache(work.full_name)

    def row(words: Words, tip: Any) -> tuple[Cell, ...]:
        return (
            tip.reference, work.category(tip.category), work.name(tip.district), work.name(tip.station),
            words["statuses"][tip.status], words["outcomes"].get(tip.outcome, ""), full_name(tip.assigned),
            words["priorities"][tip.priority], _moment(tip.hour), LANGUAGES.get(tip.locale, tip.locale),
            _channel(work, words, tip.channel),
            words["incomplete"] if tip.incomplete else "", words["synthetic"] if tip.synthetic else "",
        )  # fmt: skip

    return await _file(
        work, "tips", TIPS, lambda db, most: listed(db, work.viewer, filters, most), row, filters.asked(),
        lambda words: _looked_for(work, words, filters),
    )  # fmt: skip


async def people(work: Work) -> Response:
    def row(words: Words, person: Any) -> tuple[Cell, ...]:
        offices = ", ".join(work.full_name(one) for one in person.offices)
        off = "" if person.row.active else words["switched_off"]
        second = words["second_factor"] if person.row.second or person.passkeys else ""
        role = words["roles"][person.row.role]
        return person.row.name, person.row.login, role, offices, off, second, person.passkeys or ""

    everyone = await everybody(work.core.store)

    async def read(_: AsyncConnection, most: int) -> Sequence[Any]:
        return everyone[:most]

    return await _file(work, "people", PEOPLE, read, row)


async def audit(work: Work) -> Response:
    """The newest entries, with what their page shows and no more."""

    def row(words: Words, entry: Any) -> tuple[Cell, ...]:
        what, who = words["actions"].get(entry.action, entry.action), words["said_who"](entry)
        detail = words["said_detail"](entry.detail, work.name, work.category)
        return entry.number, _moment(hour_of(entry.time)), who, what, entry.subject[:8], detail

    return await _file(work, "audit", AUDIT, lambda db, most: page_of(db, 0, most), row)


def _moment(hour: int) -> datetime:
    """The beginning of an hour, as clocks there show it."""
    return datetime.fromtimestamp(start_of(hour), ZONE).replace(tzinfo=None)


def _channel(work: Work, words: Words, name: str) -> str:
    known = work.core.registry.channels.get(name)
    return words["channels"].get(name) or (known.title if known else "") or name


def _looked_for(work: Work, words: Words, filters: Filters) -> list[str]:
    """The filters in words."""
    said = {
        "status": words["statuses"].get, "category": work.category, "district": work.name, "station": work.full_name,
        "assigned": work.full_name, "locale": LANGUAGES.get, "channel": lambda name: _channel(work, words, name),
        "priority": lambda level: words["priorities"].get(int(level), level) if level.isdecimal() else level,
    }  # fmt: skip
    asked = {name: value for name, value in vars(filters).items() if value}
    return [f"{words.get(name, name)}: {said.get(name, str)(value) or value}" for name, value in asked.items()]


async def _file(
    work: Work, name: str, columns: dict[str, int], read: Read, row: Callable[[Words, Any], tuple[Cell, ...]],
    asked: str = "", about: Callable[[Words], list[str]] = lambda _: [],
) -> Response:  # fmt: skip
    """Reads, notes it in the log, and makes the file of the kind that the form asks for."""
    kind = work.text("kind")
    if kind not in KINDS:
        raise HTTPException(422)
    make, most, mime = KINDS[kind]
    async with work.core.store.read() as db:
        found = await read(db, most + 1)
    rows, hour, locale = found[:most], hour_of(now()), work.viewer.locale
    async with work.core.store.write() as db:
        await append(db, work.viewer.officer_id, f"export {name}", detail=f"{kind} {len(rows)} {asked}".strip())

    def made() -> bytes:
        words = words_of("list", locale, name=work.viewer.name, day=show_day(hour, locale), number=len(rows))
        return make(
            Sheet(
                title=words[name],
                columns=tuple(Column(words[column], width) for column, width in columns.items()),
                rows=[row(words, one) for one in rows],
                by=words["by"],
                about=(words["confidential"], words["number"], *about(words)),
                more=words["more"] if len(found) > most else "",
                locale=locale,
                time=start_of(hour),
            )
        )

    filename = f"satark-{name}-{_moment(hour).date().isoformat()}.{kind}"
    headers = {"Content-Disposition": f'attachment; filename="{filename}"'}
    return Response(await on_press(made), headers=headers, media_type=mime)


ROUTES = [
    guarded("/tips/export", tips, "POST"),
    guarded("/admin/people/export", people, "POST", ADMINISTRATORS),
    guarded("/admin/audit/export", audit, "POST", AUDITORS),
]
