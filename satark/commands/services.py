"""Whether what Satark works with does what it must: the database, Redis, the store of evidence, the mail server. Each check
tries it in earnest, and says what is wrong in plain words; nothing that it says is secret."""

from collections.abc import Iterable

from obstore.exceptions import BaseError
from redis.exceptions import AuthenticationError, RedisError

from satark.evidence.blobs import Blobs, StoreUnavailable
from satark.jobs.digests import server_of
from satark.jobs.redis import open_pool, redis_settings
from satark.settings import Settings
from satark.store.checks import check_clock, check_database, check_keys, check_role, check_version, check_writing
from satark.store.engine import Store
from satark.store.keys import NEEDED, Keys
from satark.store.urls import UnreadableURL


def processes_of(keys: Keys) -> list[str]:
    """Return the processes whose keys these are: which of them it is asked as, nobody says to a command. A worker has the
    keys of a gateway too; where those of the panel are there as well, it is an installation in one process."""
    found = [process for process, names in NEEDED.items() if all(name in keys for name in names)]
    return ["worker"] if found == ["gateway", "worker"] else found


def lacking(keys: Keys) -> str:
    """Say which keys each process would need."""
    missing = (
        f"a {process} needs {', '.join(name for name in names if name not in keys)}"
        for process, names in NEEDED.items()
    )
    return f"these keys are enough for no process: {'; '.join(missing)}"


async def check_store(settings: Settings, keys: Keys, processes: Iterable[str]) -> list[str]:
    """Everything about the database. What comes first is what to mend first."""
    try:
        store = Store(settings.database)
    except UnreadableURL as error:
        return [f"database: {error}"]
    try:
        if wrong := await check_database(store):
            return [f"database: {wrong}"]
        if wrong := await check_version(store):
            return [f"database: {wrong}"]
        found = {
            "role": await check_role(store, processes),
            "keys": await check_keys(store, keys, processes),
            "database": await check_writing(store),
            "clock": await check_clock(store),
        }
        return [f"{name}: {wrong}" for name, wrong in found.items() if wrong]
    finally:
        await store.dispose()


async def check_redis(settings: Settings) -> list[str]:
    """Ask the Redis that is named; a private one is started with the processes."""
    url = settings.redis_url.get_secret_value()
    if not url:
        return []
    try:
        pool = open_pool(redis_settings(url))
    except UnreadableURL as error:
        return [f"redis: {error}"]
    try:
        await pool.ping()
    except AuthenticationError:
        return ["redis: it does not take the password of SATARK_REDIS_URL"]
    except (RedisError, OSError) as error:
        return [f"redis: it does not answer ({type(error).__name__}): look at SATARK_REDIS_URL, and whether it runs"]
    finally:
        await pool.aclose()
    return []


async def check_evidence(settings: Settings) -> list[str]:
    """Store a few bytes, read them back and delete them."""
    try:
        await Blobs(settings.evidence).try_out()
    except StoreUnavailable as error:
        return [f"evidence: nothing can be stored ({error}): look at SATARK_EVIDENCE_URL, its bucket and its key"]
    except FileNotFoundError:
        return [
            "evidence: what was stored is not there again: look at SATARK_EVIDENCE_URL, and whether its bucket is there"
        ]
    except (BaseError, OSError, ValueError) as error:
        return [f"evidence: SATARK_EVIDENCE_URL cannot be used ({type(error).__name__})"]
    return []


async def check_mail(settings: Settings) -> list[str]:
    """Sign in at the mail server, and hand nothing in."""
    server = server_of(settings)
    if server is None:
        half = bool(settings.mail_from) is not bool(settings.smtp_url.get_secret_value())
        return (
            ["mail: SATARK_SMTP_URL and SATARK_MAIL_FROM go together: no e-mail is sent with one alone"] if half else []
        )
    wrong = await server.try_out()
    return [f"mail: no e-mail can be handed in ({wrong}): look at SATARK_SMTP_URL"] if wrong else []
