"""The categories that citizens choose from: their order, words, weight, clock and checklist."""

import re
from collections.abc import Iterator

from msgspec.structs import replace
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from satark.language import LANGUAGES
from satark.panel.admin.changing import keep, line, names_in, number_in, take_back
from satark.panel.gate import SEE_OTHER, Work, guarded
from satark.panel.given import NOTHING_GIVEN, Given
from satark.panel.roles import ADMINISTRATORS
from satark.routing.edits import CategoryEdit, OrderEdit, own_faults
from satark.routing.limits import WEIGHTS, Fault
from satark.routing.pack import Category, CheckItem, Clock, Names

CATEGORIES = "/panel/admin/categories"
ORDER = ("order", "")
# Empty rows at the end of a checklist's form.
MORE_ITEMS = 2
MOST_ITEMS = 30


async def show(work: Work) -> Response:
    return await _list(work)


async def _list(work: Work, given: Given = NOTHING_GIVEN) -> Response:
    """All categories in their order, and the form for a new one."""
    status, version = 422 if given.faults else 200, await work.core.jurisdiction.version(ORDER)
    return work.page("categories.html", status, categories=work.core.pack.categories, version=version, given=given)


async def add(work: Work) -> Response:
    """A new category; it comes before the last, which stays what a tip gets when none was chosen."""
    names, key = names_in(work, "name"), slug(line(work, "name-en"))
    edit = CategoryEdit(key, names, names_in(work, "detail"), weight=3)
    faults = [*_id_faults(work, key, names), *own_faults(edit)] or await keep(
        work, "add category", edit, key, is_new=True
    )
    if faults:
        return await _list(work, Given(work.form, faults))
    return RedirectResponse(f"/panel/admin/category?id={key}", SEE_OTHER)


def _id_faults(work: Work, key: str, names: Names) -> Iterator[Fault]:
    """What is wrong with the id that is made of a new category's English name."""
    if names.get("en") and not key:
        yield Fault("id_form", key)
    if work.core.pack.category(key):
        yield Fault("twins", key, field="name-en")


def slug(name: str) -> str:
    return re.sub(r"[^a-z0-9]+", "_", name.casefold()).strip("_")


async def move(work: Work) -> Response:
    """One place up or down."""
    ids = [one.id for one in work.core.pack.categories]
    if work.text("id") not in ids:
        raise HTTPException(404)
    at = ids.index(work.text("id"))
    to = at + (-1 if work.text("way") == "up" else 1)
    if 0 <= to < len(ids):
        ids[at], ids[to] = ids[to], ids[at]
    faults = await keep(work, "order categories", OrderEdit(tuple(ids)), work.text("id"))
    return await _list(work, Given(None, faults)) if faults else RedirectResponse(CATEGORIES, SEE_OTHER)


def _category(work: Work, key: str) -> Category:
    category = work.core.pack.category(key)
    if category is None:
        raise HTTPException(404)
    return category


async def show_one(work: Work) -> Response:
    return await _page(work, _category(work, work.request.query_params.get("id", "")))


async def _page(work: Work, one: Category, given: Given = NOTHING_GIVEN) -> Response:
    version = await work.core.jurisdiction.version(("category", one.id))
    one = _category(work, one.id)
    is_known = work.core.jurisdiction.base.category(one.id) is not None
    return work.page(
        "category.html",
        422 if given.faults else 200,
        version=version,
        one=one,
        weights=list(WEIGHTS),
        own_clock=one.clock != work.core.pack.clock,
        rows=max(len(one.checklist), *(row + 1 for row, _ in _items(work)), 0) + MORE_ITEMS,
        given=given,
        is_edited=is_known and ("category", one.id) in await work.core.jurisdiction.edits(),
    )


async def change(work: Work) -> Response:
    one, items = _category(work, work.text("id")), list(_items(work))
    edit = CategoryEdit(
        one.id,
        names_in(work, "name"),
        names_in(work, "detail"),
        number_in(work, "weight"),
        clock_in(work) if work.text("own_clock") else None,
        tuple(item for _, item in items),
        bool(work.text("accuses_police")),
        bool(work.text("hidden")),
    )
    faults = await keep(work, "change category", edit, one.id)
    if faults:
        return await _page(work, one, Given(work.form, _in_rows(faults, [row for row, _ in items])))
    return RedirectResponse(CATEGORIES, SEE_OTHER)


def _in_rows(faults: list[Fault], rows: list[int]) -> list[Fault]:
    """Faults of the checklist at the rows of the form: those left empty are no items."""

    def row(found: re.Match[str]) -> str:
        return f"item-{rows[int(found[1])]}-"

    return [replace(fault, field=re.sub(r"^item-(\d+)-", row, fault.field)) for fault in faults]


def clock_in(work: Work) -> Clock:
    seen, assigned, action = (number_in(work, field) for field in ("seen", "assigned", "action"))
    return Clock(seen, assigned, action, always=bool(work.text("always")))


def _items(work: Work) -> Iterator[tuple[int, CheckItem]]:
    """The rows of the checklist that are not empty, by their number. An item keeps its id when its words change."""
    taken: set[str] = set()
    for row in range(MOST_ITEMS):
        names = {locale: line(work, f"item-{row}-{locale}") for locale in ("en", *LANGUAGES)}
        names = {locale: name for locale, name in names.items() if name}
        if not names:
            continue
        wanted = work.text(f"item-{row}-id") or slug(names.get("en", ""))[:40] or "item"
        free = (wanted, *(f"{wanted}_{number}" for number in range(2, MOST_ITEMS + 2)))
        key = next(one for one in free if one not in taken)
        taken.add(key)
        yield row, CheckItem(key, names)


async def restore(work: Work) -> Response:
    """As it came with the installation. What was added here can only be hidden."""
    one = _category(work, work.text("id"))
    if work.core.jurisdiction.base.category(one.id) is None:
        raise HTTPException(422)
    faults = await take_back(work, ("category", one.id), one.id)
    return await _page(work, one, Given(None, faults)) if faults else RedirectResponse(CATEGORIES, SEE_OTHER)


ROUTES = [
    guarded("/admin/categories", show, roles=ADMINISTRATORS),
    guarded("/admin/categories", add, "POST", ADMINISTRATORS),
    guarded("/admin/categories/move", move, "POST", ADMINISTRATORS),
    guarded("/admin/category", show_one, roles=ADMINISTRATORS),
    guarded("/admin/category", change, "POST", ADMINISTRATORS),
    guarded("/admin/category/restore", restore, "POST", ADMINISTRATORS),
]
