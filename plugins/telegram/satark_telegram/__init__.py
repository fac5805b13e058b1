"""Telegram as a channel of Satark."""

import os

# python-telegram-bot's own switch: durations are timedeltas, as they will be in its next version.
os.environ.setdefault("PTB_TIMEDELTA", "1")
