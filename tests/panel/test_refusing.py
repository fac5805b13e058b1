"""A form of a tip that is refused comes back as it was filled in, with the field named; one that is taken says so once."""

import re

import pytest

from conftest import House
from tests.panel.test_overwriting import form_of
from tests.panel.test_work import Desk, desk_of
from tests.promises.test_p3_two_tips_cannot_be_linked import end_conversations, tell


@pytest.fixture
async def dig(both_houses: House) -> Desk:
    await tell(both_houses, "910000000001", 1)
    await end_conversations(both_houses)
    return await desk_of(both_houses, "dig", "range/varanasi")


@pytest.mark.parametrize(
    ("verb", "fields", "field", "why", "kept"),
    [
        ("note", {"words": " "}, "note", "This is needed", ""),
        ("message", {"words": " ", "phrase": ""}, "message", "This is needed", ""),
        ("link", {"other": "AAA-AAA-AAA"}, "link-other", "no tip with this reference", 'value="AAA-AAA-AAA"'),
        (
            "report",
            {"text": "raided <b>", "arrests": "two"},
            "arrests",
            "must be a number",
            "raided &lt;b&gt;</textarea>",
        ),
        ("report", {"words": "only to the informant"}, "report", "This is needed", "only to the informant</textarea>"),
        ("recuse", {"words": " "}, "recuse-words", "This is needed", ""),
        ("assign", {"office": "station/jaunpur/nowhere"}, "", "You may not do that", ""),
    ],
)
async def test_a_refused_form_comes_back_with_its_field_named(
    dig: Desk, verb: str, fields: dict[str, str], field: str, why: str, kept: str
) -> None:
    (path,) = await dig.paths()
    sent = {**dict(form_of(await dig.page(path), verb)), **fields}
    answer = await dig.client.post(f"{path}/{verb}", data=sent)
    assert answer.status_code in (403, 422)
    told = re.search(r'<div class="alert" role="alert".*?</div>', answer.text, re.DOTALL)
    assert told
    assert why in told[0]
    assert kept in answer.text
    assert 'class="top"' in answer.text, "it is the page of the tip, not one for citizens"
    if field:
        assert f'href="#{field}"' in told[0]
        control = re.search(rf'<[^>]*id="{field}"[^>]*>', answer.text)
        assert control
        assert 'aria-invalid="true"' in control[0]
        assert f'aria-describedby="{field}-' in control[0]


async def test_what_cannot_be_done_any_more_is_said_on_the_tip(dig: Desk) -> None:
    (path,) = await dig.paths()
    form = {**dict(form_of(await dig.page(path), "close")), "status": "not_actionable", "outcome": "", "version": ""}
    assert (await dig.client.post(f"{path}/close", data=form)).is_redirect
    answer = await dig.client.post(f"{path}/close", data={**form, "words": "nobody was there"})
    assert answer.status_code == 422
    assert "cannot be done with this tip as it stands now" in answer.text


async def test_success_is_said_once(dig: Desk) -> None:
    (path,) = await dig.paths()
    form = dict(form_of(await dig.page(path), "note"))
    answer = await dig.client.post(f"{path}/note", data={**form, "words": "seen"})
    assert answer.headers["location"] == path
    assert "The note was saved." in await dig.page(path)
    assert "The note was saved." not in await dig.page(path)


async def test_errors_of_the_panel_lead_back_to_the_panel(dig: Desk) -> None:
    (path,) = await dig.paths()
    english = {"Accept-Language": "en"}
    forged = await dig.client.post(f"{path}/note", data={"csrf": "x", "words": "seen"}, headers=english)
    assert forged.status_code == 403
    assert f'<a href="{path}">' in forged.text
    assert "Nothing was changed" in forged.text
    nowhere = await dig.client.get("/panel/nowhere")
    assert nowhere.status_code == 404
    assert 'href="/panel/"' in nowhere.text
