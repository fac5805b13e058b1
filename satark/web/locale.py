"""Which language a page is in: asked for in the address, else chosen before, else what the browser prefers."""

from starlette.requests import Request

from satark.language import best_locale

COOKIE = "satark_language"


def locale_of(request: Request) -> str:
    accepted = (part.split(";")[0].strip() for part in request.headers.get("accept-language", "").split(","))
    asked = (request.query_params.get("lang", ""), request.cookies.get(COOKIE, ""))
    return best_locale((*asked, *accepted))
