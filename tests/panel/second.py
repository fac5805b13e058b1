"""The second administrator, who confirms what the first one asked for."""

import re

import httpx

from conftest import House
from satark.panel.people import add_officer, id_of
from satark.panel.roles import Role

PASSWORD = "a long password"
PAGE = "/panel/admin/confirmations"
HALF = re.compile(r"<code>([a-z2-9]{5}-[a-z2-9]{5})</code>")


async def administrator(house: House, login: str) -> httpx.AsyncClient:
    """An administrator who is signed in, with an account made on the server where they had none."""
    if await id_of(house.core.store, login) is None:
        await add_officer(house.core.store, login, login.title(), PASSWORD, [], "en", Role.ADMINISTRATOR)
    client = httpx.AsyncClient(transport=httpx.ASGITransport(app=house.web), base_url="http://testserver")
    assert (await client.post("/panel/sign-in", data={"login": login, "password": PASSWORD})).is_redirect
    return client


async def decide(client: httpx.AsyncClient, act: str = "confirm") -> httpx.Response:
    """Decide the newest request that waits."""
    page = (await client.get(PAGE)).text
    token, wanted = re.search(r'name="csrf" value="([^"]+)"', page), re.search(r'name="id" value="([^"]+)"', page)
    assert token
    assert wanted, "nothing waits"
    return await client.post(PAGE, data={"csrf": token[1], "id": wanted[1], "act": act})


async def confirmed(house: House, asked: str = "") -> str:
    """What one administrator asked for is confirmed by a second one. Returns the password, of whose first half the page
    `asked` tells."""
    second = await administrator(house, "second")
    answer = await decide(second)
    assert answer.status_code < 400, answer.text
    await second.aclose()
    first, other = HALF.search(asked), HALF.search(answer.text)
    return f"{first[1]}-{other[1]}" if first and other else ""
