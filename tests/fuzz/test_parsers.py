"""Whatever a parser reads, it raises nothing but what it says it does, and what it found is what it may be."""

import contextlib
import io
import json
import shutil
import tomllib
import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote_from_bytes

import httpx
import pytest
from babel.messages.pofile import read_po
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import MONDAY
from plugins.ivr.tests.test_contract import ACCOUNT, VOICE
from satark.channels.messages import DeliveryStatus, Envelope, Never, TryAgain, WebhookRequest, WindowClosed
from satark.channels.spec import Unreadable
from satark.conversation.words import digits_in, fold, number_in
from satark.identity.masking import mask
from satark.intake.world import build_world, load_vocabulary, prompts_dir
from satark.paper.sheets import Column, Sheet, as_csv, as_xlsx
from satark.resources import data_dir
from satark.routing.folder import PackError, check_pack, load_pack
from satark.routing.places import Gazetteer
from satark.tips.asking import asks_who, telling_phrases
from satark.tips.numbers import RECEIPT_DIGITS, is_receipt, span
from satark.tips.wording import MOST_WORDS, has_all, wanted, words_in
from satark_ivr.plugin import Ivr
from satark_telegram.reading import read_update
from satark_whatsapp.client import _code, _retry_after
from satark_whatsapp.errors import refusal_of
from satark_whatsapp.reading import read_post
from tests.fuzz.corpora import CORPUS, kept, spoilt, telling_nobody
from tests.mutations import anything, changed, places

Items = Sequence[Envelope | DeliveryStatus]
WHATSAPP_NUMBER = "100000000000001"


def call(body: bytes) -> Items:
    """A carrier's form; the step of the call is a part of it too."""
    step = quote_from_bytes(body[:6])
    asked = WebhookRequest(f"{VOICE}?step={step}", {}, body)
    assert not Ivr(ACCOUNT).verify(asked)
    return Ivr(ACCOUNT).read(asked)


READERS: dict[str, Callable[[bytes], Items]] = {
    "whatsapp": lambda body: read_post(body, WHATSAPP_NUMBER),
    "telegram": read_update,
    "ivr": call,
}


def read(channel: str, body: bytes) -> None:
    """What is found has whom it is from and an id, and can be kept and looked for; or there is nothing to be read."""
    found: Items = ()
    with telling_nobody(body), contextlib.suppress(Unreadable):
        found = READERS[channel](body)
    for one in found:
        assert one.external_id.reveal()
        if isinstance(one, Envelope):
            assert one.address.reveal()
            one.inbound.text.encode()
            "".join(note.text for note in one.inbound.annotations).encode()
            mask(one.inbound.text, (one.address, *one.names))
            if point := one.inbound.point:
                assert -90 <= point.lat <= 90
                assert -180 <= point.lon <= 180


@pytest.mark.parametrize(("channel", "name"), [(channel, name) for channel in READERS for name in kept(channel)])
def test_a_kept_post_is_read(channel: str, name: str) -> None:
    read(channel, kept(channel)[name])


@pytest.mark.parametrize("channel", READERS)
@settings(max_examples=300)
@given(data=st.data())
def test_a_spoilt_post_is_read(channel: str, data: st.DataObject) -> None:
    read(channel, data.draw(spoilt(kept(channel))))


ANSWERS = kept("answers")


@settings(max_examples=200)
@given(
    body=st.sampled_from([*ANSWERS.values()]) | spoilt(ANSWERS),
    status=st.integers(300, 599),
    after=st.sampled_from(["", "30", "-1", "1e9", "9" * 400, "१२", "²", "Wed, 21 Oct 2026 07:28:00 GMT"]),
)
def test_whatever_whatsapp_answers_is_a_refusal(body: bytes, status: int, after: str) -> None:
    answer = httpx.Response(status, headers=[(b"Retry-After", after.encode())])
    with telling_nobody(body):
        found = refusal_of(_code(body), status, _retry_after(answer))
    assert isinstance(found, TryAgain | Never | WindowClosed)
    assert len(found.why) < 30


def parsed(data: bytes) -> None:
    """Raises ValueError where it is no catalogue."""
    for message in read_po(io.BytesIO(data), locale="hi"):
        assert message.string is not None


@settings(max_examples=200)
@given(st.sampled_from([*kept("po").values()]) | spoilt(kept("po")))
def test_a_catalogue_is_read_or_refused(data: bytes) -> None:
    with contextlib.suppress(ValueError, LookupError):
        parsed(data)


PACK = kept("pack")


def test_the_kept_pack_is_sound() -> None:
    assert check_pack(CORPUS / "pack") == []


def as_toml(value: Any) -> str:
    """A value within a line of TOML, which has no nothing."""
    match value:
        case dict():
            return "{" + ", ".join(f"{as_toml(key)} = {as_toml(one)}" for key, one in value.items()) + "}"
        case list():
            return "[" + ", ".join(map(as_toml, value)) + "]"
        case None:
            return "nan"
    return json.dumps(value)


def written(name: str, value: Any) -> str:
    if name.endswith("json") or not isinstance(value, dict):
        return json.dumps(value)
    return "".join(f"{as_toml(key)} = {as_toml(one)}\n" for key, one in value.items())


@settings(max_examples=400)
@given(data=st.data(), name=st.sampled_from([name for name in sorted(PACK) if not name.endswith("csv")]))
def test_a_pack_with_something_else_in_one_place_is_found_or_is_none(data: st.DataObject, name: str) -> None:
    text = PACK[name].decode()
    known = json.loads(text) if name.endswith("json") else tomllib.loads(text)
    place = data.draw(st.sampled_from(places(known)))
    is_found_or_is_sound(name, written(name, changed(known, place, data.draw(anything))).encode())


@settings(max_examples=300)
@given(data=st.data(), name=st.sampled_from(sorted(PACK)))
def test_a_spoilt_pack_is_found_or_is_none(data: st.DataObject, name: str) -> None:
    """A file of another kind may take its place."""
    is_found_or_is_sound(name, data.draw(spoilt({name: PACK[name]}) | spoilt(PACK)))


def is_found_or_is_sound(name: str, content: bytes) -> None:
    """Each finding names a file, and a pack is used that has none."""
    with TemporaryDirectory() as folder:
        shutil.copytree(CORPUS / "pack", folder, dirs_exist_ok=True)
        Path(folder, name).write_bytes(content)
        findings = check_pack(Path(folder))
        assert all(one.file and one.line >= 1 and one.message for one in findings)
        if findings:
            with pytest.raises(PackError):
                load_pack(Path(folder))
        else:
            pack = load_pack(Path(folder))
            build_world(pack)
            Gazetteer(pack).find("Jaunpur")


VARANASI = load_pack(data_dir("jurisdictions") / "varanasi")
GAZETTEER = Gazetteer(VARANASI)
VOCABULARY = load_vocabulary(prompts_dir())
WORDS = kept("words")
typed = (
    st.sampled_from([*WORDS.values()]).map(lambda data: data.decode())
    | spoilt(WORDS).map(lambda data: data.decode(errors="replace"))
    | st.text(max_size=60)
)
degrees = st.floats(allow_nan=True, allow_infinity=True)


@settings(max_examples=300)
@given(typed)
def test_whatever_is_typed_is_no_receipt_no_number_or_one(text: str) -> None:
    digits = digits_in(text)
    assert digits.isascii()
    assert digits == "" or digits.isdigit()
    assert not is_receipt(digits) or len(digits) == RECEIPT_DIGITS
    number = number_in(text, VOCABULARY)
    assert number == "" or number in ("*", "#") or number.isdecimal()
    assert fold(fold(text)) == fold(text)
    first, last = span(text) or ("", "")
    assert first <= last


@settings(max_examples=200)
@given(typed, st.sampled_from(["", "district/jaunpur", "district/none"]))
def test_whatever_is_typed_is_a_place_that_there_is_or_none(text: str, district: str) -> None:
    for one in GAZETTEER.find(text, district):
        assert VARANASI.offices[one.station].kind == "station"
    point = GAZETTEER.point_of(text, district)
    assert point is None or GAZETTEER.locate(*point).district


@given(degrees, degrees)
def test_whatever_point_it_is_it_lies_somewhere_or_nowhere(lat: float, lon: float) -> None:
    assert GAZETTEER.locate(lat, lon).district in ("", *VARANASI.offices)
    GAZETTEER.lies_in(lat, lon, "district/jaunpur")


@settings(max_examples=200)
@given(typed)
def test_whatever_is_typed_is_found_in_what_was_written_so(text: str) -> None:
    needles = wanted(text)
    assert len(needles) <= MOST_WORDS
    assert has_all(words_in(text), needles)
    asks_who(text, telling_phrases())


def sheet(rows: list[tuple[Any, ...]], said: str) -> Sheet:
    columns = tuple(Column(f"{at}", 10) for at in range(max(map(len, rows), default=1)))
    return Sheet("t", columns, rows, said, (said,), said, "hi", int(MONDAY.timestamp()))


@settings(max_examples=150)
@given(st.lists(st.lists(typed, min_size=1, max_size=3).map(tuple), min_size=1, max_size=3), typed)
def test_no_cell_of_a_file_for_excel_is_a_formula_or_a_link(rows: list[tuple[str, ...]], said: str) -> None:
    made = sheet(rows, said)
    with zipfile.ZipFile(io.BytesIO(as_xlsx(made))) as book:
        leaves = [book.read(name) for name in book.namelist() if name.startswith("xl/worksheets/")]
        assert not any("rels" in name for name in book.namelist() if name.startswith("xl/worksheets/"))
    assert len(leaves) == 2
    assert not any(b"<f>" in leaf or b"<f " in leaf or b"hyperlink" in leaf for leaf in leaves)
    as_csv(made)
