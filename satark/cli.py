"""The `satark` command."""

import asyncio
import os
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console

from satark.commands import (
    accounts,
    anonymity,
    backup,
    bench,
    bench_insight,
    bench_intake,
    check,
    insight,
    plugins,
    purge,
    report,
    report_intake,
    rotate,
    run,
    simulate,
    voices,
)
from satark.commands.loop import run_in_loop
from satark.panel.roles import Role
from satark.settings import Settings
from satark.store import rotation
from satark.store.keys import make_keys
from satark.store.roles import NotThere
from satark.web.logs import configure_logging

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Anonymous tips for district police.")
user, keys, audit, benches, numbers, speech = (typer.Typer(no_args_is_help=True) for _ in range(6))
app.add_typer(user, name="user", help="Accounts of officers.")
app.add_typer(keys, name="keys", help="The keys of this installation.")
app.add_typer(audit, name="audit", help="The audit log.")
app.add_typer(numbers, name="insight", help="The numbers that pages show.")
app.add_typer(speech, name="voices", help="What callers hear.")
app.add_typer(benches, name="bench", help="How fast it is, with very many synthetic tips.")


plugins.add_commands(app)


@app.callback()
def prepare(context: typer.Context) -> None:
    configure_logging()
    context.obj = plugins.PluginHost()


@app.command("run")
def run_all() -> None:
    """Everything in one process, with a jurisdiction, demo accounts and demo tips on the first start."""
    run_in_loop(run.everything(Settings()))


@app.command()
def web(only: Annotated[str, typer.Option(help="gateway or panel")] = "") -> None:
    """Serve the public pages, the panel, or both."""
    if only not in ("", "gateway", "panel"):
        raise typer.BadParameter("gateway or panel")
    run_in_loop(run.web(Settings(), only))


@app.command()
def worker() -> None:
    """Deliver messages, prepare files, and do what the clock says."""
    run_in_loop(run.worker(Settings()))


@app.command()
def migrate(
    roles: Annotated[str, typer.Option(help="make PREFIX_gateway, PREFIX_panel and PREFIX_worker (PostgreSQL)")] = "",
) -> None:
    """Bring the database to this version, and give each process its role."""
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
    asyncio.run(purge.run(Settings(), dry=dry_run))


@app.command("backup")
def back_up(folder: Annotated[Path, typer.Argument(help="a new folder for it")]) -> None:
    """Copy the database and the files of a running installation. Keys are not in it: keep them elsewhere."""
    done = _or_exit(backup.back_up(Settings(), folder))
    typer.echo(f"{folder}: {done.database}, {done.files} files")


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="what `satark backup` made")],
    forget: Annotated[bool, typer.Option("--forget-addresses", help="write to nobody of before any more")] = False,
) -> None:
    """Bring a backup into an empty installation."""
    done = _or_exit(backup.restore(Settings(), folder, forget=forget))
    typer.echo(f"restored: {done.database}, {done.files} files; the audit log is whole")


def _or_exit(work: Coroutine[Any, Any, backup.Manifest]) -> backup.Manifest:
    try:
        return asyncio.run(work)
    except backup.CannotBackUp as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@app.command()
def demo() -> None:
    """Load demo accounts and twelve weeks of synthetic tips into an empty installation."""
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
    try:
        asyncio.run(simulate.simulate(Settings(), os.environ, channel, rate, seconds))
    except simulate.CannotSimulate as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@benches.command("inbox")
def bench_inbox(
    folder: Annotated[Path, typer.Option(help="where the installations to measure are made")],
    tips: Annotated[list[int] | None, typer.Option(help="how many; more than once for several")] = None,
    server: Annotated[str, typer.Option(help="a PostgreSQL to measure too, where databases may be made")] = "",
    write: Annotated[Path | None, typer.Option(help="a file for the results")] = None,
    keep: Annotated[bool, typer.Option(help="leave the databases on the server")] = False,
) -> None:
    """Measure the list, a tip and the search over 10,000, 100,000 and 1,000,000 tips."""
    runs = asyncio.run(bench.inbox(folder, server, tips or [10**4, 10**5, 10**6], Console(), keep=keep))
    said = report.page(runs)
    if write is not None:
        write.write_text(said, encoding="utf-8")
    typer.echo(said)


@benches.command("insight")
def bench_numbers(
    folder: Annotated[Path, typer.Option(help="where the installations to measure are made")],
    tips: Annotated[list[int] | None, typer.Option(help="how many; more than once for several")] = None,
    server: Annotated[str, typer.Option(help="a PostgreSQL to measure too, where databases may be made")] = "",
    write: Annotated[Path | None, typer.Option(help="a page whose part on insight is written anew")] = None,
    keep: Annotated[bool, typer.Option(help="leave the databases on the server")] = False,
) -> None:
    """Measure the pages of numbers over 10,000, 100,000 and 1,000,000 tips, and what it costs to keep them."""
    runs = run_in_loop(bench_insight.run(folder, server, tips or [10**4, 10**5, 10**6], Console(), keep=keep))
    said = report.insight(runs)
    if write is not None:
        report.put(write, said)
    typer.echo(said)


@benches.command("intake")
def bench_the_intake(
    folder: Annotated[Path, typer.Option(help="where the installations to measure are made: must be empty")],
    server: Annotated[str, typer.Option(help="a PostgreSQL to measure too, where databases may be made")] = "",
    rounds: Annotated[int, typer.Option(help="how often each is measured", min=1)] = 3,
    seconds: Annotated[float, typer.Option(help="for how long each is measured", min=0.1)] = 8.0,
    messages: Annotated[int, typer.Option(help="how many messages are made for it at most", min=18)] = 40_000,
    only: Annotated[list[str] | None, typer.Option(help="measure this alone; more than once for several")] = None,
    write: Annotated[Path | None, typer.Option(help="the page of documentation to write the results into")] = None,
) -> None:
    """Measure how many messages a second a gateway takes, beside a bare handler and the naive way."""
    size = bench_intake.Size(seconds, messages)
    found = run_in_loop(bench_intake.intake(folder, server, rounds, size, Console(), only or ()))
    said = report_intake.section(found, rounds, seconds)
    if write is not None:
        report_intake.write_into(write, said)
    typer.echo(said)


@keys.command("new")
def new_keys() -> None:
    """Make the keys that are missing. Existing keys are never replaced."""
    settings = Settings()
    for name in make_keys(settings.keys):
        typer.echo(settings.keys / name)


@keys.command("add")
def add_key(name: rotate.Name) -> None:
    """A new key, which only opens yet. Then start every process again."""
    rotation.add(Settings().keys, name)


@keys.command("use")
def use_key(name: rotate.Name) -> None:
    """Close with the new key from now on. Then start every process again."""
    _or_says(lambda: rotation.use(Settings().keys, name))


@keys.command("reseal")
def reseal_key(name: rotate.Name) -> None:
    """Close anew what is closed to old keys."""
    typer.echo(f"closed anew: {asyncio.run(rotate.reseal(Settings(), name))}")


@keys.command("drop")
def drop_key(name: rotate.Name) -> None:
    """Forget the old keys, where nothing is closed to them any more."""
    _or_says(lambda: asyncio.run(rotate.drop(Settings(), name)))


def _or_says(work: Callable[[], None]) -> None:
    try:
        work()
    except rotation.NotNow as error:
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
    asyncio.run(accounts.add(Settings(), login, name, password, office or [], role))


@audit.command("verify")
def verify_audit() -> None:
    """Verify the chain of the audit log."""
    broken = asyncio.run(check.audit(Settings()))
    typer.echo("The audit log is whole." if broken is None else f"Entry {broken} was changed or is missing.")
    sys.exit(0 if broken is None else 1)


@numbers.command("rebuild")
def rebuild_numbers() -> None:
    """Count all numbers anew from the tips, and set right what differs. Pages can be read meanwhile."""
    audiences, done = asyncio.run(insight.run(Settings()))
    typer.echo(
        f"Counted for {audiences} audiences." + ("" if done else " What changed meanwhile waits for the worker.")
    )


if __name__ == "__main__":
    app()


@speech.command("build")
def build_voices(
    only_check: Annotated[bool, typer.Option("--check", help="only list what is missing or stale")] = False,
) -> None:
    """Make the clips of all prompts, in all languages: of recordings where there are some, else by espeak-ng."""
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
    typer.echo(f"{voices.write_script(Settings(), folder)} recordings")
