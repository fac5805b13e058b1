"""Turns a form into what the flow understands: pure."""

import re
import secrets
from collections.abc import Iterator
from itertools import count

from satark.channels.messages import Envelope, Inbound, Kind, Media, MediaKind, Point, Secret
from satark.channels.spec import Questions
from satark_webform.reading import MOST_FILES, Form

_KEPT = re.compile(r"([0-9a-f]{32})/(photo|video|audio|document)")
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def new_token() -> str:
    """128 random bits: the address of one form, and of nobody."""
    return secrets.token_urlsafe(16)


def token_of(form: Form, name: str = "token") -> str:
    """The token that a form carries, or a new one where it carries none that can be used."""
    return form.get(name) if _TOKEN.fullmatch(form.get(name)) else new_token()


def files_of(form: Form) -> list[Media]:
    """The files that came now, after those that came before: with an earlier try, or ahead of the form in parts."""
    matches = (_KEPT.fullmatch(value) for value in form.fields.get("kept", ()))
    before = [Media(MediaKind(match[2]), kept=match[1]) for match in matches if match]
    return [*before, *form.files][:MOST_FILES]


def point_of(form: Form) -> Point | None:
    try:
        lat, lon = float(form.get("lat")), float(form.get("lon"))
    except ValueError:
        return None
    return Point(lat, lon) if -90 <= lat <= 90 and -180 <= lon <= 180 else None


def whole_report(form: Form, questions: Questions) -> list[Envelope]:
    """All answers of the one-page form, in the order in which the flow asks."""
    return _addressed(form, list(_answers(form, questions)))


def _answers(form: Form, questions: Questions) -> Iterator[Inbound]:
    accusing = form.get("category") in questions.accusing
    yield _choice(questions.language)
    yield _choice(form.get("category"))
    if accusing:
        yield _choice(form.get("accused") or "by:unknown")
    yield from _voice(form)
    yield from _given(form)
    yield _choice("done")
    if point := point_of(form):
        yield Inbound(Kind.LOCATION, point=point)
    yield from _place(form, questions, accusing=accusing)
    yield _choice(questions.submit)


def _place(form: Form, questions: Questions, *, accusing: bool) -> Iterator[Inbound]:
    """The words first, which stay with the tip; then the choice, which is final. Where a station is accused the report goes
    by that; what was said of the place stays with it as words."""
    words, chosen = form.get("place_words"), form.get("place")
    if accusing and form.get("accused").startswith("by:station/"):
        words, chosen = " ".join(filter(None, (_name_of(chosen, questions), words))), ""
        if words:
            yield Inbound(Kind.TEXT, text=words)
        return
    if words:
        yield Inbound(Kind.TEXT, text=words)
    if chosen or not (words or point_of(form)):
        yield _choice(chosen or "at:unknown")


def one_step(form: Form, *, begins: bool = False) -> list[Envelope]:
    """What one page of the step-by-step form holds: text and files first, then the choice. The first is opened, perhaps by
    a poster."""
    opened = [Inbound(Kind.OPENED, text=form.get("poster"))]
    answers = [*(opened if begins else ()), *_voice(form), *_given(form)]
    if point := point_of(form):
        answers.append(Inbound(Kind.LOCATION, point=point))
    if form.get("choice"):
        answers.append(_choice(form.get("choice")))
    return _addressed(form, answers or opened)


def status_request(form: Form, language: str) -> list[Envelope]:
    """A receipt, as one would ask for it in a chat. Words would be taken for a report, which nobody makes here."""
    receipt = form.get("receipt") if any(char.isdecimal() for char in form.get("receipt")) else "-"
    texts = (Inbound(Kind.TEXT, text="status"), Inbound(Kind.TEXT, text=receipt))
    return _addressed(form, [_choice(language), *texts])


def _voice(form: Form) -> Iterator[Inbound]:
    """Whose voice is heard in what comes with the form, where the form asks."""
    if form.get("voice") in ("own", "changed"):
        yield _choice(f"voice:{form.get('voice')}")


def _given(form: Form) -> Iterator[Inbound]:
    for media in files_of(form):
        yield Inbound(Kind.MEDIA, media=media)
    if text := form.get("text"):
        yield Inbound(Kind.TEXT, text=text)


def _name_of(place: str, questions: Questions) -> str:
    """What the form calls a place; "" where it has none of that id."""
    offered = (one for group in questions.places for one in (group.district, *group.stations))
    return next((one.label for one in offered if one.id == place), "")


def _choice(value: str) -> Inbound:
    return Inbound(Kind.CHOICE, choice=value)


def _addressed(form: Form, answers: list[Inbound]) -> list[Envelope]:
    """The same form sent twice gives the same ids, so that a repetition changes nothing."""
    token, nonce, numbers = token_of(form), token_of(form, "nonce"), count()
    return [Envelope(Secret(token), Secret(f"{token}:{nonce}:{next(numbers)}"), answer) for answer in answers]
