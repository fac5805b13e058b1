"""A stand-in of Telegram's Bot API, for `satark simulate` and for tests: strict about what the real one refuses."""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import msgspec
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from satark.channels.messages import Secret
from satark.channels.spec import Told
from satark_telegram.account import SECRET_TOKEN, Account

TEXT = 4096
CALLBACK_DATA = 64
PER_SECOND = 30


class Refused(Exception):
    """`code` is Telegram's; `after` is in seconds, for a flood."""

    def __init__(self, code: int, description: str, after: int = 0) -> None:
        super().__init__(description)
        self.code = code
        self.description = description
        self.after = after


class StandIn:
    """One bot. `files` are what people sent, by id. Tests may change what it answers: `blocked` are the chats that
    blocked the bot, `refusals` the refusals of the next messages, `paths` the `file_path` of files that have another than
    their id, `waiting` the updates for who polls; `sent`,
    `answered` and `left` are what it took, `hook` what `setWebhook` said."""

    def __init__(self, account: Account, files: Mapping[str, bytes], told: Told | None = None) -> None:
        self.account = account
        self.files = files
        self.paths: dict[str, str] = {}
        self.told = told
        self.blocked: set[int] = set()
        self.refusals: deque[Refused] = deque()
        self.waiting: list[dict[str, Any]] = []
        self.sent: list[Mapping[str, Any]] = []
        self.answered: list[str] = []
        self.left: list[int] = []
        self.hook: dict[str, Any] = {}
        self._arrived = asyncio.Event()
        self._last: deque[float] = deque(maxlen=PER_SECOND)
        self._methods: dict[str, Callable[[dict[str, Any]], Any]] = {
            "getMe": lambda _asked: {"id": 1, "is_bot": True, "first_name": "Satark", "username": "satark_bot"},
            "sendMessage": self._send,
            "sendChatAction": self._act,
            "answerCallbackQuery": self._answer,
            "leaveChat": self._leave,
            "getFile": self._where,
            "setWebhook": self._set_hook,
            "deleteWebhook": self._delete_hook,
            "getWebhookInfo": self._show_hook,
            "getUpdates": self._updates,
        }
        self.app = Starlette(
            routes=[
                Route("/bot{token}/{method}", self._call, methods=["GET", "POST"]),
                Route("/file/bot{token}/{id}", self._file),
            ]
        )

    async def _call(self, request: Request) -> Response:
        method = self._methods.get(request.path_params["method"])
        if request.path_params["token"] != self.account.token:
            return refuse(Refused(401, "Unauthorized"))
        if method is None:
            return refuse(Refused(404, "Not Found"))
        in_json = request.headers.get("content-type") == "application/json"
        asked = {**request.query_params, **(await request.json() if in_json else await request.form())}
        try:
            found = method(asked)
            return JSONResponse({"ok": True, "result": await found if isinstance(found, Awaitable) else found})
        except Refused as refusal:
            return refuse(refusal)

    def _send(self, asked: dict[str, Any]) -> Mapping[str, Any]:
        if self.refusals:
            raise self.refusals.popleft()
        chat, text = int(asked["chat_id"]), asked.get("text", "")
        if chat in self.blocked:
            raise Refused(403, "Forbidden: bot was blocked by the user")
        check_text(text)
        markup = msgspec.json.decode(asked.get("reply_markup", "{}"))
        check_markup(markup, private=chat > 0)
        self._keep_pace()
        self.sent.append({**asked, "chat_id": chat, "reply_markup": markup})
        if self.told:
            self.told(Secret(str(chat)), "")
        known = {"id": chat, "type": "private" if chat > 0 else "group"}
        return {"message_id": len(self.sent), "date": 1767225600, "chat": known, "text": text}

    def _keep_pace(self) -> None:
        moment = time.monotonic()
        if len(self._last) == PER_SECOND and moment - self._last[0] < 1:
            raise Refused(429, "Too Many Requests: retry after 1", 1)
        self._last.append(moment)

    def _act(self, asked: dict[str, Any]) -> bool:
        if asked.get("action") != "typing":
            raise Refused(400, "Bad Request: wrong parameter action in request")
        return True

    def _answer(self, asked: dict[str, Any]) -> bool:
        self.answered.append(asked["callback_query_id"])
        return True

    def _leave(self, asked: dict[str, Any]) -> bool:
        self.left.append(int(asked["chat_id"]))
        return True

    def _where(self, asked: dict[str, Any]) -> Mapping[str, Any]:
        found = asked["file_id"]
        if found not in self.files:
            raise Refused(400, "Bad Request: invalid file_id")
        size = len(self.files[found])
        return {"file_id": found, "file_unique_id": found, "file_size": size, "file_path": self.paths.get(found, found)}

    def _set_hook(self, asked: dict[str, Any]) -> bool:
        if not SECRET_TOKEN.fullmatch(asked.get("secret_token", "-")):
            raise Refused(400, "Bad Request: secret token contains unallowed characters")
        if not asked["url"].startswith(("https://", "http://127.0.0.1")):
            raise Refused(400, "Bad Request: bad webhook: an HTTPS URL must be provided for webhook")
        self.hook = {**asked, "allowed_updates": msgspec.json.decode(asked.get("allowed_updates", "[]"))}
        return True

    def _delete_hook(self, _asked: dict[str, Any]) -> bool:
        self.hook = {}
        return True

    def _show_hook(self, _asked: dict[str, Any]) -> Mapping[str, Any]:
        known = {
            "url": self.hook.get("url", ""),
            "has_custom_certificate": False,
            "pending_update_count": len(self.waiting),
        }
        return {**known, "allowed_updates": self.hook.get("allowed_updates", [])}

    def bring(self, *updates: dict[str, Any]) -> None:
        """For who polls."""
        self.waiting.extend(updates)
        self._arrived.set()

    async def _updates(self, asked: dict[str, Any]) -> list[dict[str, Any]]:
        """What is older than the offset is forgotten: whoever asks for more has it. Waits while there is nothing."""
        if self.hook:
            raise Refused(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = int(asked.get("offset", 0))
        self.waiting = [update for update in self.waiting if update["update_id"] >= offset]
        if not self.waiting:
            self._arrived.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._arrived.wait(), int(asked.get("timeout", 0)))
        return list(self.waiting)

    async def _file(self, request: Request) -> Response:
        content = self.files.get(request.path_params["id"])
        if request.path_params["token"] != self.account.token or content is None:
            return refuse(Refused(404, "Not Found"))
        return Response(content, media_type="application/octet-stream")


def check_text(text: str) -> None:
    if not text.strip():
        raise Refused(400, "Bad Request: message text is empty")
    if len(text.encode("utf-16-le")) // 2 > TEXT:
        raise Refused(400, "Bad Request: message is too long")


def check_markup(markup: Mapping[str, Any], *, private: bool) -> None:
    """An inline keyboard, or one that asks for a location."""
    for row in markup.get("inline_keyboard", ()):
        for button in row:
            data = button.get("callback_data", "").encode()
            if not (button.get("text", "").strip() and 1 <= len(data) <= CALLBACK_DATA):
                raise Refused(400, "Bad Request: BUTTON_DATA_INVALID")
    for row in markup.get("keyboard", ()):
        for button in row:
            if not button.get("text", "").strip():
                raise Refused(400, "Bad Request: text buttons must be non-empty")
            if button.get("request_location") and not private:
                raise Refused(400, "Bad Request: location can be requested in private chats only")


def refuse(refusal: Refused) -> Response:
    """As Telegram words it."""
    more = {"parameters": {"retry_after": refusal.after}} if refusal.after else {}
    answer = {"ok": False, "error_code": refusal.code, "description": refusal.description, **more}
    return JSONResponse(answer, refusal.code)
