"""What `satark doctor` says of the bot, and how to mend it."""

from collections.abc import Iterator

from telegram import WebhookInfo
from telegram.error import InvalidToken, TelegramError

from satark.channels.messages import Finding
from satark_telegram.account import PREFIX, Account
from satark_telegram.client import ALLOWED, Client

HOOK = "Run `satark telegram webhook`."
# So many updates do not wait where all is well.
MANY = 100


async def examine(client: Client, account: Account, webhook: str) -> list[Finding]:
    """Token, name, webhook, in the order in which they fail. `webhook` is our own public address."""
    try:
        me = await client.bot.get_me()
        hook = await client.bot.get_webhook_info()
    except InvalidToken:
        fix = f"Ask @BotFather for the token, and put it into {PREFIX}TOKEN."
        return [Finding(False, "Telegram does not take the token.", fix)]
    except TelegramError as error:
        return [Finding(False, f"Telegram's API is out of reach ({type(error).__name__}).", "Check the way out.")]
    findings = [Finding(True, "Telegram: the token is valid")]
    if account.name and account.name.lower() != (me.username or "").lower():
        fix = f"Set {PREFIX}NAME to {me.username}; links and posters lead elsewhere now."
        findings.append(Finding(False, "Telegram: the bot has another name.", fix))
    return [*findings, *(_polled(hook) if account.polls else _hooked(hook, webhook))]


def _polled(hook: WebhookInfo) -> Iterator[Finding]:
    if hook.url:
        fix = f"Start the service: it takes the webhook away. Or unset {PREFIX}POLLING."
        yield Finding(False, "Telegram: a webhook is set, so nothing can be polled.", fix)
    else:
        yield Finding(True, "Telegram: messages are polled")


def _hooked(hook: WebhookInfo, webhook: str) -> Iterator[Finding]:
    if hook.url != webhook:
        yield Finding(False, f"Telegram's webhook leads to {hook.url or 'nowhere'}.", HOOK)
        return
    if missing := set(ALLOWED) - set(hook.allowed_updates or ()):
        yield Finding(False, f"Telegram does not send {', '.join(sorted(missing))}.", HOOK)
    if hook.pending_update_count > MANY:
        what = f"Telegram: {hook.pending_update_count} updates wait; the last error was: {hook.last_error_message}."
        yield Finding(False, what, "Look whether the service runs, and whether its certificate is valid.")
    else:
        yield Finding(True, "Telegram: the webhook leads here")
