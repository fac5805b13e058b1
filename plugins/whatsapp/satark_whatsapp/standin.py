"""A stand-in of Meta's Cloud API, for `satark simulate` and for tests: strict about what the real one refuses, and as
slow to anger (one message in six seconds to one person, 45 at once; 80 a second in all)."""

import base64
import hashlib
import time
from collections import deque
from collections.abc import Mapping
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from satark.channels.messages import Secret
from satark.channels.spec import Told
from satark_whatsapp.account import Account
from satark_whatsapp.rules import fault_of
from satark_whatsapp.writing import KNOCK, TEMPLATE_LANGUAGES

BUSINESS_ACCOUNT = "700000000000001"
UNKNOWN_OBJECT = 33
NO_ACCESS = 190
WINDOW_CLOSED = 131047
PAIR_LIMIT = 131056
THROUGHPUT = 130429
PER_SECOND = 80
PAIR_SECONDS = 6.0
PAIR_BURST = 45
STATUS_OF = {NO_ACCESS: 401, UNKNOWN_OBJECT: 404, THROUGHPUT: 429}


class StandIn:
    """One number. `files` are the media that people sent, by id. Tests may change what it answers: `closed` are the
    people whose window is closed, `refusals` the codes to refuse the next messages with, `lost` how many addresses of
    files have run out before they are used, `sent` and `shown` what it took."""

    def __init__(self, account: Account, files: Mapping[str, bytes], told: Told | None = None) -> None:
        self.account = account
        self.files = files
        self.told = told
        self.webhook = ""
        self.approved = {(KNOCK, language) for language in TEMPLATE_LANGUAGES.values()}
        self.closed: set[str] = set()
        self.refusals: deque[int] = deque()
        self.lost = 0
        self.sent: list[Mapping[str, Any]] = []
        self.shown: list[Mapping[str, Any]] = []
        self._ready: dict[str, float] = {}
        self._last: deque[float] = deque(maxlen=PER_SECOND)
        self.app = Starlette(
            routes=[
                Route("/{number}/messages", self._messages, methods=["POST"]),
                Route(f"/{BUSINESS_ACCOUNT}/subscribed_apps", self._apps),
                Route(f"/{BUSINESS_ACCOUNT}/message_templates", self._templates),
                Route("/file/{id}/{key}", self._file),
                Route("/{id}", self._object),
            ]
        )

    def _allowed(self, request: Request) -> bool:
        return request.headers.get("authorization") == f"Bearer {self.account.token}"

    async def _messages(self, request: Request) -> Response:
        message = await request.json()
        if not self._allowed(request):
            return refuse(NO_ACCESS)
        if request.path_params["number"] != self.account.phone_number_id:
            return refuse(UNKNOWN_OBJECT)
        if message.get("status") == "read":
            return self._read(message)
        if code := self._fault(message):
            return refuse(code)
        person = str(message.get("recipient") or message["to"])
        self.sent.append(message)
        if self.told:
            self.told(Secret(person), str(message.get("biz_opaque_callback_data", "")))
        known = {"input": person, "user_id" if "recipient" in message else "wa_id": person}
        said = {"id": f"wamid.{base64.b64encode(f'{person}:{len(self.sent)}'.encode()).decode()}"}
        return JSONResponse({"messaging_product": "whatsapp", "contacts": [known], "messages": [said]})

    def _fault(self, message: Mapping[str, Any]) -> int:
        if self.refusals and (code := self.refusals.popleft()):
            return code
        if code := fault_of(message, self.approved):
            return code
        person = str(message.get("recipient") or message["to"])
        if person in self.closed and message["type"] != "template":
            return WINDOW_CLOSED
        return self._too_fast(person)

    def _too_fast(self, person: str) -> int:
        moment = time.monotonic()
        if len(self._last) == PER_SECOND and moment - self._last[0] < 1:
            return THROUGHPUT
        ready = max(self._ready.get(person, 0.0), moment)
        if ready - moment > PAIR_SECONDS * (PAIR_BURST - 1):
            return PAIR_LIMIT
        self._ready[person] = ready + PAIR_SECONDS
        self._last.append(moment)
        return 0

    def _read(self, message: Mapping[str, Any]) -> Response:
        if not message.get("message_id") or message.get("typing_indicator", {"type": "text"}) != {"type": "text"}:
            return refuse(100)
        self.shown.append(message)
        return JSONResponse({"success": True})

    async def _object(self, request: Request) -> Response:
        """The number, or a file that somebody sent."""
        asked = request.path_params["id"]
        if not self._allowed(request):
            return refuse(NO_ACCESS)
        if asked == self.account.phone_number_id:
            return JSONResponse(self._number(request.query_params.get("fields", "")))
        if asked not in self.files:
            return refuse(UNKNOWN_OBJECT)
        key, self.lost = ("gone", self.lost - 1) if self.lost else ("here", 0)
        content = self.files[asked]
        url = str(request.base_url.replace(path=f"/file/{asked}/{key}"))
        digest = hashlib.sha256(content).hexdigest()
        return JSONResponse({"id": asked, "url": url, "sha256": digest, "file_size": len(content)})

    def _number(self, fields: str) -> Mapping[str, Any]:
        health = {"entities": [
            {"entity_type": "PHONE_NUMBER", "id": self.account.phone_number_id, "can_send_message": "AVAILABLE"},
            {"entity_type": "WABA", "id": BUSINESS_ACCOUNT, "can_send_message": "AVAILABLE"},
        ]}  # fmt: skip
        known = {
            "display_phone_number": "15550000000",
            "verified_name": "Satark",
            "webhook_configuration": {"application": self.webhook} if self.webhook else {},
            "health_status": health,
        }
        return {
            "id": self.account.phone_number_id,
            **{name: known[name] for name in fields.split(",") if name in known},
        }

    async def _file(self, request: Request) -> Response:
        """An address lives five minutes and wants the token."""
        if not self._allowed(request):
            return refuse(NO_ACCESS)
        if request.path_params["key"] != "here":
            return Response(status_code=404)
        return Response(self.files[request.path_params["id"]], media_type="application/octet-stream")

    async def _apps(self, request: Request) -> Response:
        apps = [{"whatsapp_business_api_data": {"id": "1", "name": "Satark"}}] if self.webhook else []
        return JSONResponse({"data": apps}) if self._allowed(request) else refuse(NO_ACCESS)

    async def _templates(self, request: Request) -> Response:
        data = [{"name": name, "language": language, "status": "APPROVED"} for name, language in sorted(self.approved)]
        return JSONResponse({"data": data}) if self._allowed(request) else refuse(NO_ACCESS)


def refuse(code: int) -> Response:
    """As Meta words it."""
    error = {"message": f"(#{code}) refused", "type": "OAuthException", "code": code, "fbtrace_id": "-"}
    return JSONResponse({"error": error}, STATUS_OF.get(code, 400))
