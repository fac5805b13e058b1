"""A stand-in of the carrier's API, for `satark simulate` and for tests: strict about what the real one refuses."""

import base64
import hmac
from collections import deque
from collections.abc import Mapping

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from satark.channels.messages import Secret
from satark.channels.spec import Told
from satark_ivr.account import NUMBER, Account
from satark_ivr.client import VERSION


class StandIn:
    """One account. `files` are the recordings by id. Tests may change what it answers: `refusals` are the HTTP codes of the
    next requests, 0 for one that is served; `called` are the numbers that it called and how, `deleted` the recordings
    that are gone."""

    def __init__(self, account: Account, files: Mapping[str, bytes], told: Told | None = None) -> None:
        self.account = account
        self.files = files
        self.told = told
        self.refusals: deque[int] = deque()
        self.called: list[Mapping[str, str]] = []
        self.deleted: list[str] = []
        base = f"{VERSION}/Accounts/{account.sid}"
        routes = [
            Route(f"{base}.json", self._account),
            Route(f"{base}/.json", self._account),
            Route(f"{base}/Calls.json", self._call, methods=["POST"]),
            Route(base + "/Recordings/{sid}.wav", self._fetch),
            Route(base + "/Recordings/{sid}.json", self._delete, methods=["DELETE"]),
        ]
        self.app = Starlette(routes=routes, middleware=[Middleware(Gate, stand_in=self)])

    async def _account(self, _request: Request) -> Response:
        return JSONResponse({"sid": self.account.sid, "status": "active"})

    async def _call(self, request: Request) -> Response:
        asked = {name: str(value) for name, value in (await request.form()).items()}
        if not NUMBER.fullmatch(asked.get("To", "")) or asked.get("From") != self.account.caller_id:
            return refuse(400)
        if not asked.get("Url", "").startswith(("https://", "http://127.0.0.1")):
            return refuse(400)
        self.called.append(asked)
        if self.told:
            self.told(Secret(asked["To"].removeprefix("+")), "")
        return JSONResponse({"sid": f"CA{len(self.called):032x}", "status": "queued"}, 201)

    async def _fetch(self, request: Request) -> Response:
        sid = request.path_params["sid"]
        if sid not in self.files or sid in self.deleted:
            return refuse(404)
        return Response(self.files[sid], media_type="audio/x-wav")

    async def _delete(self, request: Request) -> Response:
        sid = request.path_params["sid"]
        if sid not in self.files or sid in self.deleted:
            return refuse(404)
        self.deleted.append(sid)
        return Response(status_code=204)


class Gate:
    """Refuses who does not know the account's token, and whatever a test wants refused."""

    def __init__(self, app: ASGIApp, stand_in: StandIn) -> None:
        self._app = app
        self._stand_in = stand_in

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._app
        if scope["type"] == "http":
            account = self._stand_in.account
            wanted = "Basic " + base64.b64encode(f"{account.sid}:{account.token}".encode()).decode()
            told = Request(scope).headers.get("authorization", "")
            if code := self._stand_in.refusals.popleft() if self._stand_in.refusals else 0:
                app = refuse(code)
            elif not hmac.compare_digest(wanted.encode(), told.encode()):
                app = refuse(401)
        await app(scope, receive, send)


def refuse(code: int) -> Response:
    """As Twilio words it."""
    return JSONResponse({"code": 20000 + code, "message": "refused", "status": code}, code)
