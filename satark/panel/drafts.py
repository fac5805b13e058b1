"""Forms that were sent when the session had ended: kept for the officer whose session it was, and shown to them again.

A draft is sealed as the words of tips are. Its files are kept as those of a form that was not sent yet: for a day.
"""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, urlencode

from sqlalchemy import delete, insert, select, update
from starlette.datastructures import FormData, UploadFile

from satark.core import Core
from satark.evidence.keeping import OverLimit
from satark.panel.form_filling import Fields
from satark.store.clock import now
from satark.store.columns import random_id
from satark.store.engine import Store
from satark.store.officers import DRAFT_SECONDS, Draft
from satark.store.sealing import CannotOpen, Opener, Seal
from satark.store.tables import Voice

READ_BYTES = 262_144
ROOMS = ("/panel/tips/", "/panel/admin/")
# Forms of administrators that are sent to an address of their own, and stand on the page above it.
WITHOUT_PAGE = frozenset(
    {"move", "restore", "open", "close", "post", "end-post", "recover", "switch", "sign-out", "export"}
)
# What stands for the officer or for the page is no part of what they wrote.
NEVER_KEPT = frozenset({"csrf", "password", "draft"})

_draft: Any = Draft


@dataclass(frozen=True)
class Kept:
    """A draft as it was written. `page` is where its form stands, `action` where that is sent."""

    id: str
    page: str
    action: str
    fields: Fields


def may_keep(path: str) -> bool:
    return path.startswith(ROOMS)


async def keep(core: Core, officer_id: str, path: str, form: FormData) -> str:
    """Keep a form of an officer; return the address where it is shown again."""
    fields = given_fields(form)
    uploads = [value for _, value in form.multi_items() if isinstance(value, UploadFile) and value.size]
    fields += [("kept", one) for one in [await _keep_file(core, upload) for upload in uploads] if one]
    row = Draft(
        id=random_id(),
        officer_id=officer_id,
        page=page_of(path, form),
        action=path,
        sealed=Seal(core.keys["content.pub"]).close(json.dumps(fields).encode()),
        made=now(),
    )
    async with core.store.write() as db:
        await db.execute(delete(Draft).where(_draft.officer_id == officer_id, _draft.action == path))
        await db.execute(insert(Draft).values(**row.model_dump()))
    return address_of(row.page, row.id)


def given_fields(form: FormData) -> list[tuple[str, str]]:
    """What was typed and chosen in a form."""
    return [(name, value) for name, value in form.multi_items() if isinstance(value, str) and name not in NEVER_KEPT]


async def newest(store: Store, officer_id: str) -> str:
    """Return the address of an officer's newest draft that they were not led to yet; "" where there is none."""
    mine = (_draft.officer_id == officer_id) & ~_draft.offered & (_draft.made > now() - DRAFT_SECONDS)
    async with store.write() as db:
        found = await db.execute(select(_draft.id, _draft.page).where(mine).order_by(_draft.made.desc()).limit(1))
        row = found.one_or_none()
        if row is None:
            return ""
        await db.execute(update(Draft).where(_draft.id == row.id).values(offered=True))
    return address_of(row.page, row.id)


async def draft_of(core: Core, officer_id: str, draft_id: str) -> Kept | None:
    """Return a draft, if it is this officer's and not too old."""
    mine = (_draft.id == draft_id) & (_draft.officer_id == officer_id) & (_draft.made > now() - DRAFT_SECONDS)
    async with core.store.read() as db:
        row = (await db.execute(select(Draft).where(mine))).one_or_none()
    if row is None:
        return None
    try:
        fields = json.loads(Opener(core.keys["content.key"]).open(row.sealed))
    except (KeyError, CannotOpen):
        return None
    return Kept(row.id, row.page, row.action, [(name, value) for name, value in fields])


async def drop(store: Store, officer_id: str, draft_id: str) -> None:
    async with store.write() as db:
        await db.execute(delete(Draft).where(_draft.id == draft_id, _draft.officer_id == officer_id))


def page_of(path: str, form: FormData) -> str:
    """Return the page on which a form stands, by where it is sent."""
    parts = path.split("/")
    if path.startswith("/panel/tips/"):
        return "/".join(parts[:4]) if len(parts) > 4 else _list_of(form)
    if parts[-1] in WITHOUT_PAGE:
        path = "/".join(parts[:-1])
    asked = [(name, value) for name in ("id", "lang") if isinstance(value := form.get(name), str)]
    return f"{path}?{urlencode(asked)}" if asked else path


def _list_of(form: FormData) -> str:
    """The list of tips, as it was filtered."""
    back = form.get("back")
    return f"/panel/tips?{back}" if isinstance(back, str) and back else "/panel/tips"


def address_of(page: str, draft_id: str) -> str:
    return f"{page}{'&' if '?' in page else '?'}draft={quote(draft_id)}"


async def _keep_file(core: Core, upload: UploadFile) -> str:
    """The id of a file, "" where it is larger than one may be."""
    try:
        mime, limit = upload.content_type or "", core.settings.upload_limit
        return await core.keeper.keep(_chunks(upload), mime, limit, voice=Voice.OFFICER)
    except OverLimit:
        return ""


async def _chunks(upload: UploadFile) -> AsyncIterator[bytes]:
    while chunk := await upload.read(READ_BYTES):
        yield chunk
