"""Posters: who prints whose, and that what is printed leads to the right office."""

import io
import re
from typing import Any

import httpx
import pypdfium2
import pytest
import zxingcpp
from sqlalchemy import text

from conftest import House, house_at
from satark.channels.messages import Envelope, Inbound, Kind, Secret
from satark.panel.people import add_officer
from satark.panel.roles import Role
from tests.promises.test_p4_accused_learn_nothing import as_officer, form_of

PAGE = "/panel/admin/posters"
PEOPLE = {"sp": "district/jaunpur", "sho": "station/jaunpur/line-bazar"}
ENVIRON = {
    "SATARK_TELEGRAM_TOKEN": "1:t", "SATARK_TELEGRAM_SECRET_TOKEN": "s", "SATARK_TELEGRAM_NAME": "SatarkExampleBot",
    "SATARK_WHATSAPP_TOKEN": "t", "SATARK_WHATSAPP_PHONE_NUMBER_ID": "1", "SATARK_WHATSAPP_APP_SECRET": "s",
    "SATARK_WHATSAPP_VERIFY_TOKEN": "v", "SATARK_WHATSAPP_NUMBER": "910000000000",
}  # fmt: skip


class Desks:
    def __init__(self, house: House, clients: dict[str, httpx.AsyncClient]) -> None:
        self.house = house
        self.clients = clients

    async def make(self, login: str, **changed: str) -> httpx.Response:
        asked = {
            "office": "station/jaunpur/line-bazar",
            "place": "at the bus stand",
            "locale": "en",
            "form": "a4",
            **changed,
        }
        client = self.clients[login]
        return await client.post(PAGE, data={**await form_of(client, PAGE), **asked})


@pytest.fixture
async def desks(house: House) -> Desks:
    return await opened(house)


async def opened(house: House) -> Desks:
    for login, office in PEOPLE.items():
        await add_officer(house.core.store, login, login, "a long password", [office], "en")
    await add_officer(house.core.store, "admin", "admin", "a long password", [], "en", Role.ADMINISTRATOR)
    return Desks(house, {login: await as_officer(house, login) for login in (*PEOPLE, "admin")})


def read(pdf: bytes) -> list[str]:
    image = pypdfium2.PdfDocument(pdf)[0].render(scale=2).to_pil()
    return [one.text for one in zxingcpp.read_barcodes(image)]


async def test_a_printed_code_leads_to_its_office_on_the_page_and_in_a_chat(desks: Desks) -> None:
    made = await desks.make("admin")
    assert made.headers["content-disposition"] == 'attachment; filename="jaunpur-line-bazar-a4-en.pdf"'
    (link,) = read(made.content)
    path = link.removeprefix(desks.house.core.settings.public_url)
    page = (await desks.clients["sp"].get(path)).text
    assert "This poster is at Line Bazar." in page
    assert 'href="/channels/webform/?lang=en&amp;poster=jaunpur-line-bazar"' in page
    form = (await desks.clients["sp"].get("/channels/webform/?lang=en&poster=jaunpur-line-bazar")).text
    places = re.findall(
        r'<option value="([^"]*)"( selected)?', form.partition('id="place"')[2].partition("</select>")[0]
    )
    assert places[:2] == [("", ""), ("at:station/jaunpur/line-bazar", "")], "its place is offered first, and asked for"
    chat: Any = desks.house.core.registry.channels["simulator"]
    hello = Envelope(Secret("910000000001"), Secret("1"), Inbound(Kind.TEXT, "HI jaunpur-line-bazar"))
    await desks.house.core.door.receive(chat, [hello])
    await desks.house.work()
    assert desks.house.core.door.desk.world.posters["jaunpur-line-bazar"] == "station/jaunpur/line-bazar"


async def test_only_channels_that_are_on_have_a_code(tmp_path: Any) -> None:
    async with house_at(tmp_path, environ=ENVIRON) as house:
        desks = await opened(house)
        for form in ("a4", "a6"):
            assert sorted(read((await desks.make("admin", form=form, locale="ur")).content)) == [
                "http://127.0.0.1:8000/q/jaunpur-line-bazar?lang=ur",
                "https://t.me/SatarkExampleBot?start=jaunpur-line-bazar",
                "https://wa.me/910000000000?text=HI%20jaunpur-line-bazar",
            ]


async def test_an_officer_prints_for_their_own_area_and_an_administrator_for_all(desks: Desks) -> None:
    own, sister, above = "station/jaunpur/line-bazar", "station/jaunpur/kotwali", "district/jaunpur"
    allowed = {
        "sho": {own},
        "sp": {own, sister, above},
        "admin": {own, sister, above, "station/ghazipur/kotwali", "range/varanasi"},
    }
    everywhere = allowed["admin"] | {"outside/vigilance", "station/nowhere", ""}
    for login, offices in allowed.items():
        page = (await desks.clients[login].get(PAGE)).text
        for office in everywhere:
            assert (await desks.make(login, office=office)).status_code == (200 if office in offices else 422)
            assert (f'value="{office}"' in page) is (office in offices or not office)


@pytest.mark.parametrize("wrong", [{"form": "a3"}, {"locale": "bho"}, {"locale": "../x"}, {"place": "x" * 61}])
async def test_what_cannot_be_printed_is_refused(desks: Desks, wrong: dict[str, str]) -> None:
    assert (await desks.make("admin", **wrong)).status_code == 422


async def test_it_is_in_the_log_and_the_page_warns_of_an_address_that_leads_nowhere(desks: Desks) -> None:
    await desks.make("sp", form="sheet", locale="hi")
    async with desks.house.core.store.read() as db:
        said = (await db.execute(text("SELECT detail FROM audit_entry WHERE action = 'poster'"))).scalar_one()
    assert said == "jaunpur-line-bazar sheet hi at the bus stand"
    page = (await desks.clients["sp"].get(PAGE)).text
    assert "Its codes would lead to http://127.0.0.1:8000." in page
    assert "WhatsApp" not in page


async def test_what_is_typed_is_text(desks: Desks) -> None:
    made = await desks.make("admin", place='#read("/etc/passwd") $x$ \\')
    assert made.status_code == 200
    assert '#read("/etc/passwd") $x$ \\' in pypdfium2.PdfDocument(made.content)[0].get_textpage().get_text_range()
    assert io.BytesIO(made.content).read(5) == b"%PDF-"
