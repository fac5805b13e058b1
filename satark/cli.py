"""The `satark` command."""

import asyncio
import os
import sys
from typing import Annotated

import typer

from satark.commands import accounts, check, plugins, run, simulate
from satark.panel.roles import Role
from satark.settings import Settings
from satark.store.keys import make_keys
from satark.web.logs import configure_logging

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Anonymous tips for district police.")
user, keys, audit = (typer.Typer(no_args_is_help=True) for _ in range(3))
app.add_typer(user, name="user", help="Accounts of officers.")
app.add_typer(keys, name="keys", help="The keys of this installation.")
app.add_typer(audit, name="audit", help="The audit log.")


plugins.add_commands(app)


@app.callback()
def prepare(context: typer.Context) -> None:
    configure_logging()
    context.obj = plugins.PluginHost()


@app.command("run")
def run_all() -> None:
    """Everything in one process, with a jurisdiction, demo accounts and demo tips on the first start."""
    asyncio.run(run.everything(Settings()))


@app.command()
def web(only: Annotated[str, typer.Option(help="gateway or panel")] = "") -> None:
    """Serve the public pages, the panel, or both."""
    if only not in ("", "gateway", "panel"):
        raise typer.BadParameter("gateway or panel")
    asyncio.run(run.web(Settings(), only))


@app.command()
def worker() -> None:
    """Deliver messages, prepare files, and do what the clock says."""
    asyncio.run(run.worker(Settings()))


@app.command()
def migrate() -> None:
    """Bring the database to this version."""
    asyncio.run(run.migrate_database(Settings()))


@app.command()
def demo() -> None:
    """Load demo accounts and twelve weeks of synthetic tips into an empty installation."""
    asyncio.run(run.load_demo(Settings()))


@app.command()
def doctor() -> None:
    """Check the installation, and say how to mend what is not well."""
    sys.exit(0 if asyncio.run(check.doctor(Settings())) else 1)


@app.command("simulate")
def simulate_crowd(
    channel: Annotated[str, typer.Argument(help="whatsapp or telegram")],
    rate: Annotated[float, typer.Option(help="messages a second", min=0.01)] = 5.0,
    seconds: Annotated[float, typer.Option(help="for how long", min=1)] = 30.0,
) -> None:
    """Play a crowd through the webhook of a running service: who pause, repeat, send a video first, switch language."""
    try:
        asyncio.run(simulate.simulate(Settings(), os.environ, channel, rate, seconds))
    except simulate.CannotSimulate as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(1) from None


@keys.command("new")
def new_keys() -> None:
    """Make the keys that are missing. Existing keys are never replaced."""
    settings = Settings()
    for name in make_keys(settings.keys):
        typer.echo(settings.keys / name)


@user.command("add")
def add_user(
    login: str,
    name: Annotated[str, typer.Option(prompt=True)],
    password: Annotated[str, typer.Option(prompt=True, hide_input=True, confirmation_prompt=True)],
    office: Annotated[list[str] | None, typer.Option(help="the id of an office, such as district/jaunpur")] = None,
    role: Annotated[Role, typer.Option(help="who works on tips needs an office")] = Role.OFFICER,
) -> None:
    """Add an account."""
    asyncio.run(accounts.add(Settings(), login, name, password, office or [], role))


@audit.command("verify")
def verify_audit() -> None:
    """Verify the chain of the audit log."""
    broken = asyncio.run(check.audit(Settings()))
    typer.echo("The audit log is whole." if broken is None else f"Entry {broken} was changed or is missing.")
    sys.exit(0 if broken is None else 1)
