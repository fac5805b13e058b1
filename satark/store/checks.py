"""Whether a process can work with its database: that it answers, has the tables of this version, and lets the process do
what it must. Each check says what is wrong and how to mend it; empty where nothing is."""

from collections.abc import Iterable, Iterator

from sqlalchemy import text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection

from satark.store.engine import Store
from satark.store.fingerprints import mismatched_keys
from satark.store.grants import ROLES, Grants
from satark.store.keys import NEEDED, Keys
from satark.store.migrate import newest, version_of
from satark.store.roles import RIGHT

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
