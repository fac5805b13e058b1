"""The token goes to Meta's hosts alone, whatever address an answer names for a file."""

import asyncio
from dataclasses import replace

import pytest
from aiohttp import web
from yarl import URL

from satark.channels.messages import Secret
from satark_whatsapp.account import Account, account_of
from satark_whatsapp.client import Client, ForeignHostError
from satark_whatsapp.media_hosts import is_media_host

API = URL("https://graph.facebook.com/v24.0")
PROXY = URL("http://10.0.0.5:8080/v24.0")


@pytest.mark.parametrize(
    ("url", "api", "allowed"),
    [
        ("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1", API, True),
        ("https://mmg.whatsapp.net/v/1", API, True),
        ("https://graph.facebook.com/v24.0/1", API, True),
        ("http://10.0.0.5:8080/file/1", PROXY, True),
        ("http://lookaside.fbsbx.com/1", API, False),
        ("https://lookaside.fbsbx.com:8443/1", API, False),
        ("https://fbsbx.com.evil.example/1", API, False),
        ("https://evilfbsbx.com/1", API, False),
        ("https://token@lookaside.fbsbx.com/1", API, False),
        ("http://127.0.0.1/1", API, False),
        ("http://169.254.169.254/latest/meta-data", API, False),
        ("http://10.0.0.5:8081/file/1", PROXY, False),
        ("https://10.0.0.5:8080/file/1", PROXY, False),
        ("ftp://lookaside.fbsbx.com/1", API, False),
    ],
)
def test_a_file_is_fetched_from_meta_or_from_the_api_itself(url: str, api: URL, allowed: bool) -> None:
    assert is_media_host(URL(url), api) is allowed


@pytest.mark.parametrize(
    "named", ["http://127.0.0.1:{other}/steal", "/etc/passwd", "", "http://[", "file:///etc/passwd"]
)
async def test_the_token_goes_to_no_host_that_an_answer_names(account: Account, named: str) -> None:
    asked: list[str] = []

    async def api(request: web.Request) -> web.Response:
        return web.json_response({"url": named.format(other=ports[1])})

    async def other(request: web.Request) -> web.Response:
        asked.append(request.headers.get("Authorization", ""))
        return web.Response(body=b"x")

    ports, runners = [], []
    for handler in (api, other):
        app = web.Application()
        app.router.add_get("/{tail:.*}", handler)
        runner = web.AppRunner(app)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        ports.append(runner.addresses[0][1])
        runners.append(runner)
    client = Client(replace(account, api_url=f"http://127.0.0.1:{ports[0]}"))
    with pytest.raises(ForeignHostError):
        _ = [chunk async for chunk in client.download(Secret("1"))]
    await client.close()
    await asyncio.gather(*(runner.cleanup() for runner in runners))
    assert asked == []


def test_an_operator_can_name_other_hosts(environ: dict[str, str]) -> None:
    assert account_of({**environ, "SATARK_WHATSAPP_MEDIA_HOSTS": "media.example, .cdn.example"}).media_hosts == (
        "media.example",
        ".cdn.example",
    )
    assert is_media_host(URL("https://media.example/1"), API, ("media.example",))
    assert not is_media_host(URL("https://a.media.example/1"), API, ("media.example",))
