"""`satark evidence retry`: files that were withheld are tried again."""

from collections import Counter
from collections.abc import Collection

from satark.evidence.retry import retry_withheld
from satark.settings import Settings
from satark.store.engine import Store
from satark.tips.audit import note_command


async def retry(settings: Settings, reasons: Collection[str]) -> Counter[str]:
    """Put them back, with an entry of the audit log. Returns how many files, by reason."""
    store = Store(settings.database)
    try:
        async with store.write() as db:
            found = await retry_withheld(db, reasons)
            told = ", ".join(f"{reason} {number}" for reason, number in sorted(found.items()))
            await note_command(db, "evidence retry", detail=told)
    finally:
        await store.dispose()
    return found
