"""What officers see of a file, what they take along, and the certificate: with the log that all of it rests on."""

import io
import re
from collections.abc import AsyncIterator
from datetime import timedelta
from hashlib import sha256
from typing import Any

import httpx
import pypdf
import pytest
from PIL import Image
from sqlalchemy import text

from conftest import MONDAY, House, Watch
from satark.store.clock import hour_of
from satark.store.sealing import Seal
from satark.store.writing import Rows
from satark.tips.audit import verify
from satark.tips.letters import Letter, Piece
from satark.tips.opening import NewTip, open_tip
from tests.panel.test_work import PASSWORD, Desk, desk_of

A4 = (595, 842)


def photo() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (400, 300), "green").save(file, "JPEG", comment=b"a camera of somebody")
    return file.getvalue()


async def chunks(data: bytes) -> AsyncIterator[bytes]:
    yield data


class Case:
    """A tip with one file, told at midnight; the DIG is at the desk two hours later."""

    def __init__(self, desk: Desk, file: str, reference: str, original: str) -> None:
        self.desk, self.house, self.client = desk, desk.house, desk.client
        self.at, self.file, self.reference, self.original = f"/panel/evidence/{file}", file, reference, original

    async def post(self, verb: str, **fields: str) -> httpx.Response:
        return await self.desk.send(f"{self.at}/{verb}", fields, of="/panel/account")

    async def row(self) -> Any:
        async with self.house.core.store.read() as db:
            return (await db.execute(text("SELECT * FROM evidence"))).one()

    async def actions(self) -> list[str]:
        async with self.house.core.store.read() as db:
            wanted = "SELECT action FROM audit_entry WHERE subject <> '' AND action <> 'look' ORDER BY number"
            return list((await db.execute(text(wanted))).scalars())

    async def certificate(self, locale: str) -> pypdf.PdfReader:
        answer = await self.post("certificate", locale=locale)
        assert answer.headers["content-type"] == "application/pdf"
        return pypdf.PdfReader(io.BytesIO(answer.content))


async def told(house: House, data: bytes, mime: str, accused: frozenset[str] = frozenset()) -> tuple[str, str]:
    """The ids of a file and its tip's reference."""
    file = await house.core.keeper.keep(chunks(data), mime, 2**24)
    rows = Rows()
    new = NewTip(
        channel="webform", locale="hi", category="gambling", district="district/jaunpur", station="", accused=accused,
        readers=frozenset({"range/varanasi", "district/jaunpur"}), letter=Letter(pieces=(Piece(evidence=file),)),
        receipt="0" * 32, hour=hour_of(int(MONDAY.timestamp())), due=None,
    )  # fmt: skip
    opened = open_tip(rows, Seal(house.core.keys["content.pub"]), new)
    async with house.core.store.write() as db:
        await rows.write(db)
        await db.execute(text("UPDATE evidence SET tip_id = (SELECT id FROM tip)"))
    await house.work()
    return file, opened.reference


@pytest.fixture
async def case(both_houses: House, watch: Watch) -> AsyncIterator[Case]:
    data = photo()
    file, reference = await told(both_houses, data, "image/jpeg")
    watch.put(MONDAY + timedelta(hours=2, minutes=7))
    desk = await desk_of(both_houses, "dig", "range/varanasi")
    yield Case(desk, file, reference, sha256(data).hexdigest())
    await desk.client.aclose()


@pytest.fixture
async def withheld(house: House, watch: Watch) -> AsyncIterator[Case]:
    data = b"MZ this is a programme"
    file, reference = await told(house, data, "application/octet-stream")
    watch.put(MONDAY + timedelta(hours=2, minutes=7))
    desk = await desk_of(house, "dig", "range/varanasi")
    yield Case(desk, file, reference, sha256(data).hexdigest())
    await desk.client.aclose()


async def test_a_look_is_one_entry_an_hour_however_many_parts_are_read(case: Case, watch: Watch) -> None:
    watch.put(MONDAY + timedelta(hours=2, minutes=35))
    for start in range(0, 500, 50):
        answer = await case.client.get(case.at, headers={"Range": f"bytes={start}-{start + 49}"})
        assert answer.status_code == 206
    assert await case.actions() == ["file"]
    watch.put(MONDAY + timedelta(hours=3))
    await case.client.get(case.at)
    assert await case.actions() == ["file", "file"]
    async with case.house.core.store.read() as db:
        assert await verify(db) is None


async def test_each_officer_who_looks_has_an_entry(case: Case) -> None:
    sp = await desk_of(case.house, "sp", "district/jaunpur")
    for client in (case.client, sp.client, case.client, sp.client):
        assert (await client.get(case.at)).status_code == 200
    assert await case.actions() == ["file", "file"]
    await sp.client.aclose()


async def test_a_download_is_the_clean_file_itself_and_is_noted_with_its_hash(case: Case) -> None:
    answer, row = await case.post("download"), await case.row()
    assert sha256(answer.content).hexdigest() == row.cleaned
    assert answer.headers["content-disposition"] == (f'attachment; filename="{case.reference}-{row.cleaned[:8]}.jpg"')
    assert await case.actions() == ["download"]
    assert (
        await case.desk.value("SELECT detail FROM audit_entry WHERE action = 'download'") == f"{row.id} {row.cleaned}"
    )
    assert (await case.client.get(f"{case.at}/download")).status_code == 405


async def test_a_note_says_who_took_what_and_its_last_line_checks_the_file(case: Case) -> None:
    note, row = (await case.post("note")).text, await case.row()
    *told, check = note.rstrip("\n").split("\n")
    assert all(line.startswith("# ") for line in told)
    assert check == f"{row.cleaned}  {case.reference}-{row.cleaned[:8]}.jpg"
    assert "Officer dig" in note
    assert case.original not in note
    assert "23 Nov 2026, 02:07" in note
    assert await case.actions() == ["custody note"]


async def test_the_page_of_a_file_shows_hashes_and_who_had_it(case: Case) -> None:
    await case.post("download")
    page, row = (await case.client.get(f"{case.at}/view")).text, await case.row()
    assert row.original not in page, "who seizes a phone could look for the file that has this hash"
    assert f"<code>{row.cleaned}</code>" in page
    assert "Officer dig: took a file along" in page
    assert 'data-zoom tabindex="0"' in page
    tip = (await case.client.get(f"/panel/tips/{case.reference}")).text
    assert row.original not in tip
    assert f"<code>{row.cleaned}</code>" in tip
    assert f'href="{case.at}/view"' in tip


def text_of(pdf: pypdf.PdfReader) -> str:
    return re.sub(r"\s+", " ", "\n".join(page.extract_text() for page in pdf.pages))


def is_fit_for_print(pdf: pypdf.PdfReader) -> None:
    fonts = []
    for page in pdf.pages:
        assert (round(page.mediabox.width), round(page.mediabox.height)) == A4
        for font in page["/Resources"]["/Font"].values():  # type: ignore[index]
            below = font.get_object()["/DescendantFonts"][0].get_object()
            fonts.append(below["/FontDescriptor"].get_object())
    assert fonts
    assert all("/FontFile2" in one or "/FontFile3" in one for one in fonts)


FIELDS = {
    "en": (
        "Part A", "(To be filled by the Party)", "Part B", "(To be filled by the Expert)", "son/daughter/spouse of",
        "residing/employed at", "Computer/Storage media", "DVR", "Flash drive", "CD/DVD", "Server", "Cloud", "Make and model", "Colour",
        "Serial number", "IMEI/UIN/UID/MAC/Cloud ID", "lawful control", "Operated by me", "SHA1", "SHA256", "MD5",
        "Other (legally acceptable standard)", "Date (DD/MM/YYYY)", "Time (IST, 24 hours)", "Place", "Name and signature",
        "Name, designation and signature", "Have counsel check it", "section 131", "Sent with the tip by its informant",
        "it was whole", "neither the name nor the number",
    ),
    # Of shaped Devanagari a reader gives back letters, not whole words: what is in other letters, and the figures.
    "hi": ("63(4)", "2023", "131", "DVR", "CD/DVD", "SHA1", "SHA256", "MD5", "SHA-256"),
}  # fmt: skip


@pytest.mark.parametrize("locale", ["en", "hi"])
async def test_a_certificate_holds_what_is_known_and_leaves_the_rest_open(case: Case, locale: str) -> None:
    await case.client.get(case.at)
    await case.post("download")
    pdf, row = await case.certificate(locale), await case.row()
    words = text_of(pdf)
    is_fit_for_print(pdf)
    for known in (row.original, row.cleaned, case.reference, row.id, "Officer dig", *FIELDS[locale]):
        assert known in words, known
    assert row.original == case.original
    assert await case.actions() == ["file", "download", "certificate"]
    assert await case.desk.value("SELECT hash FROM audit_entry ORDER BY number DESC LIMIT 1") in words
    async with case.house.core.store.read() as db:
        assert await verify(db) is None


async def test_what_is_open_is_marked_so_in_both_parts(case: Case) -> None:
    pdf = await case.certificate("en")
    assert [page.extract_text().count("to be filled in") for page in pdf.pages] == [11, 12, 0]


async def test_no_time_in_it_tells_the_arrival_better_than_its_hour(case: Case, watch: Watch) -> None:
    signed_in = {"login": "dig", "password": PASSWORD}
    watch.put(MONDAY + timedelta(minutes=4))
    await case.client.post("/panel/sign-in", data=signed_in)
    await case.desk.client.get(case.at)
    early = text_of(await case.certificate("en"))
    assert "Between 23 Nov 2026, 00:00 and 23 Nov 2026, 01:00" in early
    assert "00:04" not in early
    watch.put(MONDAY + timedelta(minutes=64))
    await case.client.post("/panel/sign-in", data=signed_in)
    await case.desk.client.get(case.at)
    late = text_of(await case.certificate("en"))
    assert "00:04" not in late
    assert "23 Nov 2026, 01:04" in late


async def test_a_log_that_was_tampered_with_is_said_to_be_so(case: Case) -> None:
    await case.client.get(case.at)
    async with case.house.core.store.write() as db:
        await db.execute(text("UPDATE audit_entry SET actor = 'another' WHERE action = 'file'"))
    number = await case.desk.value("SELECT number FROM audit_entry WHERE action = 'file'")
    assert f"NOT whole. Entry {number} was changed" in text_of(await case.certificate("en"))


async def test_a_stored_file_that_was_changed_or_is_gone_is_said_to_be_so(case: Case) -> None:
    assert "has the hash value that stands here" in text_of(await case.certificate("en"))
    await case.house.core.keeper.blobs.delete((await case.row()).blob)
    assert "does NOT have this hash value" in text_of(await case.certificate("en"))
    async with case.house.core.store.write() as db:
        await db.execute(text("UPDATE evidence SET key = NULL"))
    assert "Nothing is stored that could be read now" in text_of(await case.certificate("en"))


@pytest.mark.parametrize("locale", ["en", "hi"])
async def test_a_withheld_file_has_a_certificate_of_its_original_alone(withheld: Case, locale: str) -> None:
    assert (await withheld.row()).state == "withheld"
    words = text_of(await withheld.certificate(locale))
    assert words.count(withheld.original) == 3
    if locale == "en":
        assert "There is no clean copy. The file is withheld: a program or app; it is never opened." in words
        assert "It is kept encrypted." in words
        assert "The original was read when this was made, and has the hash value" in words
    assert "; 1 is withheld" in (await withheld.client.get(f"/panel/tips/{withheld.reference}")).text
    page = (await withheld.client.get(f"{withheld.at}/view")).text
    assert "a program or app; it is never opened" in page
    assert "/certificate" in page
    assert "/download" not in page
    for verb in ("download", "note"):
        assert (await withheld.post(verb)).status_code == 404
    assert await withheld.actions() == ["certificate"]


async def test_what_an_officer_entered_is_not_said_to_come_from_an_informant(case: Case) -> None:
    async with case.house.core.store.write() as db:
        await db.execute(text("UPDATE message SET kind = 'report', author = (SELECT id FROM officer)"))
    words = text_of(await case.certificate("en"))
    assert "Entered by an officer with an action report: Officer dig" in words
    assert "Sent with the tip" not in words
    assert "neither the name" not in words


async def test_without_a_hash_or_before_it_is_cleaned_there_is_no_certificate(case: Case) -> None:
    assert (await case.post("certificate", locale="xx")).status_code == 422
    for change in ("state = 'kept'", "state = 'withheld', reason = 'not_fetched', original = ''"):
        async with case.house.core.store.write() as db:
            await db.execute(text(f"UPDATE evidence SET {change}"))
        assert (await case.post("certificate", locale="en")).status_code == 404
        assert "/certificate" not in (await case.client.get(f"{case.at}/view")).text
    assert await case.actions() == []


async def test_to_the_accused_a_file_is_not_there_byte_for_byte(both_houses: House, watch: Watch) -> None:
    file, _ = await told(both_houses, photo(), "image/jpeg", frozenset({"district/jaunpur"}))
    sp = await desk_of(both_houses, "sp", "district/jaunpur")
    for verb in ("", "/view"):
        mine, nowhere = [await sp.client.get(f"/panel/evidence/{one}{verb}") for one in (file, "0" * 32)]
        assert (mine.status_code, mine.content, mine.headers) == (404, nowhere.content, nowhere.headers)
    for verb in ("download", "note", "certificate"):
        fields = {"locale": "en"}
        mine, nowhere = [
            await sp.send(f"/panel/evidence/{one}/{verb}", fields, of="/panel/account") for one in (file, "0" * 32)
        ]
        assert (mine.status_code, mine.content, mine.headers) == (404, nowhere.content, nowhere.headers)
    assert await sp.value("SELECT count(*) FROM audit_entry WHERE subject <> ''") == 0
    await sp.client.aclose()
