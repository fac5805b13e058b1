"""`satark doctor` and `satark audit verify`."""

from collections.abc import Awaitable

import typer

from satark.app import build_core, build_web, running
from satark.commands import audit_ways, services
from satark.commands.data_folder import check_data_folder
from satark.commands.voices import missing_clips
from satark.core import Core
from satark.evidence.blobs import Blobs
from satark.evidence.leftovers import left_over
from satark.evidence.probe import what_gets_out
from satark.evidence.sandbox import Down, Sandbox
from satark.resources import data_dir
from satark.routing.folder import check_pack
from satark.settings import CREDENTIALS, Settings
from satark.store.engine import Store
from satark.store.keys import KeyFileError, Keys, audit_public, load_keys
from satark.tips.audit_heads import Verdict, read_published, verify_log


async def audit(settings: Settings, published: str = "") -> Verdict:
    """Verify the audit log, against a head that was sent away too, where its text is given. Raises NoHead."""
    store, public = Store(settings.database), audit_public(load_keys(settings.keys))
    try:
        async with store.read() as db:
            return await verify_log(db, public, read_published(published, public) if published else None)
    finally:
        await store.dispose()


def said_of(verdict: Verdict) -> list[str]:
    """What to tell of an audit log."""
    lines = []
    if verdict.broken is not None:
        lines.append(f"Entry {verdict.broken} was changed or is missing.")
    if verdict.forged is not None:
        lines.append(f"Entry {verdict.forged} is not the one that was signed: the log was rewritten or cut.")
    if verdict.is_whole:
        signed = f"; signed up to entry {verdict.signed.number}" if verdict.signed else "; never signed"
        lines.append(f"The audit log is whole{signed}.")
    if verdict.is_unsigned:
        lines.append("The newest entries have waited for days to be signed: does a worker run, and has it audit.key?")
    return lines


async def doctor(settings: Settings) -> bool:
    """Print what is well and what is not. Returns whether all is well. Whatever a check runs into, the others are made."""
    findings = check_pack(data_dir("jurisdictions") / settings.jurisdiction)
    for finding in findings:
        _say(False, str(finding))
    if findings:
        return False
    _say(True, f"jurisdiction {settings.jurisdiction}")
    try:
        keys = load_keys(settings.keys)
    except KeyFileError as error:
        _say(False, f"keys: {error}")
        return False
    if not keys.found:
        _say(False, f"there are no keys in {settings.keys}; run `satark keys new`")
        return False
    processes = services.processes_of(keys)
    named = f"keys: {', '.join(sorted(keys.found))} (those of: {', '.join(processes)})"
    _say(bool(processes), named if processes else services.lacking(keys))
    return await _all_checks(settings, keys, processes) and bool(processes)


async def _all_checks(settings: Settings, keys: Keys, processes: list[str]) -> bool:
    stored = await _tried("database", services.check_store(settings, keys, processes))
    kept = await _tried("evidence", services.check_evidence(settings))
    well = [
        stored,
        kept,
        await _tried("redis", services.check_redis(settings)) if settings.redis_url.get_secret_value() else True,
        await _tried("mail", services.check_mail(settings)) if settings.smtp_url.get_secret_value() else True,
        await _tried("data folder", check_data_folder(settings)),
    ]
    if stored:
        well.append(await _tried("audit log", audit_ways.check_audit_heads(settings, keys, processes)))
    if "worker" in processes and audit_ways.goes_nowhere(settings):
        well.append(_head_goes_nowhere(settings))
    if kept:
        well.append(await _guarded("room for files", _room(settings)))
    if "worker" in processes:
        well.append(await _guarded("sandbox", _sandbox()))
    if stored and kept and processes:
        well.append(await _guarded("channels", _channels(settings, processes)))
    return all(well)


def _head_goes_nowhere(settings: Settings) -> bool:
    """Say it. Where Satark is public that is a fault; on somebody's own machine nobody has to mend it."""
    what = "audit log: its signed head goes nowhere: set SATARK_AUDIT_MAIL_TO or SATARK_AUDIT_URL"
    if settings.secure:
        _say(False, what)
    else:
        typer.echo(f"[hint] {what} before Satark is public")
    return not settings.secure


async def _tried(name: str, faults: Awaitable[list[str]]) -> bool:
    """Say what a check found. Returns whether that was nothing."""

    async def tell() -> bool:
        return _told(name, await faults)

    return await _guarded(name, tell())


def _told(name: str, faults: list[str]) -> bool:
    for fault in faults:
        _say(False, fault)
    if not faults:
        _say(True, name)
    return not faults


async def _guarded(name: str, check: Awaitable[bool]) -> bool:
    try:
        return await check
    except Exception as error:  # noqa: BLE001 - a check that fails is a finding, and no end of the others
        _say(False, f"{name}: the check failed ({type(error).__name__})")
        return False


async def _sandbox() -> bool:
    """Whether what cleans files is shut in: it is tried."""
    sandbox = Sandbox("satark.evidence.probe")
    try:
        got, walls = await what_gets_out(sandbox), sandbox.walls
    except Down:
        _say(False, "the sandbox does not start: no file will be shown (is this Linux, with Python 3.11?)")
        return False
    finally:
        sandbox.close()
    for deed in got:
        _say(False, f"a file that takes over its cleaner can {deed}: allow user namespaces, or use x86-64 or ARM64")
    if not got:
        _say(True, f"sandbox: no network, no files, no processes; {walls} of 2 walls (namespaces, list of calls)")
    return not got


async def _room(settings: Settings) -> bool:
    room = Blobs(settings.evidence, settings.reserve).room
    if room == 0:
        _say(False, f"no files are taken: less than {settings.reserve:,} bytes of the disk are free (SATARK_RESERVE)")
    elif room is not None:
        _say(True, f"room for {room:,} bytes of files")
    return room != 0


async def _channels(settings: Settings, processes: list[str]) -> bool:
    # The port of the metrics is that of the process which runs beside.
    core = build_core(settings.model_copy(update={"metrics_port": 0}))
    async with running(core, build_web(core, "gateway", listens=False)):
        well = await _channel_findings(core)
        if any(name in CREDENTIALS and one.capabilities.speech for name, one in core.registry.channels.items()):
            silent = len(missing_clips(settings, core.jurisdiction.pack))
            _say(
                not silent,
                f"{silent} prompts have no clip: run `satark voices build`" if silent else "clips of all prompts",
            )
            well = well and not silent
        # Nobody but the worker may see where files came from.
        for name, number in (await left_over(core.store) if "worker" in processes else {}).items():
            _say(False, f"{number} files are still at the provider of {name}: they are tried again every five minutes")
            well = False
    for name in CREDENTIALS.keys() - core.registry.channels.keys() - core.registry.troubles.keys():
        typer.echo(f"[off]  channel {name}: no credentials")
    return well


async def _channel_findings(core: Core) -> bool:
    well = True
    for name, findings in (await core.registry.check()).items():
        for finding in findings:
            _say(finding.well, f"{finding.what} {finding.fix}".strip())
            well = well and finding.well
        if not findings:
            _say(True, f"channel {name}")
    return well


def _say(well: bool, what: str) -> None:
    typer.echo(f"{'[ok]  ' if well else '[mend]'} {what}")
