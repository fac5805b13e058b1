"""E-mails that a weekly or monthly report is ready: that, and where, and nothing of what is in it.

They go at the beginning of the first working day after it, to those who subscribed (panel/insight/wishes.py).
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Select, exists, select, update

from satark.core import Core
from satark.jobs.digests import MailServer, Sent, all_sent, message_of, server_of
from satark.panel.ready import behind, newest
from satark.panel.roles import SERVING
from satark.store.officers import Officer, Post, ReportWish

_officer: Any = Officer
_post: Any = Post
_wish: Any = ReportWish


async def send_reports(ctx: Mapping[str, Any]) -> int:
    """One e-mail for each report that somebody waits for. Returns how many went."""
    core: Core = ctx["bench"].core
    server = server_of(core.settings)
    if server is None:
        return 0
    async with core.store.read() as db:
        due = (await db.execute(_due())).all()
    return await all_sent("reports", (_send(core, server, one) for one in due))


def _due() -> Select[Any]:
    """Of those who may read reports now."""
    serves = exists().where(_post.officer_id == _officer.id, _post.until.is_(None))
    person = (_officer.active, _officer.role.in_(sorted(SERVING)), _officer.email != "", serves)
    joined = select(_wish.officer_id, _wish.kind, _wish.told, _officer.email, _officer.locale).join(
        Officer, _wish.officer_id == _officer.id
    )
    return joined.where(*person, _wish.mail, behind(_wish.told)).order_by(_wish.officer_id, _wish.kind)


async def _send(core: Core, server: MailServer, to: Any) -> Sent:
    """It is noted before it goes, so that no two workers send it; and taken back where it should be tried again."""
    told = newest(to.kind)
    if not await _note(core, to, to.told, told):
        return Sent.NOTHING
    url = f"{core.settings.public_url}/panel/insight/reports"
    text = core.pages.text("mail/report.j2", to.locale, kind=to.kind, url=url)
    result = await server.send(message_of(core.settings.mail_from, to.email, text))
    if result is Sent.LATER:
        await _note(core, to, told, to.told)
    return result


async def _note(core: Core, to: Any, before: int, after: int) -> bool:
    """Whether it was still so before."""
    own = (_wish.officer_id == to.officer_id) & (_wish.kind == to.kind) & (_wish.told == before)
    async with core.store.write() as db:
        return bool((await db.execute(update(ReportWish).where(own).values(told=after))).rowcount)
