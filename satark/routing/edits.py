"""What administrators change in a pack: pure. `edited` gives the pack with its edits.

Edits are a set: their order does not matter. What an edit makes is looked at as a whole, and an edit that makes something
which a pack cannot be is left out, until what remains is sound.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping

from msgspec import Struct
from msgspec.structs import replace

from satark.language import LANGUAGES
from satark.routing.limits import (
    DETAIL_LIMIT,
    NAME_LIMIT,
    Fault,
    clock_faults,
    hours_faults,
    id_faults,
    name_faults,
    retention_faults,
    weight_faults,
)
from satark.routing.offices import Point, office_faults, overlaid_offices, overlaid_spots
from satark.routing.pack import Category, CheckItem, Clock, Keep, Names, OfficeHours, Pack

Slot = tuple[str, str]
"""Kind and key: there is one edit of each."""

WORDING_LIMIT = 600
PLACEHOLDER = re.compile(r"%\(\w+\)s")
# What a page or a template would take for its own.
MARKUP = frozenset("<>{}%")


class OfficeEdit(Struct, frozen=True, forbid_unknown_fields=True, tag="office"):
    """An office as it is now; `kind` counts for a new one only. `point` is (lat, lon) in degrees, None where unknown."""

    key: str
    kind: str
    parent: str
    name: Names
    closed: bool = False
    point: Point | None = None


class CategoryEdit(Struct, frozen=True, forbid_unknown_fields=True, tag="category"):
    """A category as it is now. Without a `clock` it has that of all others."""

    key: str
    name: Names
    detail: Names
    weight: int
    clock: Clock | None = None
    checklist: tuple[CheckItem, ...] = ()
    accuses_police: bool = False
    hidden: bool = False


class OrderEdit(Struct, frozen=True, forbid_unknown_fields=True, tag="order"):
    """The ids of categories in the order they are offered. One that is missing comes before the last."""

    ids: tuple[str, ...]
    key: str = ""


class HoursEdit(Struct, frozen=True, forbid_unknown_fields=True, tag="hours"):
    hours: OfficeHours
    key: str = ""


class ClockEdit(Struct, frozen=True, forbid_unknown_fields=True, tag="clock"):
    """The clock of all categories without one of their own."""

    clock: Clock
    key: str = ""


class RetentionEdit(Struct, frozen=True, forbid_unknown_fields=True, tag="retention"):
    """How long tips are kept, by rule."""

    retention: Mapping[str, Keep]
    key: str = ""


class WordingEdit(Struct, frozen=True, forbid_unknown_fields=True, tag="wording"):
    """Other words for a message in one language. `plural` is its source for many, and `forms` has two then."""

    locale: str
    message: str
    forms: tuple[str, ...]
    plural: str = ""

    @property
    def key(self) -> str:
        return wording_key(self.locale, self.message)


Edit = OfficeEdit | CategoryEdit | OrderEdit | HoursEdit | ClockEdit | RetentionEdit | WordingEdit


class Settled(Struct, frozen=True):
    """A pack with its edits, and those that were left out of it, each with what is wrong with it."""

    pack: Pack
    left_out: dict[Slot, Fault]


def wording_key(locale: str, message: str) -> str:
    return f"{locale}:{hashlib.sha256(message.encode()).hexdigest()[:16]}"


def slot_of(edit: Edit) -> Slot:
    return str(edit.__struct_config__.tag), edit.key


def edited(pack: Pack, edits: Iterable[Edit]) -> Pack:
    return settle(pack, edits).pack


def settle(pack: Pack, edits: Iterable[Edit]) -> Settled:
    """Apply what is sound of the edits. There is one edit of a slot; of two, the later counts."""
    kept = {slot_of(edit): edit for edit in edits}
    left_out: dict[Slot, Fault] = {}
    while True:
        made = _overlaid(pack, kept)
        found: dict[Slot, Fault] = {}
        for slot, fault in _faults(pack, made, kept):
            if slot in kept:
                found.setdefault(slot, fault)
        if not found:
            return Settled(made, left_out)
        left_out |= found
        kept = {slot: edit for slot, edit in kept.items() if slot not in found}


def _overlaid(pack: Pack, edits: Mapping[Slot, Edit]) -> Pack:
    """The pack with all edits, sound or not."""
    made = [edits[slot] for slot in sorted(edits)]
    offices = [edit for edit in made if isinstance(edit, OfficeEdit)]
    changed = replace(
        pack,
        offices=overlaid_offices(pack, offices),
        clock=next((edit.clock for edit in made if isinstance(edit, ClockEdit)), pack.clock),
        hours=next((edit.hours for edit in made if isinstance(edit, HoursEdit)), pack.hours),
        retention=next((edit.retention for edit in made if isinstance(edit, RetentionEdit)), pack.retention),
        wording=_wording(edit for edit in made if isinstance(edit, WordingEdit)),
    )
    order = next((edit.ids for edit in made if isinstance(edit, OrderEdit)), ())
    categories = _categories(pack, [edit for edit in made if isinstance(edit, CategoryEdit)], changed.clock)
    return replace(changed, spots=overlaid_spots(changed, offices), categories=_ordered(pack, categories, order))


def _categories(pack: Pack, edits: Iterable[CategoryEdit], default: Clock) -> dict[str, Category]:
    known = {one.id: replace(one, clock=default) if one.clock == pack.clock else one for one in pack.categories}
    for edit in edits:
        known[edit.key] = Category(
            edit.key, edit.name, edit.detail, edit.weight, edit.clock or default, edit.checklist, edit.accuses_police,
            edit.hidden,
        )  # fmt: skip
    return known


def _ordered(pack: Pack, known: Mapping[str, Category], order: tuple[str, ...]) -> tuple[Category, ...]:
    """In the order that was given, or that of the pack. What it does not name comes before its last, the fallback."""
    wanted = list(dict.fromkeys(one for one in order if one in known)) or [one.id for one in pack.categories]
    others = [one for one in known if one not in wanted]
    return tuple(known[one] for one in (*wanted[:-1], *others, *wanted[-1:]))


def _wording(edits: Iterable[WordingEdit]) -> dict[str, dict[str, tuple[str, ...]]]:
    words: dict[str, dict[str, tuple[str, ...]]] = {}
    for edit in edits:
        words.setdefault(edit.locale, {})[edit.message] = edit.forms
    return words


def _faults(pack: Pack, made: Pack, edits: Mapping[Slot, Edit]) -> Iterator[tuple[Slot, Fault]]:
    """What is wrong, and the edit that it comes from."""
    offices = {edit.key: edit for edit in edits.values() if isinstance(edit, OfficeEdit)}
    yield from ((("office", fault.about), fault) for fault in office_faults(pack, made, offices))
    yield from _category_faults(made, edits)
    for slot, edit in edits.items():
        yield from ((slot, fault) for fault in own_faults(edit))


def own_faults(edit: Edit) -> Iterator[Fault]:
    """All that is wrong with an edit, whatever else there is."""
    match edit:
        case OfficeEdit():
            yield from name_faults(edit.key, edit.name, NAME_LIMIT)
        case CategoryEdit():
            yield from _category_limits(edit)
        case HoursEdit(hours=hours):
            yield from hours_faults(hours)
        case ClockEdit(clock=clock):
            yield from clock_faults("clock", clock)
        case RetentionEdit(retention=retention):
            yield from retention_faults(retention)
        case WordingEdit():
            yield from wording_faults(edit)


def _category_limits(edit: CategoryEdit) -> Iterator[Fault]:
    yield from id_faults(edit.key)
    yield from name_faults(edit.key, edit.name, NAME_LIMIT)
    yield from name_faults(edit.key, edit.detail, DETAIL_LIMIT, "detail")
    yield from weight_faults(edit.key, edit.weight)
    if edit.clock is not None:
        yield from clock_faults(edit.key, edit.clock)
    for row, item in enumerate(edit.checklist):
        yield from (*id_faults(item.id), *name_faults(item.id, item.name, DETAIL_LIMIT, f"item-{row}"))
    if len({item.id for item in edit.checklist}) < len(edit.checklist):
        yield Fault("twins", edit.key)


def _category_faults(made: Pack, edits: Mapping[Slot, Edit]) -> Iterator[tuple[Slot, Fault]]:
    """What is wrong with the categories together: the last that is offered is what a tip gets when nobody chose one."""
    offered = [category for category in made.categories if not category.hidden]
    if not offered or offered[-1].accuses_police:
        fault = Fault("last_accuses" if offered else "no_category", "categories")
        yield from ((slot, fault) for slot in edits if slot[0] in ("category", "order"))
    named = [(locale, name, category.id) for category in offered for locale, name in category.name.items()]
    for locale, name, category in named:
        if any((locale, name) == (other, same) and category != one for other, same, one in named):
            yield ("category", category), Fault("twins", category, name, field=f"name-{locale}")


def wording_faults(edit: WordingEdit) -> Iterator[Fault]:
    """Whether the words can stand where the source stands: the same placeholders, and nothing that is no plain text."""
    sources = (edit.message, edit.plural) if edit.plural else (edit.message,)
    if edit.locale not in LANGUAGES or len(edit.forms) != len(sources) or not all(form.strip() for form in edit.forms):
        missing = next((at for at, form in enumerate(edit.forms) if not form.strip()), 0)
        yield Fault("empty", edit.key, field=f"form-{missing}")
        return
    for at, (source, form) in enumerate(zip(sources, edit.forms, strict=True)):
        field, wanted = f"form-{at}", set(PLACEHOLDER.findall(source))
        if set(PLACEHOLDER.findall(form)) != wanted:
            yield Fault("placeholders", edit.key, " ".join(sorted(wanted)), field=field)
        elif MARKUP & set(PLACEHOLDER.sub("", form)):
            yield Fault("markup", edit.key, field=field)
        if len(form) > WORDING_LIMIT:
            yield Fault("wording_long", edit.key, limit=WORDING_LIMIT, field=field)
