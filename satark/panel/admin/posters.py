"""Posters and cards to be printed, for the places where people see them."""

from typing import Any

from starlette.exceptions import HTTPException
from starlette.responses import Response

from satark.panel.gate import Work, guarded
from satark.panel.roles import ADMINISTRATORS, OFFICERS, Role
from satark.paper.codes import code_of
from satark.paper.press import on_press, typeset
from satark.paper.words import words_of
from satark.routing.posters import printed_codes
from satark.routing.tree import below
from satark.store.clock import hour_of, now, start_of
from satark.tips.audit import append

FORMS = {"a4": "poster.typ", "a6": "card.typ", "sheet": "card.typ"}
LOCALES = ("hi", "en", "ur")
PLACE_LIMIT = 60


def _codes(work: Work) -> dict[str, str]:
    """The codes that they may print, by office: an officer's own office and those below, an administrator's all."""
    pack = work.core.pack
    under = {one for office in work.viewer.offices for one in below(pack.parents, office)}
    everywhere = work.session.role is Role.ADMINISTRATOR
    return {office: code for office, code in printed_codes(pack).items() if everywhere or office in under}


async def show(work: Work) -> Response:
    settings = work.core.settings
    return work.page(
        "posters.html",
        offices=work.in_order(_codes(work)),
        forms=list(FORMS),
        locales=LOCALES,
        links=list(await _links(work, "", "")),
        address=settings.public_url,
        secure=settings.secure,
        place_limit=PLACE_LIMIT,
    )


async def _links(work: Work, code: str, locale: str) -> dict[str, str]:
    """Where the codes of a poster lead: "" is the web form, any other the title of a channel."""
    registry, web = work.core.registry, f"{work.core.settings.public_url}/q/{code}?lang={locale}"
    return ({"": web} if "webform" in registry.channels else {}) | await registry.links(code)


async def make(work: Work) -> Response:
    office, place, locale, form = (work.text(name) for name in ("office", "place", "locale", "form"))
    code = _codes(work).get(office)
    if code is None or locale not in LOCALES or form not in FORMS or len(place) > PLACE_LIMIT:
        raise HTTPException(422)
    async with work.core.store.write() as db:
        await append(db, work.viewer.officer_id, "poster", detail=f"{code} {form} {locale} {place}".strip())
    data = {**_said(work, office, locale), "place": place, "code": code, "sheet": form == "sheet"}
    data["codes"] = [
        _drawn(title or data["words"]["web"], link) for title, link in (await _links(work, code, locale)).items()
    ]
    headers = {"Content-Disposition": f'attachment; filename="{code}-{form}-{locale}.pdf"'}
    pdf = await on_press(typeset, FORMS[form], data, start_of(hour_of(now())))
    return Response(pdf, headers=headers, media_type="application/pdf")


def _said(work: Work, office: str, locale: str) -> dict[str, Any]:
    """What stands on a poster, in its own language whoever prints it."""
    pack = work.core.pack

    def name(names: Any) -> str:
        return str(names.get(locale) or names["hi"])

    lines = dict.fromkeys([office, pack.district_of(office) or office])
    return {
        "locale": locale,
        "words": words_of("poster", locale),
        "office": " · ".join(name(pack.offices[one].name) for one in lines),
        "kinds": [name(one.name) for one in pack.categories if not one.hidden],
    }


def _drawn(title: str, link: str) -> dict[str, Any]:
    """A QR code with what can be typed by hand instead: the address without what follows its path."""
    size, runs = code_of(link)
    return {"title": title, "address": link.partition("://")[2].partition("?")[0], "size": size, "runs": runs}


ROUTES = [
    guarded("/admin/posters", show, roles=ADMINISTRATORS | OFFICERS),
    guarded("/admin/posters", make, "POST", ADMINISTRATORS | OFFICERS),
]
