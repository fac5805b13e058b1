"""From a prompt to the body of a message as the Cloud API takes it: pure.

The core has fitted the prompt to the limits below (source: Meta's references of interactive messages; messaging.md).
"""

from collections.abc import Mapping, Sequence
from typing import Any

from satark.channels.messages import Asks, Capabilities, MediaKind, Prompt, TextUnit, Wire

MEBIBYTE = 2**20
WINDOW = 24 * 3600
KNOCK = "news"
# Meta has no Bhojpuri; who speaks it reads Hindi.
TEMPLATE_LANGUAGES = {"en": "en", "hi": "hi", "ur": "ur"}
FALLBACK_LANGUAGE = "hi"


def capabilities(sends_per_second: float) -> Capabilities:
    """Meta counts characters and does not say how; UTF-16 units are never fewer, so nothing is refused as too long."""
    return Capabilities(
        max_text=4096,
        max_text_with_choices=1024,
        unit=TextUnit.UTF16,
        buttons=3,
        button_label=20,
        rows=10,
        row_label=24,
        row_detail=72,
        control_label=20,
        media={
            MediaKind.PHOTO: 5 * MEBIBYTE,
            MediaKind.VIDEO: 16 * MEBIBYTE,
            MediaKind.AUDIO: 16 * MEBIBYTE,
            MediaKind.DOCUMENT: 100 * MEBIBYTE,
        },
        location=True,
        pushes_for=WINDOW,
        sends_per_second=sends_per_second,
        pair_seconds=6.0,
        pair_burst=45,
        reports=True,
    )


def message_of(prompt: Prompt, most_buttons: int) -> Wire:
    """Text; buttons as long as they are few; else a list; or the request for a location."""
    if prompt.asks is Asks.LOCATION:
        return _interactive("location_request_message", prompt.text, {"name": "send_location"})
    if not prompt.choices:
        return Wire({"type": "text", "text": {"body": prompt.text, "preview_url": False}})
    if len(prompt.choices) <= most_buttons:
        replies = [{"type": "reply", "reply": {"id": one.id, "title": one.label}} for one in prompt.choices]
        return _interactive("button", prompt.text, {"buttons": replies})
    rows: list[dict[str, str]] = [
        {"id": one.id, "title": one.label, **({"description": one.detail} if one.detail else {})}
        for one in prompt.choices
    ]
    return _interactive("list", prompt.text, {"button": prompt.control, "sections": [{"rows": rows}]})


def _interactive(kind: str, text: str, action: Mapping[str, Any]) -> Wire:
    return Wire({"type": "interactive", "interactive": {"type": kind, "body": {"text": text}, "action": action}})


def knock_of(prompt: Prompt) -> Wire:
    """The approved template in the prompt's language; its one button carries the prompt's one choice."""
    buttons = [
        {
            "type": "button",
            "sub_type": "quick_reply",
            "index": str(at),
            "parameters": [{"type": "payload", "payload": choice.id}],
        }
        for at, choice in enumerate(prompt.choices)
    ]
    language = {"code": template_language(prompt.locale)}
    return Wire({"type": "template", "template": {"name": KNOCK, "language": language, "components": buttons}})


def template_language(locale: str) -> str:
    return TEMPLATE_LANGUAGES.get(locale, FALLBACK_LANGUAGE)


def definitions(knocks: Mapping[str, Prompt]) -> Sequence[Mapping[str, Any]]:
    """What to hand in at Meta, a template a language, in the words of the catalogues. `knocks` are by locale."""
    return [
        {
            "name": KNOCK,
            "language": language,
            "category": "UTILITY",
            "components": [
                {"type": "BODY", "text": prompt.text},
                {"type": "BUTTONS", "buttons": [{"type": "QUICK_REPLY", "text": one.label} for one in prompt.choices]},
            ],
        }
        for locale, language in TEMPLATE_LANGUAGES.items()
        if (prompt := knocks.get(locale)) is not None
    ]
