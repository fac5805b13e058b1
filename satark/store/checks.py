"""Whether a process can work with its database: that it answers, has the tables of this version, and lets the process do
what it must. Each check says what is wrong and how to mend it; empty where nothing is."""

from collections.abc import Iterable, Iterator

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.clock import now
from satark.store.engine import Store
from satark.store.fingerprints import mismatched_keys
from satark.store.grants import ROLES, Grants
from satark.store.keys import NEEDED, Keys
from satark.store.migrate import newest, version_of
from satark.store.roles import RIGHT

# Clocks that NTP keeps are never apart by so many seconds.
APART = 120
ROLE_ADVICE = (
    "does SATARK_DATABASE_URL name the role of another process, or must `satark migrate --roles` be run again?"
)


async def check_database(store: Store) -> str:
    """Ask for anything at all."""
    try:
        async with store.read() as db:
            await db.execute(text("SELECT 1"))
    except Exception as error:  # noqa: BLE001 - asyncpg raises errors of its own where it cannot connect
        cause = getattr(error, "orig", None) or error
        return f"it does not answer ({type(cause).__name__}): look at SATARK_DATABASE_URL, and whether the server runs"
    return ""


async def check_writing(store: Store) -> str:
    """Begin to write: a replica, a disk that is mounted to be read only or a file of another user let one only read."""
    try:
        async with store.write() as db:
            if not store.is_sqlite and (await db.execute(text("SHOW transaction_read_only"))).scalar_one() == "on":
                return "it can only be read: SATARK_DATABASE_URL must name the server that takes changes, not a replica"
    except Exception as error:  # noqa: BLE001 - drivers raise errors of their own
        cause = getattr(error, "orig", None) or error
        return f"nothing can be written ({type(cause).__name__}): is there room, is it read-only, or is it somebody else's?"
    return ""


async def check_clock(store: Store) -> str:
    """Compare the clock of this machine with the database server's, and with the newest entry of the audit log."""
    apart = await _ahead_of_server(store)
    if abs(apart) > APART:
        way = "ahead of" if apart > 0 else "behind"
        return f"the clock of this machine is {abs(apart)} seconds {way} the database server's: let NTP keep both"
    behind = await _newest_entry(store) - now()
    if behind > APART:
        return (
            f"the audit log has an entry from {behind} seconds ahead: is this clock wrong, or was it? Let NTP keep it"
        )
    return ""


async def _ahead_of_server(store: Store) -> int:
    """In seconds; 0 where both have one clock."""
    if store.is_sqlite:
        return 0
    async with store.read() as db:
        return now() - int((await db.execute(text("SELECT extract(epoch FROM clock_timestamp())"))).scalar_one())


async def _newest_entry(store: Store) -> int:
    """Its time; 0 where there is none, or where this role may not read it."""
    try:
        async with store.read() as db:
            newest = text("SELECT time FROM audit_entry ORDER BY number DESC LIMIT 1")
            return int((await db.execute(newest)).scalar() or 0)
    except ProgrammingError:
        return 0


async def check_version(store: Store) -> str:
    """Compare the database's version with that of the program."""
    try:
        async with store.read() as db:
            found = await db.run_sync(version_of)
    except ProgrammingError:
        return "its version cannot be read with this role: run `satark migrate --roles` as its owner"
    except Exception:  # noqa: BLE001 - the check of the database says it
        return ""
    if found == newest():
        return ""
    if found > newest():
        return f"the database is of a newer version ({found}) than this program: install that version"
    return f"the database has no tables of this version ({found or 'none at all'}): run `satark migrate`"


async def check_role(store: Store, processes: Iterable[str]) -> str:
    """Compare what the database lets this process do with what it must (grants.py). `processes` are the names of roles."""
    if store.is_sqlite:
        return ""
    try:
        async with store.read() as db:
            missing = [process for process in processes if await _lacks(db, ROLES[process])]
    except Exception:  # noqa: BLE001 - the check of the database says it
        return ""
    return f"the role may not do what a {' and a '.join(missing)} must: {ROLE_ADVICE}" if missing else ""


async def _lacks(db: AsyncConnection, grants: Grants) -> bool:
    """Whether the role of the connection lacks any of these rights."""
    wanted = " AND ".join(_questions(grants))
    return not (await db.execute(text(f"SELECT {wanted}"))).scalar_one()


def _questions(grants: Grants) -> Iterator[str]:
    for table, words in grants.items():
        for right, columns in RIGHT.findall(words):
            for column in columns.split():
                yield f"has_column_privilege('{table}', '{column}', '{right}')"
            if not columns:
                yield f"has_table_privilege('{table}', '{right}')"


async def check_keys(store: Store, keys: Keys, processes: Iterable[str]) -> str:
    """Compare the keys with those that the processes need, and with those that the installation has."""
    missing = sorted({name for process in processes for name in NEEDED[process] if name not in keys})
    if missing:
        return f"{', '.join(missing)} missing in SATARK_KEYS_DIR: copy what satark/store/keys.py lists for this process"
    try:
        return wrong_keys(await mismatched_keys(store, keys))
    except Exception:  # noqa: BLE001 - the check of the database says it
        return ""


def wrong_keys(names: Iterable[str]) -> str:
    """Say which keys are others than those that the database was written with."""
    listed = ", ".join(names)
    advice = "bring back the key files of this installation; nothing is read or written with others"
    return f"other keys than those this database was written with ({listed}): {advice}" if listed else ""
