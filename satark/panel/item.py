"""The page of one file: looked at closely, with its hashes, who had it in their hands, and what can be taken along."""

from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.responses import Response

from satark.panel.acting import opened
from satark.panel.certificate import LOCALES, is_certifiable
from satark.panel.files import FILE, file_of
from satark.panel.gate import Work, guarded
from satark.tips.custody import custody_of
from satark.tips.queries import letters_of


async def show(work: Work) -> Response:
    async with work.core.store.read() as db:
        row = await file_of(work, db)
        custody = await custody_of(db, row.tip_id, row.id)
        before, after = await _neighbours(work, db, row)
    return work.page(
        "item.html",
        file=row,
        custody=custody,
        before=before,
        after=after,
        certifiable=is_certifiable(row),
        locales=LOCALES,
    )


async def _neighbours(work: Work, db: AsyncConnection, row: Any) -> tuple[str, str]:
    """The ids of the files before and after one, in the order in which they were told; "" at an end."""
    letters = [opened(work, one) for one in await letters_of(db, row.tip_id)]
    order = ["", *(piece.evidence for letter in letters if letter for piece in letter.pieces if piece.evidence), ""]
    if row.id not in order:
        return "", ""
    at = order.index(row.id)
    return order[at - 1], order[at + 1]


ROUTES = [guarded(f"{FILE}/view", show)]
