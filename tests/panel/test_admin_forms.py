"""A form of administrators that is refused: what was typed is still there, and what is wrong stands beside its field."""

import re
from collections.abc import AsyncIterator
from html import unescape
from html.parser import HTMLParser
from typing import Any

import pytest

from conftest import House
from satark.language import LANGUAGES, RIGHT_TO_LEFT
from satark.routing.edits import wording_key
from satark.routing.pack import RULES
from tests.panel.second import confirmed
from tests.panel.test_administration import DISTRICT, NEW_OUTPOST, STATION, Desk, desk_in

ACCOUNT = {"name": "Naya <SHO>", "login": "naya", "role": "officer", "office": STATION}
CATEGORY = {
    "name-en": "Cyber fraud",
    "name-hi": "साइबर ठगी",
    "name-ur": "سائبر",
    "detail-en": "By telephone",
    "detail-hi": "फ़ोन से",
}
RETENTION = {f"{what}-{rule}": days for rule in RULES for what, days in (("content", "30"), ("address", "3"))}
CLOCK = {"kind": "clock", "seen": "1", "assigned": "2", "action": "3", "always": "yes"}
HOURS = {"kind": "hours", "start": "8", "end": "20", "day-6": "yes"}


@pytest.fixture
async def desk(house: House) -> AsyncIterator[Desk]:
    async with desk_in(house) as made:
        yield made


class Fields(HTMLParser):
    """What each field of a page holds, how it is marked, and what else stands there, by its id."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.values: dict[str, str] = {}
        self.ticked: set[str] = set()
        self.described: dict[str, str] = {}
        self.spoken: list[dict[str, str | None]] = []
        self.leads: list[str] = []
        self._open = ""
        self.text: dict[str, str] = {}
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        has = dict(attrs)
        name = has.get("name") or ""
        if tag == "input":
            self.values[name] = has.get("value") or ""
            if "checked" in has:
                self.ticked.add(name)
        if tag in ("select", "textarea"):
            self._open = name
            self.values[name] = ""
        if tag == "option" and "selected" in has:
            self.values[self._open] = has["value"] or ""
        if "aria-invalid" in has:
            self.described[name] = has["aria-describedby"] or ""
        if "lang" in has and tag in ("input", "textarea"):
            self.spoken.append(has)
        if tag == "span" and has.get("class") == "wrong":
            self._open = has["id"] or ""
        if tag == "a" and (has.get("href") or "").startswith("#"):
            self.leads.append((has["href"] or "")[1:])

    def handle_data(self, data: str) -> None:
        if self._open:
            self.text[self._open] = self.text.get(self._open, "") + data

    def handle_endtag(self, tag: str) -> None:
        if tag in ("select", "textarea", "span"):
            self._open = ""

    def why(self, field: str) -> str:
        """What stands beside a field, found the way a screen reader finds it."""
        return self.text[self.described[field]]


async def refused(desk: Desk, path: str, **typed: str) -> Fields:
    answer = await desk.post(path, **typed)
    assert answer.status_code == 422
    assert 'class="who"' in answer.text, "a page of the panel, and no bare page of errors"
    assert await desk.value("SELECT count(*) FROM edit") == 0
    return Fields(answer.text)


def as_typed(fields: Fields, typed: dict[str, str]) -> bool:
    return all(fields.values[name] == value for name, value in typed.items())


@pytest.mark.parametrize(
    ("wrong", "field", "why"),
    [
        ({"login": ""}, "login", "This is needed."),
        ({"login": "admin"}, "login", "That login is taken."),
        ({"login": "x" * 61}, "login", "It is too long (at most 60)"),
        ({"name": " "}, "name", "This is needed."),
        ({"name": "x" * 121}, "name", "It is too long (at most 120)"),
        ({"office": ""}, "office", "Who works on tips or counts them serves in an office."),
        ({"role": "analyst", "office": ""}, "office", "Who works on tips or counts them serves in an office."),
        ({"role": "auditor"}, "office", "Who keeps accounts or reads the audit log serves in no office."),
        ({"office": "nowhere"}, "office", "Choose an office that is open."),
        ({"role": "king"}, "role", "This is needed."),
    ],
)
async def test_a_new_account(desk: Desk, wrong: dict[str, str], field: str, why: str) -> None:
    typed = {**ACCOUNT, **wrong}
    fields = await refused(desk, "people", **typed)
    assert fields.why(field) == why
    assert set(fields.described) == {field}
    assert fields.leads.count(field) == 1
    shown = {name: value for name, value in typed.items() if value not in ("nowhere", "king")}
    assert as_typed(fields, shown)
    assert await desk.value("SELECT count(*) FROM officer") == 1


async def test_two_faults_of_an_account_are_told_at_once(desk: Desk) -> None:
    fields = await refused(desk, "people", **{**ACCOUNT, "login": "", "role": "administrator"})
    assert set(fields.described) == {"login", "office"}
    assert as_typed(fields, {"name": "Naya <SHO>", "role": "administrator", "office": STATION})


async def test_a_post_without_an_office(desk: Desk) -> None:
    await confirmed(desk.house, (await desk.post("people", **ACCOUNT)).text)
    person = await desk.value("SELECT id FROM officer WHERE login = 'naya'")
    answer = await desk.post(f"people/{person}/post", office="")
    assert answer.status_code == 422
    assert Fields(answer.text).why("office") == "Choose an office that is open."


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ({**CLOCK, "seen": "soon"}, {"seen"}),
        ({**CLOCK, "seen": "9"}, {"assigned", "action"}),
        ({**CLOCK, "action": "1"}, {"action"}),
        ({**CLOCK, "seen": "", "action": "9999"}, {"seen", "action"}),
        ({**HOURS, "start": "21"}, {"end"}),
        ({**HOURS, "start": "-3"}, {"start"}),
        ({"kind": "hours", "start": "8", "end": "25"}, {"day-0", "end"}),
        ({"kind": "retention", **RETENTION, "content-open": "4000", "address-closed": "never"}, {"content-open", "address-closed"}),
    ],
)  # fmt: skip
async def test_clocks_and_retention(desk: Desk, typed: dict[str, str], wrong: set[str]) -> None:
    before = Fields(await desk.get("clocks"))
    fields = await refused(desk, "clocks", **typed)
    assert set(fields.described) == wrong
    assert {"main"} < set(fields.leads) <= {"main", *wrong}, "what is said twice leads to the first field"
    boxes = {name for name in typed if name.startswith("day-") or name == "always"}
    numbers = {name: value for name, value in typed.items() if name not in (*boxes, "kind")}
    assert as_typed(fields, numbers)
    kept = {name: value for name, value in before.values.items() if name not in (*numbers, "csrf")}
    assert as_typed(fields, kept), "what stands in the other forms stays"
    days = {name for name in before.ticked if name.startswith("day-")}
    assert {one for one in fields.ticked if one.startswith("day-")} == (
        boxes & {f"day-{number}" for number in range(7)} if typed["kind"] == "hours" else days
    )
    assert ("always" in fields.ticked) is (typed["kind"] == "clock")
    assert "-1" not in fields.values.values()


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"lat": "here"}, {"lat"}),
        ({"lon": "82,6"}, {"lon"}),
        ({"lat": "28.6", "lon": "77.2"}, {"lat"}),
        ({"name-hi": "", "lat": "here"}, {"name-hi", "lat"}),
        ({"name-en": "A name longer than a row of a list"}, {"name-en"}),
        ({"name-en": "Line Bazar"}, {"name-en"}),
        ({"parent": "district/ghazipur"}, {"parent"}),
    ],
)
async def test_an_office(desk: Desk, changes: dict[str, str], wrong: set[str]) -> None:
    typed = {"name-en": "Kotwali City", "name-hi": "नया नाम", "lat": "25.75", "lon": "82.68", **changes}
    answer = await desk.office(STATION, **typed)
    assert answer.status_code == 422
    fields = Fields(answer.text)
    assert set(fields.described) == wrong
    assert as_typed(fields, {name: value for name, value in typed.items() if value != "district/ghazipur"})


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"kind": "circle"}, {"parent"}),
        ({"parent": ""}, {"parent"}),
        ({"parent": "", "name-hi": "", "lon": ""}, {"parent", "name-hi", "lon"}),
        ({"name-en": "नया"}, {"name-en"}),
        ({"name-en": "Naya", "lat": "1"}, {"lat"}),
    ],
)
async def test_a_new_office(desk: Desk, changes: dict[str, str], wrong: set[str]) -> None:
    typed = {**NEW_OUTPOST, **changes}
    fields = await refused(desk, "offices", **typed)
    assert set(fields.described) == wrong
    assert as_typed(fields, typed)


@pytest.mark.parametrize(
    ("changes", "wrong"),
    [
        ({"name-en": ""}, {"name-en"}),
        ({"name-en": "तमंचा"}, {"name-en"}),
        ({"name-hi": "", "detail-en": "x" * 73}, {"name-hi", "detail-en"}),
        ({"name-en": "Weapons"}, {"name-en"}),
        ({"name-en": "Illegal weapons"}, {"name-en"}),
    ],
)
async def test_a_new_category(desk: Desk, changes: dict[str, str], wrong: set[str]) -> None:
    typed = {**CATEGORY, **changes}
    fields = await refused(desk, "categories", **typed)
    assert set(fields.described) == wrong
    assert as_typed(fields, typed)


async def test_a_category_with_a_clock_and_a_checklist(desk: Desk) -> None:
    typed = {
        "weight": "5", "own_clock": "yes", "seen": "x", "assigned": "2", "action": "3", "hidden": "yes",
        "item-0-en": "Ask the bank", "item-0-hi": "बैंक से पूछें", "item-4-id": "kept", "item-4-en": "Only English",
    }  # fmt: skip
    answer = await desk.category("gambling", **typed)
    assert answer.status_code == 422
    fields = Fields(answer.text)
    assert set(fields.described) == {"seen", "item-4-hi"}, "at the row of the form, though three above it are empty"
    assert fields.why("item-4-hi") == "There is no name in a language that needs one: हिन्दी"
    assert fields.ticked == {"own_clock", "hidden"}
    assert as_typed(fields, {name: value for name, value in typed.items() if name not in ("own_clock", "hidden")})


@pytest.mark.parametrize(
    ("message", "forms", "field"),
    [
        ("What is it about?", ["<b>What?</b>"], "form-0"),
        ("What is it about?", [""], "form-0"),
        ("What is it about?", ["What is your name?"], "form-0"),
        ("Give information", ["Give information to us now"], "form-0"),
        ("%(num)s photo", ["a photo", "%(num)s photos"], "form-0"),
        ("%(num)s photo", ["%(num)s photo", "many"], "form-1"),
    ],
)
async def test_wording(desk: Desk, message: str, forms: list[str], field: str) -> None:
    name = wording_key("", message)[1:]
    typed = {f"form-{at}": form for at, form in enumerate(forms)}
    for verb in ("look", "keep"):
        answer = await desk.post(f"wording/{name}", lang="en", verb=verb, **typed)
        assert answer.status_code == 422
        fields = Fields(answer.text)
        assert set(fields.described) == {field}
        assert {at: unescape(fields.text.get(at, "")) for at in typed} == typed


async def test_what_is_typed_is_shown_as_text(desk: Desk) -> None:
    attack = '"><script>alert(1)</script>'
    answers = [
        await desk.post("people", **{**ACCOUNT, "login": "", "name": attack}),
        await desk.post("clocks", **{**CLOCK, "seen": attack}),
        await desk.post("offices", **{**NEW_OUTPOST, "lat": attack}),
        await desk.post("categories", **{**CATEGORY, "name-hi": attack}),
        await desk.word("What is it about?", "en", attack),
    ]
    for answer in answers:
        assert answer.status_code == 422
        assert "<script>alert" not in answer.text
        assert "&lt;script&gt;alert" in answer.text


@pytest.mark.parametrize("locale", LANGUAGES)
async def test_each_field_of_a_language_is_written_from_its_side(desk: Desk, locale: str) -> None:
    """Whatever the page is in."""
    await desk.do("UPDATE officer SET locale = :locale", locale=locale)
    name = wording_key("", "What is it about?")[1:]
    pages: list[Any] = [f"office?id={STATION}", "offices", "categories", "category?id=weapons"]
    pages += [f"wording/{name}?lang={lang}" for lang in LANGUAGES]
    for path in pages:
        spoken = Fields(await desk.get(path)).spoken
        assert spoken, path
        assert all(has.get("dir") == ("rtl" if has["lang"] in RIGHT_TO_LEFT else "ltr") for has in spoken), path


async def test_channels_that_are_off_are_called_by_their_names(desk: Desk) -> None:
    page = await desk.get("channels")
    names = re.findall(r'<th scope="row">([^<]+)</th><td><i class="chip">Off', page)
    assert {"Telegram", "WhatsApp"} <= set(names)
    assert not any(name in names for name in ("telegram", "whatsapp"))


async def test_an_office_that_cannot_be_closed_keeps_its_form(desk: Desk) -> None:
    await confirmed(desk.house, (await desk.post("people", **ACCOUNT)).text)
    answer = await desk.post("office/close", id=STATION)
    assert answer.status_code == 422
    fields = Fields(answer.text)
    assert "People serve there." in answer.text
    assert (fields.values["name-en"], fields.values["parent"]) == ("Kotwali", DISTRICT)
