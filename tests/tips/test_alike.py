"""The same footage in two tips is shown to who may see both, and to nobody else."""

from collections.abc import AsyncIterator

import pytest
from sqlalchemy import text

from conftest import House
from tests.evidence import samples
from tests.evidence.samples import pieces
from tests.panel.test_work import Desk, desk_of
from tests.promises.test_p3_two_tips_cannot_be_linked import end_conversations, tell

JAUNPUR = "district/jaunpur"
SIDES = (640, 480)
SAME = "Shows the same"


@pytest.fixture
async def dig(both_houses: House) -> AsyncIterator[Desk]:
    """Three tips: a photo, the same photo as somebody passed it on, and another one."""
    for number in range(3):
        await tell(both_houses, f"91000000000{number}", number)
    await end_conversations(both_houses)
    desk = await desk_of(both_houses, "dig", "range/varanasi")
    photo = samples.scene(1, SIDES)
    small = photo.resize((320, 240))
    for path, data in zip(
        await desk.paths(),
        (samples.saved(photo, "JPEG", quality=92), samples.saved(small, "JPEG", quality=40),
         samples.saved(samples.scene(2, SIDES), "JPEG")),
        strict=True,
    ):  # fmt: skip
        await give(desk, path, data)
    yield desk
    await desk.client.aclose()


async def give(desk: Desk, path: str, data: bytes) -> None:
    evidence = await desk.house.core.keeper.keep(pieces(data), "image/jpeg", 2**24)
    async with desk.house.core.store.write() as db:
        await db.execute(
            text("UPDATE evidence SET tip_id = (SELECT id FROM tip WHERE reference = :reference) WHERE id = :id"),
            {"reference": path[-11:], "id": evidence},
        )
    await desk.house.work()


async def test_the_same_footage_is_offered_and_linked(dig: Desk) -> None:
    one, two, three = await dig.paths()
    assert SAME in (page := await dig.page(one))
    assert two in page
    assert three not in page
    assert one in await dig.page(two)
    assert SAME not in await dig.page(three)
    assert (await dig.send(f"{one}/link", {"other": two[-11:]}, of=one)).status_code == 303
    assert SAME not in await dig.page(one), "what is linked is not offered again"


async def test_a_duplicate_is_merged_from_there(dig: Desk) -> None:
    one, two, _ = await dig.paths()
    page = await dig.page(one)
    assert f'action="{one}/merge"' in page.partition(SAME)[2].partition("</section>")[0]
    await dig.send(f"{one}/merge", {"other": two[-11:]}, of=one)
    assert await dig.value("SELECT count(*) FROM tip_link WHERE kind = 'duplicate'") == 1


async def test_a_film_shows_the_same_as_a_still_of_it(dig: Desk) -> None:
    _, _, three = await dig.paths()
    await give(dig, three, samples.film())
    still = samples.saved(samples.scene(0), "JPEG", quality=60)
    one = (await dig.paths())[0]
    await give(dig, one, still)
    assert three in (await dig.page(one)).partition(SAME)[2]


async def test_who_may_not_see_the_other_learns_nothing(dig: Desk) -> None:
    """P4: the page of the accused's district is the same with and without the tip that shows the same."""
    one, two, _ = await dig.paths()
    async with dig.house.core.store.write() as db:
        for path in (one, two):
            await db.execute(
                text(
                    "INSERT INTO tip_reader (tip_id, office_id, hour, fresh) "
                    f"SELECT id, '{JAUNPUR}', hour, false FROM tip WHERE reference = :reference"
                ),
                {"reference": path[-11:]},
            )
    sp = await desk_of(dig.house, "sp", JAUNPUR)
    assert two in await sp.page(one)
    accusation = {"office": JAUNPUR, "words": "it is about them"}
    assert (await dig.send(f"{two}/accuse", accusation, of=two)).status_code == 303
    barred = await sp.page(one)
    async with dig.house.core.store.write() as db:
        await db.execute(
            text("DELETE FROM evidence WHERE tip_id = (SELECT id FROM tip WHERE reference = :reference)"),
            {"reference": two[-11:]},
        )
    assert await sp.page(one) == barred
    assert two not in barred
    assert SAME not in barred
    await sp.client.aclose()
