"""`satark whatsapp …`"""

import msgspec
import typer

from satark.channels.spec import CommandHost
from satark_whatsapp.writing import definitions

app = typer.Typer(no_args_is_help=True, help="WhatsApp: what to hand in at Meta.")


@app.callback()
def group() -> None:
    """Keeps `templates` a command of its own, however few there are."""


@app.command()
def templates(context: typer.Context) -> None:
    """Print the message templates to hand in at Meta, in each language it knows, as JSON."""
    host: CommandHost = context.obj
    typer.echo(msgspec.json.format(msgspec.json.encode(definitions(host.knocks())), indent=2).decode())
