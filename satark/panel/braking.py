"""What the audit log says of the brakes (patience.py): that an account's sign-in was braked, once an hour.

Nobody can fill the log with it: all logins that nobody has are one. They are noted too, or the time that an answer takes
would tell which logins there are.
"""

from satark.core import Core
from satark.panel.people import id_of
from satark.tips.audit import append_hourly

NOBODY = "nobody"


async def note_brake_of(core: Core, login: str) -> None:
    await note_brake(core, await id_of(core.store, login) or NOBODY)


async def note_brake(core: Core, officer_id: str) -> None:
    async with core.store.write() as db:
        await append_hourly(db, officer_id, "braked", officer_id, "")
