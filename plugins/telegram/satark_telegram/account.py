"""The bot: what `SATARK_TELEGRAM_…` says of it."""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from satark.channels.spec import Misconfigured

PREFIX = "SATARK_TELEGRAM_"
API_URL = "https://api.telegram.org"
# Both as Telegram's page "Bot API" has them: BotFather's token, and `secret_token` of setWebhook.
TOKEN = re.compile(r"[0-9]+:[A-Za-z0-9_-]+")
SECRET_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,256}")
YES = frozenset({"1", "true", "yes"})


@dataclass(frozen=True)
class Account:
    """`name` is the bot's user name, for links; empty where none is to be shown. `polls` is that messages are asked for,
    and no webhook is needed."""

    token: str = field(repr=False)
    secret_token: str = field(repr=False)
    api_url: str = API_URL
    name: str = ""
    polls: bool = False

    def knows(self, secret_token: str) -> bool:
        """Whether a webhook came from Telegram: nobody else was told the secret token."""
        return bool(self.secret_token) and hmac.compare_digest(self.secret_token.encode(), secret_token.encode())


def account_of(environ: Mapping[str, str]) -> Account:
    """Raises Misconfigured, naming what is missing or wrong."""
    token, secret_token = environ.get(PREFIX + "TOKEN", ""), environ.get(PREFIX + "SECRET_TOKEN", "")
    polls = environ.get(PREFIX + "POLLING", "").lower() in YES
    if not TOKEN.fullmatch(token):
        raise Misconfigured(f"set {PREFIX}TOKEN to what @BotFather gave you: a number, a colon, and 35 characters")
    if not (SECRET_TOKEN.fullmatch(secret_token) or (polls and not secret_token)):
        raise Misconfigured(f"set {PREFIX}SECRET_TOKEN to 1 to 256 of A-Z, a-z, 0-9, _ and -; say 40, by chance")
    return Account(
        token=token,
        secret_token=secret_token,
        api_url=environ.get(PREFIX + "API_URL", API_URL).rstrip("/"),
        name=environ.get(PREFIX + "NAME", "").removeprefix("@"),
        polls=polls,
    )
