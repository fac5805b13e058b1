"""Makes files ready to be seen: fetches them or joins their parts, cleans them, and stores them again under a new key."""

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any

import msgspec
from sqlalchemy import select, update

from satark import metrics
from satark.evidence.blobs import StoreUnavailable
from satark.evidence.keeping import ABREAST, Keeper, OverLimit
from satark.evidence.report import Mime, Reason
from satark.evidence.sandbox import Clean, Down
from satark.evidence.schedule import due_after, lease_end
from satark.evidence.uploads import Uploads
from satark.store.clock import now
from satark.store.tables import Evidence, Voice

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
# At the provider a file lives for 7 days (Meta), or for as long as one likes (Telegram): at an hour each, almost six days.
MOST_FETCHES = 150
LONGEST_WAIT = 3600
RENEWED_EVERY = 60
DOWN = 10
STORE_PAUSE = 30
NOT_FETCHED = "not_fetched"

_row: Any = Evidence
Fetch = Callable[[str, bytes], AsyncIterator[bytes]]
"""(channel, sealed source) -> the bytes of a file at its provider."""


async def prepare_due(keeper: Keeper, fetch: Fetch, limit: int) -> int:
    """Fetch the files that are elsewhere, then clean those that wait, a few abreast. Returns how many steps that were. A
    file that fails is tried again, and stops no other."""
    done = 0
    while row := await _claim(keeper, "waiting"):
        done += 1
        if not await _try(keeper, row, lambda row: _fetch(keeper, row, fetch, limit)):
            return done
    return done + sum(await asyncio.gather(*(_clean_due(keeper) for _ in range(ABREAST))))


async def _clean_due(keeper: Keeper) -> int:
    """Clean one file after the other, unless others are at it already in this process."""
    done = 0
    while not keeper.places.locked():
        async with keeper.places:
            row = await _claim(keeper, "kept")
            if row is None:
                break
            done += 1
            if not await _try(keeper, row, lambda row: _clean(keeper, row)):
                break
    return done


async def _try(keeper: Keeper, row: Any, step: Callable[[Any], Awaitable[None]]) -> bool:
    """Returns whether the next file is to be tried: where the store is out, it waits too. What is no fault of the file is
    not charged to its attempts."""
    try:
        async with _held(keeper, row):
            await step(row)
    except StoreUnavailable as error:
        log.warning("the store of evidence does not answer (%s); files wait for it", error)
        await _wait(keeper, row, STORE_PAUSE)
        return False
    except OverLimit:
        await keeper.change(row.id, state="withheld", reason=Reason.LARGE.value, due=0)
    except Down:
        log.warning("the sandbox does not answer; file %s waits for it", row.id)
        await _wait(keeper, row, DOWN)
    except FileNotFoundError:
        # The file is missing, or the disk or bucket that has it: that may come back.
        log.warning("file %s is not in the store of evidence; is the right disk or bucket there?", row.id)
        await _later(keeper, row, MOST_FETCHES, NOT_FETCHED)
    except Exception as error:  # noqa: BLE001 - whatever a file does, the next one is prepared
        log.warning("file %s could not be prepared (%s), attempt %d", row.id, type(error).__name__, row.attempts + 1)
        most = (MOST_FETCHES, NOT_FETCHED) if row.state == "waiting" else (MOST_ATTEMPTS, Reason.CRASHED.value)
        await _later(keeper, row, *most)
    return True


async def _claim(keeper: Keeper, state: str) -> Any:
    """One file that is due, out of reach of other workers for the time of the lease."""
    wanted = (_row.state == state) & (_row.due <= now()) & _row.id.not_in(keeper.pauses.current())
    if state == "kept":
        # Until a tip has it, its informant may still say that their voice may be heard.
        wanted &= (_row.kind != "audio") | _row.tip_id.is_not(None)
    async with keeper.store.write() as db:
        found = await db.execute(select(Evidence).where(wanted).limit(1).with_for_update(skip_locked=True))
        row = found.one_or_none()
        if row is not None:
            leased = {"due": lease_end(), "attempts": row.attempts + 1}
            await db.execute(update(Evidence).where(_row.id == row.id).values(**leased))
    return row


@asynccontextmanager
async def _held(keeper: Keeper, row: Any) -> AsyncIterator[None]:
    """Out of reach of other workers, however long it takes: one that dies is followed by another soon."""
    renewing = asyncio.create_task(_renew(keeper, row))
    try:
        yield
    finally:
        renewing.cancel()
        await asyncio.gather(renewing, return_exceptions=True)


async def _renew(keeper: Keeper, row: Any) -> None:
    while True:
        await asyncio.sleep(RENEWED_EVERY)
        async with keeper.store.write() as db:
            own = (_row.id == row.id) & (_row.state == row.state)
            await db.execute(update(Evidence).where(own).values(due=lease_end()))


async def _fetch(keeper: Keeper, row: Any, fetch: Fetch, limit: int) -> None:
    """From its provider, or from the parts in which it came."""
    uploads = Uploads(keeper)
    chunks = fetch(row.channel, row.source) if row.source else uploads.read(row.id)
    facts = await keeper.store_blob(chunks, limit)
    await keeper.change(row.id, **facts, attempts=0, due=0)
    await uploads.forget_parts(row.id)


async def _clean(keeper: Keeper, row: Any) -> None:
    outcome = await keeper.sandbox.clean(keeper.read_original(row), as_spoken=bool(row.voice))
    if isinstance(outcome, Clean):
        try:
            await _replace(keeper, row, outcome)
            metrics.FILES.labels("ready").inc()
        finally:
            outcome.close()
    else:
        metrics.FILES.labels(outcome.reason.value).inc()
        await keeper.change(row.id, state="withheld", reason=outcome.reason.value, due=0)


async def _replace(keeper: Keeper, row: Any, outcome: Clean) -> None:
    """The clean file takes the original's place; with its key, the original is gone, and of a voice also the log of that."""
    name, key = await keeper.put(outcome.chunks())
    shown = await _glimpses(keeper, outcome)
    report = outcome.report
    voice = Voice.CHANGED if report.changed else row.voice if outcome.mime == Mime.AUDIO else ""
    facts = {
        "mime": outcome.mime,
        "size": outcome.size,
        "cleaned": outcome.sha256,
        "state": "ready",
        "voice": voice,
        "left_out": ",".join(report.left_out),
        "due": 0,
    }
    await keeper.change(row.id, blob=name, key=key, **facts, **shown)
    await keeper.blobs.delete(row.blob)
    if report.changed:
        await keeper.store.scrub()


async def _glimpses(keeper: Keeper, outcome: Clean) -> dict[str, Any]:
    """What is kept beside a clean file."""
    kept: dict[str, Any] = {}
    report = outcome.report
    if report.poster:
        kept["poster"], kept["poster_key"] = await keeper.put(_whole(report.poster))
    if report.peaks:
        kept["peaks"] = keeper.seal.close(report.peaks)
    if report.looks and keeper.locker is not None:
        kept["looks"] = keeper.locker.close(msgspec.msgpack.encode(report.looks))
    return kept


async def _whole(data: bytes) -> AsyncIterator[bytes]:
    yield data


async def _later(keeper: Keeper, row: Any, most: int, reason: str) -> None:
    """Try again, a little later each time; give up after so many attempts."""
    if row.attempts + 1 >= most:
        await _change(keeper, row, state="withheld", reason=reason, due=0)
    else:
        pause = min(2 ** (row.attempts + 1), LONGEST_WAIT)
        await _pause(keeper, row, pause)


async def _wait(keeper: Keeper, row: Any, seconds: int) -> None:
    """Try again then, as if it had not been tried now."""
    await _pause(keeper, row, seconds, attempts=row.attempts)


async def _pause(keeper: Keeper, row: Any, seconds: int, **values: Any) -> None:
    keeper.pauses.begin(row.id, seconds)
    await _change(keeper, row, due=due_after(seconds), **values)


async def _change(keeper: Keeper, row: Any, **values: Any) -> None:
    """Of a file that is still as it was claimed: what is done stays done, though tidying up after it failed."""
    async with keeper.store.write() as db:
        same = (_row.id == row.id) & (_row.state == row.state)
        await db.execute(update(Evidence).where(same).values(**values))
