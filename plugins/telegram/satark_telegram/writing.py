"""From a prompt to the parameters of `sendMessage`: pure.

The core has fitted the prompt to the limits below (source: Telegram's page "Bot API" and its bots FAQ; messaging.md).
"""

from typing import Any

from satark.channels.messages import Asks, Capabilities, MediaKind, Prompt, TextUnit, Wire
from satark_telegram.contents import MOST_BYTES

# Telegram holds a hundred buttons a message; more than these nobody reads.
ROWS = 12
# Telegram cuts no label; a telephone does, after about this many characters in one row.
LABEL = 40

CAPABILITIES = Capabilities(
    max_text=4096,
    max_text_with_choices=4096,
    unit=TextUnit.UTF16,
    rows=ROWS,
    row_label=LABEL,
    control_label=LABEL,
    media=dict.fromkeys(MediaKind, MOST_BYTES),
    location=True,
    pushes_for=None,
    sends_per_second=25.0,
    pair_seconds=1.0,
    pair_burst=3,
)


def message_of(prompt: Prompt) -> Wire:
    """A text; with a row a choice below it; or with the button that sends a location."""
    body: dict[str, Any] = {"text": prompt.text}
    if prompt.asks is Asks.LOCATION:
        button = {"text": prompt.control, "request_location": True}
        body["reply_markup"] = {"keyboard": [[button]], "resize_keyboard": True, "one_time_keyboard": True}
    elif prompt.choices:
        rows = [[{"text": one.label, "callback_data": one.id}] for one in prompt.choices]
        body["reply_markup"] = {"inline_keyboard": rows}
    return Wire(body)
