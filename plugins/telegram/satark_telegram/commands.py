"""`satark telegram …`"""

import asyncio

import typer
from telegram.error import TelegramError

from satark.channels.spec import CommandHost, Misconfigured
from satark_telegram.account import Account, account_of
from satark_telegram.client import ALLOWED, Client
from satark_telegram.plugin import webhook_of

app = typer.Typer(no_args_is_help=True, help="Telegram: where it brings the messages.")


@app.callback()
def group() -> None:
    """Keeps `webhook` a command of its own, however few there are."""


@app.command()
def webhook(context: typer.Context) -> None:
    """Tell Telegram to bring messages to SATARK_BASE_URL."""
    host: CommandHost = context.obj
    address = webhook_of(host.public_url)
    try:
        asyncio.run(_set(account_of(host.environ), address))
    except Misconfigured as error:
        raise _failed(str(error)) from None
    except TelegramError as error:
        raise _failed(f"Telegram refuses ({type(error).__name__}): {address} must be https, and reachable.") from None
    typer.echo(f"Telegram brings messages to {address}.")


def _failed(why: str) -> typer.Exit:
    typer.echo(why, err=True)
    return typer.Exit(1)


async def _set(account: Account, address: str) -> None:
    client = Client(account)
    try:
        await client.bot.set_webhook(address, secret_token=account.secret_token, allowed_updates=ALLOWED)
    finally:
        await client.close()
