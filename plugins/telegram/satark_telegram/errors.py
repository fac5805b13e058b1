"""Telegram's refusals, sorted by what can be done (its page "Bot API", ResponseParameters; python-telegram-bot's errors)."""

import httpx
from telegram.error import (
    BadRequest,
    ChatMigrated,
    Forbidden,
    InvalidToken,
    NetworkError,
    RetryAfter,
    TelegramError,
    TimedOut,
)

from satark.channels.messages import Never, TryAgain

# In seconds.
NO_ACCESS = 300.0
DOWN = 10.0
# A message whose answer was lost may have arrived, and Telegram knows no idempotency key: the next try can wait.
LOST_ANSWER = 20.0
UNKNOWN = 60.0


def refusal_of(error: TelegramError) -> TryAgain | Never:
    """What an error of the Bot API means. Its text is never shown: it may have the token in it."""
    why = type(error).__name__
    match error:
        case RetryAfter(retry_after=seconds):
            return TryAgain(float(seconds) if isinstance(seconds, int) else seconds.total_seconds(), why)
        case Forbidden() | BadRequest() | ChatMigrated():
            return Never(why)
        case TimedOut():
            unreached = isinstance(error.__cause__, (httpx.ConnectTimeout, httpx.PoolTimeout))
            return TryAgain(DOWN, why, everything=True) if unreached else TryAgain(LOST_ANSWER, why)
        case NetworkError():
            return TryAgain(DOWN, why, everything=True)
        case InvalidToken():
            return TryAgain(NO_ACCESS, why, everything=True)
    return TryAgain(UNKNOWN, why)
