"""The demo's accounts; its tips are in demo_tips.py."""

from typing import Any

from sqlalchemy import select

from satark.core import Core
from satark.panel.people import add_officer, check_password, set_active
from satark.panel.roles import Role
from satark.panel.sessions import close_of
from satark.store.clock import hour_of, now
from satark.store.engine import Store
from satark.store.officers import Officer
from satark.tips.audit import note_command

# Login, password, office, role: shown at every start of the demo, and refused at a public address.
ACCOUNTS = (
    ("dig", "demo-dig-1", "range/varanasi", Role.OFFICER),
    ("sp", "demo-sp-1", "district/jaunpur", Role.OFFICER),
    ("sho", "demo-sho-1", "station/jaunpur/kotwali", Role.OFFICER),
    ("analyst", "demo-analyst-1", "range/varanasi", Role.ANALYST),
)
KEEPERS = (
    ("admin", "demo-admin-1", Role.ADMINISTRATOR),
    ("admin2", "demo-admin2-1", Role.ADMINISTRATOR),
    ("auditor", "demo-auditor-1", Role.AUDITOR),
)
_officer: Any = Officer


class PublicDemo(Exception):
    """Accounts with published passwords do not belong at a public address."""


async def is_empty(store: Store) -> bool:
    """Whether nobody has an account yet."""
    async with store.read() as db:
        return (await db.execute(select(_officer.id).limit(1))).first() is None


async def load(core: Core) -> list[tuple[str, str, str]]:
    """Load the demo into an installation that has no officer; into a demo of an older version, the accounts it has not.
    Returns the demo accounts that there are: login, password, and office or role.
    It tries their passwords, which takes a second. Raises PublicDemo."""
    if core.settings.secure:
        raise PublicDemo(f"no demo at {core.settings.public_url}: everybody knows its passwords. Use `satark user add`")
    async with core.store.read() as db:
        logins = set((await db.execute(select(_officer.login))).scalars())
    offices = core.pack.offices
    people = [
        (login, password, offices[office].name["en"], [office], role) for login, password, office, role in ACCOUNTS
    ]
    people += [(login, password, login.title(), [], role) for login, password, role in KEEPERS]
    demo = {login for login, password, *_ in people if login in logins and await _opens(core, login, password)}
    # Where somebody else has an account, or a password was changed, nobody is let in whom everybody knows.
    if demo == logins:
        for login, password, name, served, role in people:
            if login not in logins:
                await add_officer(
                    core.store, login, f"{name} (demo)", password, served, role=role, by_command="add officer"
                )
                demo.add(login)
    if not logins:
        from satark.commands.demo_tips import load_tips

        await load_tips(core, hour_of(now()))
    return [(one[0], one[1], one[2] if one[3] else one[4].value) for one in people if one[0] in demo]


async def close_accounts(core: Core) -> int:
    """Switch off the accounts that a password of the demo still opens, with an entry each. Returns how many."""
    known = {login: password for login, password, *_ in (*ACCOUNTS, *KEEPERS)}
    wanted = select(_officer.id, _officer.login).where(_officer.login.in_(known), _officer.active)
    async with core.store.read() as db:
        rows = list(await db.execute(wanted))
    found = [row for row in rows if await _opens(core, row.login, known[row.login])]
    for row in found:
        await set_active(core.store, row.id, active=False)
        await close_of(core.store, row.id)
        async with core.store.write() as db:
            await note_command(db, "switch off", row.id, "demo")
    return len(found)


async def _opens(core: Core, login: str, password: str) -> bool:
    return await check_password(core.store, login, password) is not None
