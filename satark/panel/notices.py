"""What an officer wants to be told of outside the panel: by e-mail, and in a browser that is not open. Numbers only."""

import binascii
from base64 import urlsafe_b64decode
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec
from sqlalchemy import delete, update
from starlette.exceptions import HTTPException
from starlette.responses import FileResponse, RedirectResponse, Response

from satark.panel.account import page
from satark.panel.gate import SEE_OTHER, Work, guarded
from satark.panel.notice_choices import DIGESTS, Mail, wrong_with
from satark.panel.push_hosts import is_trusted
from satark.resources import static_dir
from satark.store.clock import now
from satark.store.columns import random_id
from satark.store.officers import Officer, PushSubscription
from satark.tips.audit import append

NOTICES = "/panel/account#notices"
MOST_ENDPOINT = 1024
AUTH_BYTES = 16

_officer: Any = Officer
_push: Any = PushSubscription


async def digest(work: Work) -> Response:
    """An e-mail every hour or every day in which there is something; or none."""
    often, email = work.text("digest"), work.text("email")
    if often not in DIGESTS:
        raise HTTPException(422)
    if why := wrong_with(often, email):
        return await page(work, 422, Mail(email, often, why))
    mine = _officer.id == work.viewer.officer_id
    async with work.core.store.write() as db:
        await db.execute(update(Officer).where(mine).values(email=email, digest=often, digested=now()))
        await append(db, work.viewer.officer_id, "notices", detail=f"e-mail {often or 'never'}")
    return RedirectResponse(NOTICES, SEE_OTHER)


async def subscribe(work: Work) -> Response:
    """This browser is told from now on; it was somebody else's, if they used it before."""
    endpoint, p256dh, auth = (work.text(name) for name in ("endpoint", "p256dh", "auth"))
    if len(endpoint) > MOST_ENDPOINT or not is_trusted(endpoint, work.core.settings.push_hosts):
        raise HTTPException(422)
    if not _is_point(p256dh) or len(_bytes(auth)) != AUTH_BYTES:
        raise HTTPException(422)
    new = {"officer_id": work.viewer.officer_id, "p256dh": p256dh, "auth": auth, "told": 0}
    row = work.core.store.insert(PushSubscription).values(id=random_id(), endpoint=endpoint, **new)
    async with work.core.store.write() as db:
        await db.execute(row.on_conflict_do_update(index_elements=["endpoint"], set_=new))
        await append(db, work.viewer.officer_id, "notices", detail="browser on")
    return RedirectResponse(NOTICES, SEE_OTHER)


async def unsubscribe(work: Work) -> Response:
    """No browser of theirs is told any more."""
    async with work.core.store.write() as db:
        await db.execute(delete(PushSubscription).where(_push.officer_id == work.viewer.officer_id))
        await append(db, work.viewer.officer_id, "notices", detail="browsers off")
    return RedirectResponse(NOTICES, SEE_OTHER)


async def service_worker(_: Work) -> Response:
    """Under the panel's own path, or the browser would not let it show what is the panel's."""
    return FileResponse(static_dir() / "sw.js", media_type="text/javascript")


def _bytes(text: str) -> bytes:
    try:
        return urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""


def _is_point(text: str) -> bool:
    try:
        ec.EllipticCurvePublicKey.from_encoded_point(ec.SECP256R1(), _bytes(text))
    except ValueError:
        return False
    return True


ROUTES = [
    guarded("/account/digest", digest, "POST"),
    guarded("/account/push", subscribe, "POST"),
    guarded("/account/push/stop", unsubscribe, "POST"),
    guarded("/sw.js", service_worker, quiet=True),
]
