"""What the Cloud API refuses, for the stand-in: pure, and stricter than Meta where Meta does not say how it counts.

Sources: Meta's references of the messages endpoint; Meta's OpenAPI description for text, buttons and lists; messaging.md.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any

NUMBER = re.compile(r"\+?[1-9][0-9]{6,14}")
BSUID = re.compile(r"[A-Z]{2}\.(ENT\.)?[A-Za-z0-9]{1,128}")
BAD_PARAMETER = 100
MISSING = 131008
OUT_OF_RANGE = 131009
UNKNOWN_KIND = 131051
NO_TEMPLATE = 132001
TEMPLATE_PARAMETERS = 132000
TEXT = 4096
BODY = 1024
MOST_BUTTONS = 3
MOST_ROWS = 10
OPAQUE = 512


def length(text: str) -> int:
    """In UTF-16 units: however Meta counts, it never finds more."""
    return len(text.encode("utf-16-le")) // 2


def fits(value: object, most: int) -> bool:
    return isinstance(value, str) and bool(value.strip()) and length(value) <= most


def fault_of(message: Mapping[str, Any], approved: Iterable[tuple[str, str]]) -> int:
    """The code of the first fault of a message, 0 where there is none. `approved` are (template, language)."""
    if message.get("messaging_product") != "whatsapp" or message.get("recipient_type", "individual") != "individual":
        return BAD_PARAMETER
    if not fits(message.get("biz_opaque_callback_data", "-"), OPAQUE):
        return BAD_PARAMETER
    if fault := _recipient(message):
        return fault
    kind = message.get("type", "")
    if kind == "template":
        return _template(message.get("template") or {}, set(approved))
    judge = _JUDGES.get(kind)
    return judge(message.get(kind) or {}) if judge else UNKNOWN_KIND


def _recipient(message: Mapping[str, Any]) -> int:
    """A number goes into `to`, a business-scoped user id into `recipient`; one of them is there."""
    to, recipient = message.get("to"), message.get("recipient")
    if (to is None) == (recipient is None):
        return MISSING
    well = NUMBER.fullmatch(str(to)) if to is not None else BSUID.fullmatch(str(recipient))
    return 0 if well else OUT_OF_RANGE


def _text(text: Mapping[str, Any]) -> int:
    return 0 if fits(text.get("body"), TEXT) else OUT_OF_RANGE


def _interactive(interactive: Mapping[str, Any]) -> int:
    action = interactive.get("action") or {}
    if not fits((interactive.get("body") or {}).get("text"), BODY):
        return OUT_OF_RANGE
    match interactive.get("type"):
        case "button":
            return _buttons(action.get("buttons") or ())
        case "list":
            return _list(action)
        case "location_request_message":
            return 0 if action == {"name": "send_location"} else OUT_OF_RANGE
    return OUT_OF_RANGE


def _buttons(buttons: Iterable[Mapping[str, Any]]) -> int:
    replies = [button.get("reply") or {} for button in buttons if button.get("type") == "reply"]
    well = all(fits(one.get("id"), 256) and fits(one.get("title"), 20) for one in replies)
    return 0 if well and 1 <= len(replies) <= MOST_BUTTONS and _differ(replies) else OUT_OF_RANGE


def _list(action: Mapping[str, Any]) -> int:
    sections = action.get("sections") or ()
    rows = [row for section in sections for row in section.get("rows") or ()]
    well = fits(action.get("button"), 20) and all(
        fits(row.get("id"), 200) and fits(row.get("title"), 24) and fits(row.get("description", "-"), 72)
        for row in rows
    )
    titled = len(sections) == 1 or all(fits(section.get("title"), 24) for section in sections)
    return 0 if well and titled and 1 <= len(rows) <= MOST_ROWS and _differ(rows) else OUT_OF_RANGE


def _differ(choices: Iterable[Mapping[str, Any]]) -> bool:
    """No two have one id, nor one title."""
    ids, titles = [one["id"] for one in choices], [one["title"] for one in choices]
    return len(set(ids)) == len(ids) and len(set(titles)) == len(titles)


def _template(template: Mapping[str, Any], approved: set[tuple[str, str]]) -> int:
    language = (template.get("language") or {}).get("code", "")
    if (template.get("name"), language) not in approved:
        return NO_TEMPLATE
    for component in template.get("components") or ():
        payloads = component.get("parameters") or []
        place = [str(component.get(name, "")).lower() for name in ("type", "sub_type", "index")]
        if place != ["button", "quick_reply", "0"] or len(payloads) != 1:
            return TEMPLATE_PARAMETERS
        if payloads[0].get("type", "").lower() != "payload" or not fits(payloads[0].get("payload"), 128):
            return TEMPLATE_PARAMETERS
    return 0


_JUDGES: dict[str, Callable[[Mapping[str, Any]], int]] = {"text": _text, "interactive": _interactive}
