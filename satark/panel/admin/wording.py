"""The words of prompts in each language: found, changed, and seen on each channel before they are kept."""

import asyncio

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from satark.language import LANGUAGES
from satark.panel.admin.changing import keep, take_back
from satark.panel.admin.preview import label_faults, preview
from satark.panel.gate import SEE_OTHER, Work, guarded
from satark.panel.given import Given
from satark.panel.roles import ADMINISTRATORS
from satark.routing.edits import WordingEdit, own_faults, slot_of, wording_key
from satark.routing.limits import Fault
from satark.routing.wording import Message, labels, locked, present, prompts
from satark.tips.asking import asks_who, telling_phrases

WORDING = "/panel/admin/wording"


async def show(work: Work) -> Response:
    """All prompts with their words, or those in which something is said."""
    locale, wanted = (
        _locale(work, work.request.query_params.get("lang", "")),
        work.request.query_params.get("q", "")[:100],
    )
    wording = work.core.pack.wording
    found = {
        prompt: [(_name(message), message, forms) for message, forms in said if _says(message, forms, wanted)]
        for prompt, messages in prompts().items()
        for said in ([(message, present(message, locale, wording)) for message in messages],)
    }
    return work.page(
        "wording.html",
        found={prompt: said for prompt, said in found.items() if said},
        lang=locale,
        query=wanted,
        locked=locked(),
        changed=wording.get(locale, {}),
    )


def _locale(work: Work, wanted: str) -> str:
    return wanted if wanted in LANGUAGES else work.viewer.locale


def _says(message: Message, forms: tuple[str, ...], wanted: str) -> bool:
    return any(wanted.casefold() in text.casefold() for text in (*message.sources, *forms))


def _name(message: Message) -> str:
    """What a message is called in an address."""
    return wording_key("", message.text).removeprefix(":")


def _message(work: Work) -> Message:
    named = {_name(message): message for messages in prompts().values() for message in messages}
    name = work.request.path_params["message"]
    if name not in named:
        raise HTTPException(404)
    return named[name]


async def show_one(work: Work) -> Response:
    await work.core.jurisdiction.look()
    message, locale = _message(work), _locale(work, work.request.query_params.get("lang", ""))
    return await _page(work, message, locale, present(message, locale, work.core.pack.wording))


async def _page(
    work: Work, message: Message, locale: str, forms: tuple[str, ...], faults: list[Fault] | None = None
) -> Response:
    """The form, and the prompts that say the message as they would be with these words."""
    is_locked = message.text in locked()
    made = work.core.pack
    if not faults and not is_locked:
        made = (await work.core.jurisdiction.with_edit(WordingEdit(locale, message.text, forms, message.plural))).pack
    channels = work.core.registry.channels.values()
    shown = await asyncio.to_thread(preview, made, channels, message, locale)
    return work.page(
        "message.html",
        422 if faults else 200,
        version=await work.core.jurisdiction.version(("wording", wording_key(locale, message.text))),
        message=message,
        name=_name(message),
        lang=locale,
        forms=forms,
        present=present(message, locale, work.core.pack.wording),
        previews=shown,
        given=Given(None, faults or []),
        is_locked=is_locked,
        is_edited=message.text in work.core.pack.wording.get(locale, {}),
    )


async def change(work: Work) -> Response:
    """Look at other words, or keep them."""
    message, locale = _message(work), _locale(work, work.text("lang"))
    forms = tuple(" ".join(work.text(f"form-{at}").split()) for at in range(len(message.sources)))
    edit = WordingEdit(locale, message.text, forms, message.plural)
    faults = await _faults(work, edit)
    if faults or work.text("verb") != "keep":
        return await _page(work, message, locale, forms, faults)
    faults = await keep(work, "change wording", edit, f"{locale}: {message.text[:60]}")
    return await _page(work, message, locale, forms, faults) if faults else _back(locale)


async def _faults(work: Work, edit: WordingEdit) -> list[Fault]:
    """What is against other words, besides what the pack allows: labels that do not fit, a question that nobody may ask."""
    if edit.message in locked():
        return [Fault("locked", edit.key)]
    if wrong := list(own_faults(edit)):
        return wrong
    settled = await work.core.jurisdiction.with_edit(edit)
    if slot_of(edit) in settled.left_out:
        return [settled.left_out[slot_of(edit)]]
    if any(asks_who(form, telling_phrases()) for form in edit.forms) and not asks_who(edit.message, telling_phrases()):
        return [Fault("asks_who", edit.key)]
    if edit.message in labels().values():
        channels = work.core.registry.channels.values()
        return await asyncio.to_thread(label_faults, work.core.pack, settled.pack, channels)
    return []


async def restore(work: Work) -> Response:
    """The words that came with the installation."""
    message, locale = _message(work), _locale(work, work.text("lang"))
    slot = ("wording", wording_key(locale, message.text))
    faults = await take_back(work, slot, f"{locale}: {message.text[:60]}")
    return await _page(work, message, locale, present(message, locale, {}), faults) if faults else _back(locale)


def _back(locale: str) -> Response:
    return RedirectResponse(f"{WORDING}?lang={locale}", SEE_OTHER)


ROUTES = [
    guarded("/admin/wording", show, roles=ADMINISTRATORS),
    guarded("/admin/wording/{message}", show_one, roles=ADMINISTRATORS),
    guarded("/admin/wording/{message}", change, "POST", ADMINISTRATORS),
    guarded("/admin/wording/{message}/restore", restore, "POST", ADMINISTRATORS),
]
