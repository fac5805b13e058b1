"""What `satark doctor` says of the account, and how to mend it."""

from collections.abc import Awaitable, Callable, Iterable, Mapping
from typing import Any

import aiohttp

from satark.channels.messages import Finding
from satark_whatsapp.client import Refused
from satark_whatsapp.writing import KNOCK, TEMPLATE_LANGUAGES

Ask = Callable[..., Awaitable[Mapping[str, Any]]]

FIELDS = "display_phone_number,verified_name,webhook_configuration,health_status"
ACCESS_FIX = (
    "Make a permanent token of a system user with whatsapp_business_messaging and whatsapp_business_management, and put"
    " it into SATARK_WHATSAPP_TOKEN."
)
NUMBER_FIX = "Put the id (not the number) from WhatsApp > API Setup into SATARK_WHATSAPP_PHONE_NUMBER_ID."
TEMPLATE_FIX = "Hand in what `satark whatsapp templates` prints, and wait for Meta to approve it."


async def examine(ask: Ask, phone_number_id: str, webhook: str) -> list[Finding]:
    """Token, number, webhook, templates, in the order in which they fail. `webhook` is our own public address."""
    try:
        number = await ask(phone_number_id, fields=FIELDS)
    except Refused as error:
        return [_refused(error)]
    except (aiohttp.ClientError, TimeoutError) as error:
        return [Finding(False, f"WhatsApp's API is out of reach ({type(error).__name__}).", "Check the way out.")]
    findings = [Finding(True, "WhatsApp: the token and the number are valid")]
    findings += [_webhook(number, webhook), *_health(number)]
    account = _account_of(number)
    return [*findings, *(await _account(ask, account) if account else [])]


def _refused(error: Refused) -> Finding:
    if error.status in (401, 403) or error.code in (0, 10, 190):
        return Finding(False, f"WhatsApp does not take the token (error {error.code}).", ACCESS_FIX)
    return Finding(False, f"WhatsApp does not know the number (error {error.code}).", NUMBER_FIX)


def _webhook(number: Mapping[str, Any], webhook: str) -> Finding:
    """An override of the number or the account goes before that of the app."""
    configured = number.get("webhook_configuration") or {}
    set_to = (
        configured.get("phone_number") or configured.get("whatsapp_business_account") or configured.get("application")
    )
    if set_to == webhook:
        return Finding(True, "WhatsApp: the webhook leads here")
    fix = f"Under WhatsApp > Configuration, set the callback URL to {webhook}, and subscribe to messages."
    return Finding(False, f"WhatsApp's webhook leads to {set_to or 'nowhere'}.", fix)


def _entities(number: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
    return (number.get("health_status") or {}).get("entities") or ()


def _health(number: Mapping[str, Any]) -> Iterable[Finding]:
    for entity in _entities(number):
        if entity.get("can_send_message") == "AVAILABLE":
            continue
        errors = entity.get("errors") or ()
        fix = " ".join(str(error.get("possible_solution", "")) for error in errors)
        yield Finding(False, f"WhatsApp: {entity.get('entity_type')} is {entity.get('can_send_message')}.", fix.strip())


def _account_of(number: Mapping[str, Any]) -> str:
    return next((str(one.get("id", "")) for one in _entities(number) if one.get("entity_type") == "WABA"), "")


async def _account(ask: Ask, account: str) -> list[Finding]:
    """The account behind the number: whether messages are sent here, and whether the templates are approved."""
    try:
        apps = await ask(f"{account}/subscribed_apps")
        templates = await ask(f"{account}/message_templates", name=KNOCK, fields="name,language,status")
    except Refused as error:
        return [Finding(False, f"WhatsApp does not show the account (error {error.code}).", ACCESS_FIX)]
    findings = [_templates(templates.get("data") or ())]
    if not apps.get("data"):
        fix = f"POST /{account}/subscribed_apps with the token; until then no message arrives."
        findings.append(Finding(False, "WhatsApp: no app is subscribed to the account.", fix))
    return findings


def _templates(found: Iterable[Mapping[str, Any]]) -> Finding:
    approved = {one.get("language") for one in found if (one.get("name"), one.get("status")) == (KNOCK, "APPROVED")}
    missing = sorted(set(TEMPLATE_LANGUAGES.values()) - approved)
    if missing:
        return Finding(False, f"WhatsApp: the template {KNOCK} is not approved in {', '.join(missing)}.", TEMPLATE_FIX)
    return Finding(True, f"WhatsApp: the template {KNOCK} is approved in every language")
