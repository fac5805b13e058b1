"""What *My account* shows of notices, and which addresses they may go to."""

import re
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from satark.panel.gate import Work
from satark.store.officers import PushSubscription

DIGESTS = ("", "daily", "hourly")
ADDRESS = re.compile(r"[^\s@,;:<>()\[\]\"\\]{1,64}@[^\s@,;:<>()\[\]\"\\]+\.[^\s@,;:<>()\[\]\"\\]{2,}", re.ASCII)
MOST_ADDRESS = 254

_push: Any = PushSubscription


@dataclass(frozen=True)
class Mail:
    """Where e-mail goes to and how often; `why` is a code of templates/panel/words.html where that cannot be."""

    email: str
    digest: str
    why: str = ""


def wrong_with(digest: str, email: str) -> str:
    """Why an officer gets no e-mail there, "" where nothing is against it: not having any is a choice as well."""
    if not email:
        return "no_email" if digest else ""
    return "" if len(email) <= MOST_ADDRESS and ADDRESS.fullmatch(email) else "email"


async def choices(work: Work) -> dict[str, Any]:
    mine = select(func.count()).select_from(PushSubscription).where(_push.officer_id == work.viewer.officer_id)
    async with work.core.store.read() as db:
        browsers = (await db.execute(mine)).scalar_one()
    pushes = work.core.settings.push_hosts.strip()
    return {
        "digests": DIGESTS,
        "mails": bool(work.core.settings.mail_from),
        "push_key": _text(work.core.keys["push.pub"]) if pushes and "push.pub" in work.core.keys else "",
        "browsers": browsers,
    }


def _text(data: bytes) -> str:
    return urlsafe_b64encode(data).rstrip(b"=").decode()
