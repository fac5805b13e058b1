"""The channel: its pages and what they do."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from satark.channels.messages import Asks, Capabilities, Choice, Envelope, MediaKind, Prompt
from satark.channels.spec import Channel, Host, NotAccepted, Questions, hookimpl
from satark_webform.envelopes import files_of, new_token, one_step, status_request, whole_report
from satark_webform.guard import UNKNOWN_RECEIPT, Guard, Limits, carried, limits_of
from satark_webform.reading import MOST_FILES, BadForm, Form, read_form

HERE = Path(__file__).parent
FILE_LIMIT = 100 * 2**20
GONE = "receipt.gone"
# What is asked while a report is not sent, so that it can still be withheld.
OF_A_REPORT = frozenset({"ask.category", "ask.accused", "ask.account", "ask.place", "ask.pin", "ask.check"})


class WebForm(Channel):
    name = "webform"
    templates: ClassVar[Path | None] = HERE / "templates"
    static: ClassVar[Path | None] = HERE / "static"
    uploads: ClassVar[str | None] = "/files"
    capabilities = Capabilities(
        max_text=100_000,
        max_text_with_choices=100_000,
        media=dict.fromkeys(MediaKind, FILE_LIMIT),
        location=True,
        answers_in_request=True,
        pushes_for=0,
    )

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()

    async def start(self, host: Host) -> None:
        await super().start(host)
        self.guard = Guard(host.secret(), self._limits)

    def routes(self) -> Sequence[BaseRoute]:
        return (
            Route("/", self.show_form, methods=["GET"]),
            Route("/", self.take_form, methods=["POST"]),
            Route("/step", self.show_steps, methods=["GET"]),
            Route("/step", self.take_step, methods=["POST"]),
            Route("/status", self.show_status, methods=["GET"]),
            Route("/status", self.take_status, methods=["POST"]),
        )

    async def show_form(self, request: Request) -> Response:
        """Writes nothing: a look leaves no trace."""
        form = Form()
        form.fields["poster"] = [request.query_params.get("poster", "")]
        return self._form(self._locale(request), form)

    async def take_form(self, request: Request) -> Response:
        """Where it was too large, or there is no room for its files, what came of it is shown again."""
        form = await self._read_some(request)
        locale = self._locale(request, form)
        errors = _errors(form)
        if errors:
            return self._form(locale, form, errors, 413 if form.too_large else 503 if form.no_room else 422)
        if not self.guard.lets(form, _client(request)):
            return self._hold(request, locale, form)
        questions = self.host.questions(locale, form.get("poster"))
        return self._answer(locale, form, await self._receive(request, whole_report(form, questions)))

    async def show_steps(self, request: Request) -> Response:
        form = Form()
        form.fields["poster"] = [request.query_params.get("poster", "")]
        locale = self._locale(request)
        if "lang" in request.query_params:
            form.fields["choice"] = [f"language:{locale}"]
        form.fields["token"], form.fields["nonce"] = [new_token()], [new_token()]
        return await self._step(request, locale, form, begins=True)

    async def take_step(self, request: Request) -> Response:
        form = await self._read(request)
        return await self._step(request, self._locale(request, form), form)

    async def _step(self, request: Request, locale: str, form: Form, *, begins: bool = False) -> Response:
        if not self.guard.lets(form, _client(request)):
            return self._hold(request, locale, form)
        return self._answer(locale, form, await self._receive(request, one_step(form, begins=begins)))

    async def show_status(self, request: Request) -> Response:
        return self._page("status.html", self._locale(request), Form(), prompts=())

    async def take_status(self, request: Request) -> Response:
        """The receipt is in the body and never in an address, where a log or a history would keep it."""
        form = await self._read(request)
        locale = self._locale(request, form)
        if not self.guard.lets(form, _client(request)):
            return self._hold(request, locale, form)
        prompts = await self._receive(request, status_request(form, f"language:{locale}"))
        wrong = any(prompt.id in UNKNOWN_RECEIPT for prompt in prompts)
        gone = [prompt for prompt in prompts if prompt.id == GONE]
        said = gone or [prompt for prompt in prompts if not prompt.id.startswith("ask.receipt")]
        status, over = 404 if wrong else 200, wrong or bool(gone)
        return self._page("status.html", locale, form, status, prompts=said, wrong=wrong, over=over)

    async def _read(self, request: Request) -> Form:
        """The whole form."""
        form = await self._read_some(request)
        if form.cut or form.no_room:
            raise HTTPException(413 if form.cut else 503)
        return form

    async def _read_some(self, request: Request) -> Form:
        try:
            return await read_form(request, self.host, FILE_LIMIT)
        except BadForm as error:
            raise HTTPException(error.status) from None

    async def _receive(self, request: Request, envelopes: list[Envelope]) -> list[Prompt]:
        try:
            prompts = await self.host.receive(envelopes)
        except NotAccepted:
            raise HTTPException(503) from None
        self.guard.heard(prompts, _client(request))
        return prompts

    def _hold(self, request: Request, locale: str, form: Form) -> Response:
        """The form once more, with all that was in it: it goes on by itself after some work, or by a button after a wait."""
        ticket, wait = self.guard.ticket(form, _client(request))
        shown = {"ticket": ticket, "wait": wait, "guessed": self.guard.guesses(form, _client(request))}
        page = self._page("hold.html", locale, form, 429, fields=carried(form), action=request.url.path, **shown)
        page.headers["Retry-After"] = str(wait)
        return page

    def _answer(self, locale: str, form: Form, prompts: list[Prompt]) -> Response:
        """The receipt, once there is one; before that, what is still asked."""
        locale = prompts[-1].locale if prompts else locale
        receipt = next((prompt for prompt in prompts if prompt.code), None)
        if receipt is not None:
            return self._page("receipt.html", locale, form, prompts=prompts, code=receipt.code)
        last = prompts[-1] if prompts else None
        asks, is_unsent = (last.asks, last.id in OF_A_REPORT) if last else (Asks.NOTHING, False)
        return self._page("step.html", locale, form, prompts=prompts, asks=asks, is_unsent=is_unsent)

    def _form(self, locale: str, form: Form, errors: Sequence[str] = (), status: int = 200) -> Response:
        questions = self.host.questions(locale, form.get("poster"))
        shown = {"questions": questions, "poster_place": _place_of(questions), "errors": errors}
        return self._page("form.html", locale, form, status, **shown)

    def _page(self, template: str, locale: str, form: Form, status: int = 200, **context: Any) -> Response:
        shared = {
            "form": form,
            "files": files_of(form),
            "token": form.get("token") or new_token(),
            "nonce": new_token(),
            "limit_mb": FILE_LIMIT // 2**20,
            "most_files": MOST_FILES,
            "leave_url": self.host.environ.get("LEAVE_URL", "about:blank"),
        }
        return self.host.page(template, locale, status, **shared, **context)

    def _locale(self, request: Request, form: Form | None = None) -> str:
        """The language that was chosen, else the browser's first that the service speaks, else Hindi."""
        accepted = request.headers.get("accept-language", "").split(",")
        wanted = (request.query_params.get("lang", ""), form.get("lang") if form else "", *accepted)
        tags = (tag.split(";")[0].split("-")[0].strip().lower() for tag in wanted)
        return next((tag for tag in tags if tag in self.host.locales), "hi")


def _place_of(questions: Questions) -> Choice | None:
    """The place of the poster that led here: it is offered first, and never taken unasked."""
    places = (place for group in questions.places for place in (group.district, *group.stations))
    return next((place for place in places if place.id == questions.place), None)


def _client(request: Request) -> str:
    return request.client.host if request.client else ""


def _errors(form: Form) -> list[str]:
    """What keeps a form from being sent, by the name of the field."""
    errors = [name for name, wrong in (("files", form.too_large), ("room", form.no_room)) if wrong]
    if not form.get("category").startswith("category:"):
        errors.append("category")
    if not form.get("text") and not files_of(form):
        errors.append("text")
    return errors


@hookimpl
def satark_channels(environ: Mapping[str, str]) -> Sequence[Channel]:
    return [WebForm(limits_of(environ))]
