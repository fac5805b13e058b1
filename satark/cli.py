"""The `satark` command. Each loads what it needs when it is given: a process holds what it does, and starts at once."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from satark.commands.benches import benches
from satark.commands.exchangeable import Name
from satark.commands.loop import run_in_loop, starting
from satark.commands.plugins import PluginHost, WithPlugins
from satark.panel.roles import Role
from satark.settings import Settings
from satark.web.logs import configure_logging

if TYPE_CHECKING:
    from satark.commands.backup import Manifest

app = typer.Typer(
    cls=WithPlugins, no_args_is_help=True, add_completion=False, help="Anonymous tips for district police."
)
user, keys, audit, numbers, speech, files = (typer.Typer(no_args_is_help=True) for _ in range(6))
app.add_typer(user, name="user", help="Accounts of officers.")
app.add_typer(keys, name="keys", help="The keys of this installation.")
app.add_typer(audit, name="audit", help="The audit log.")
app.add_typer(numbers, name="insight", help="The numbers that pages show.")
app.add_typer(speech, name="voices", help="What callers hear.")
app.add_typer(files, name="evidence", help="Files that citizens sent.")
app.add_typer(benches, name="bench", help="How fast it is, with very many synthetic tips.")


@app.callback()
def prepare(context: typer.Context) -> None:
    configure_logging()
    context.obj = PluginHost()


@app.command("run")
def run_all() -> None:
    """Everything in one process, with a jurisdiction, demo accounts and demo tips on the first start."""
    with starting():
        from satark.commands.everything import everything
    run_in_loop(everything(Settings()))


@app.command()
def web(only: Annotated[str, typer.Option(help="gateway or panel")] = "") -> None:
    """Serve the public pages, the panel, or both."""
    if only not in ("", "gateway", "panel"):
        raise typer.BadParameter("gateway or panel")
    with starting():
        from satark.commands import run
    run_in_loop(run.web(Settings(), only))


@app.command()
def worker() -> None:
    """Deliver messages, prepare files, and do what the clock says."""
    with starting():
        from satark.commands import run
    run_in_loop(run.worker(Settings()))


@app.command()
def migrate(
    roles: Annotated[str, typer.Option(help="make PREFIX_gateway, PREFIX_panel and PREFIX_worker (PostgreSQL)")] = "",
) -> None:
    """Bring the database to this version, and give each process its role."""
    from satark.commands import run
    from satark.store.roles import NotThere

    try:
        asyncio.run(run.migrate_database(Settings(), roles))
    except NotThere as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@app.command("purge")
def purge_now(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="only say how much would be destroyed")] = False,
) -> None:
    """Destroy what the retention rules say, as the worker does every night."""
    from satark.commands import purge

    asyncio.run(purge.run(Settings(), dry=dry_run))


@app.command("backup")
def back_up(folder: Annotated[Path, typer.Argument(help="a new folder for it")]) -> None:
    """Copy the database and the files of a running installation. Keys are not in it: keep them elsewhere."""
    from satark.commands import backup

    done = _or_exit(backup.back_up(Settings(), folder))
    typer.echo(f"{folder}: {done.database}, {done.files} files")


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="what `satark backup` made")],
    forget: Annotated[bool, typer.Option("--forget-addresses", help="write to nobody of before any more")] = False,
) -> None:
    """Bring a backup into an empty installation."""
    from satark.commands import backup

    done = _or_exit(backup.restore(Settings(), folder, forget=forget))
    typer.echo(f"restored: {done.database}, {done.files} files; the audit log is whole")


def _or_exit(work: "Coroutine[Any, Any, Manifest]") -> "Manifest":
    from satark.commands.dumps import CannotBackUp

    try:
        return asyncio.run(work)
    except CannotBackUp as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@app.command()
def demo() -> None:
    """Load demo accounts and two years of synthetic tips into an empty installation."""
    from satark.commands import run

    asyncio.run(run.load_demo(Settings()))


@app.command()
def doctor(
    anonymity_too: Annotated[
        bool,
        typer.Option("--anonymity", help="tell a tip on every channel of the running service, and search for who did"),
    ] = False,
    log: Annotated[list[Path] | None, typer.Option(help="a log file to search, with --anonymity")] = None,
) -> None:
    """Check the installation, and say how to mend what is not well."""
    from satark.commands import anonymity, check

    if anonymity_too:
        sys.exit(0 if asyncio.run(anonymity.rehearse(Settings(), anonymity.log_files(log or ()))) else 1)
    sys.exit(0 if asyncio.run(check.doctor(Settings())) else 1)


@app.command("simulate")
def simulate_crowd(
    channel: Annotated[str, typer.Argument(help="whatsapp, telegram or ivr")],
    rate: Annotated[float, typer.Option(help="messages a second", min=0.01)] = 5.0,
    seconds: Annotated[float, typer.Option(help="for how long", min=1)] = 30.0,
) -> None:
    """Play a crowd through the webhook of a running service: who pause, repeat, send a video first, switch language."""
    from satark.commands import simulate

    try:
        asyncio.run(simulate.simulate(Settings(), os.environ, channel, rate, seconds))
    except simulate.CannotSimulate as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@keys.command("new")
def new_keys() -> None:
    """Make the keys that are missing. Existing keys are never replaced."""
    from satark.store.keys import make_keys

    settings = Settings()
    for name in make_keys(settings.keys):
        typer.echo(settings.keys / name)


@keys.command("add")
def add_key(name: Name) -> None:
    """A new key, which only opens yet. Then start every process again."""
    from satark.commands import rotate

    asyncio.run(rotate.add(Settings(), name))


@keys.command("use")
def use_key(name: Name) -> None:
    """Close with the new key from now on. Then start every process again."""
    from satark.commands import rotate

    _or_says(lambda: asyncio.run(rotate.use(Settings(), name)))


@keys.command("reseal")
def reseal_key(name: Name) -> None:
    """Close anew what is closed to old keys."""
    from satark.commands import rotate

    typer.echo(f"closed anew: {asyncio.run(rotate.reseal(Settings(), name))}")


@keys.command("drop")
def drop_key(name: Name) -> None:
    """Forget the old keys, where nothing is closed to them any more."""
    from satark.commands import rotate

    _or_says(lambda: asyncio.run(rotate.drop(Settings(), name)))


def _or_says(work: Callable[[], None]) -> None:
    from satark.store.rotation import NotNow

    try:
        work()
    except NotNow as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@user.command("add")
def add_user(
    login: str,
    name: Annotated[str, typer.Option(prompt=True)],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    office: Annotated[list[str] | None, typer.Option(help="the id of an office, such as district/jaunpur")] = None,
    role: Annotated[Role, typer.Option(help="an officer or analyst needs an office")] = Role.OFFICER,
) -> None:
    """Add an account."""
    from satark.commands import accounts

    asyncio.run(accounts.add(Settings(), login, name, password, office or [], role))


@audit.command("verify")
def verify_audit(
    against: Annotated[
        Path | None, typer.Option(help="a signed head that was sent away: the e-mail or the file")
    ] = None,
) -> None:
    """Verify the chain of the audit log, and that it is as it was signed."""
    from satark.commands import check
    from satark.tips.audit_heads import NoHead

    try:
        verdict = asyncio.run(check.audit(Settings(), against.read_text(encoding="utf-8") if against else ""))
    except (NoHead, OSError) as error:
        typer.echo(f"{against}: {error}", err=True)
        raise typer.Exit(1) from None
    typer.echo("\n".join(check.said_of(verdict)))
    sys.exit(0 if verdict.is_whole else 1)


@files.command("retry")
def retry_files(
    reason: Annotated[list[str] | None, typer.Option(help="only what was withheld for this, such as crashed")] = None,
) -> None:
    """Try again to prepare the files that were withheld, and those that wait for their next attempt."""
    from satark.commands import evidence

    found = asyncio.run(evidence.retry(Settings(), reason or ()))
    for name, number in sorted(found.items()):
        typer.echo(f"{name}: {number}")
    typer.echo(f"{found.total()} files are tried again.")


@numbers.command("rebuild")
def rebuild_numbers() -> None:
    """Count all numbers anew from the tips, and set right what differs. Pages can be read meanwhile."""
    from satark.commands import insight

    audiences, done = asyncio.run(insight.run(Settings()))
    typer.echo(
        f"Counted for {audiences} audiences." + ("" if done else " What changed meanwhile waits for the worker.")
    )


@speech.command("build")
def build_voices(
    only_check: Annotated[bool, typer.Option("--check", help="only list what is missing or stale")] = False,
) -> None:
    """Make the clips of all prompts, in all languages: of recordings where there are some, else by espeak-ng."""
    from satark.commands import voices

    if only_check:
        lines = voices.check(Settings())
        typer.echo("\n".join(lines) if lines else "All prompts have their clips.")
        raise typer.Exit(1 if lines else 0)
    built = voices.build_clips(Settings())
    typer.echo(f"{built.clips} clips, {built.made} of them made now")
    for one in built.failed:
        typer.echo(f"no clip could be made of: {one.recording or one.piece}", err=True)
    sys.exit(1 if built.failed else 0)


@speech.command("script")
def write_the_script(folder: Annotated[Path, typer.Argument(help="where a file a language is written")]) -> None:
    """Write down what a person would record: the name of each file, and the words."""
    from satark.commands import voices

    typer.echo(f"{voices.write_script(Settings(), folder)} recordings")


if __name__ == "__main__":
    app()
