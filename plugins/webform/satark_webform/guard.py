"""When a form must go through the turnstile: while very many come, and where somebody seems to guess receipts.

A receipt has 15 random digits, so where n tips have one, a guess in 10**15 / n is right. Who is not braked tries 1,000 a
second: with a million tips that is 31 of them in a year. FREE_TRIES in ten minutes are 526,000 a year from one address:
with a million tips, one hit in 1,900 years. Each one more costs HARDER times the work: a core of a server does about one
a second, one hit in 32 years. Ten thousand addresses would have 166 free tries a second: so beyond `Limits.guesses` wrong
ones a minute from all together, everybody who comes with a receipt works for it, the first time too.
"""

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from satark.channels.brake import Brake
from satark.channels.folding import digits_in
from satark.channels.messages import Prompt
from satark.channels.pressure import Pressure
from satark.channels.spec import Misconfigured
from satark.channels.turnstile import Ticket, Turnstile
from satark_webform.reading import Form

log = logging.getLogger(__name__)

PREFIX = "SATARK_WEBFORM_"
FREE_TRIES = 10
HARDER = 8
RECEIPT_DIGITS = 16
UNKNOWN_RECEIPT = frozenset({"receipt.unknown", "receipt.slip"})
OWN_FIELDS = frozenset({"ticket", "proof", "kept"})


@dataclass(frozen=True)
class Limits:
    """How many forms, and how many wrong receipts, may come in a minute before everybody has to work."""

    busy: int = 120
    guesses: int = 30


def limits_of(environ: Mapping[str, str]) -> Limits:
    """Raises Misconfigured."""
    return Limits(_number(environ, "BUSY", Limits.busy), _number(environ, "GUESSES", Limits.guesses))


class Guard:
    """One per process. `secret` is the turnstile's key."""

    def __init__(self, secret: bytes, limits: Limits) -> None:
        self._posts = Pressure(limits.busy)
        self._guesses = Pressure(limits.guesses)
        self._tries = Brake(FREE_TRIES)
        self._turnstile = Turnstile(secret)
        self._was_high = False

    def lets(self, form: Form, client: str) -> bool:
        """Whether the form is taken now. Counts it."""
        self._posts.count()
        self._note()
        weight = self._weight(form, client)
        return not weight or self._turnstile.admits(form.get("ticket"), form.get("proof"), client, weight)

    def ticket(self, form: Form, client: str) -> tuple[Ticket, int]:
        """What lets it pass, and how many seconds it is until then without work."""
        ticket = self._turnstile.ticket(max(1, self._weight(form, client)), form.get("ticket"))
        return ticket, self._turnstile.wait(ticket)

    def guesses(self, form: Form, client: str) -> bool:
        """Whether it is for wrong receipts that it must wait."""
        return asks_with_a_receipt(form) and (self._tries.holds(client) or self._guesses.high)

    def heard(self, prompts: Sequence[Prompt], client: str) -> bool:
        """Whether what was answered says that a receipt was wrong. Counts it."""
        wrong = any(prompt.id in UNKNOWN_RECEIPT for prompt in prompts)
        if wrong:
            self._guesses.count()
            self._tries.count(client)
        return wrong

    def _weight(self, form: Form, client: str) -> int:
        if asks_with_a_receipt(form) and self._tries.holds(client):
            return HARDER
        return int(self._posts.high or self.guesses(form, client))

    def _note(self) -> None:
        high = self._posts.high or self._guesses.high
        if high != self._was_high:
            log.warning(
                "very many forms or guesses: each must work or wait now" if high else "no longer very many forms"
            )
        self._was_high = high


def asks_with_a_receipt(form: Form) -> bool:
    """Whatever the core may take for one, in whichever field and script."""
    return any(len(digits_in(form.get(name))) >= RECEIPT_DIGITS for name in ("receipt", "text", "place_words"))


def carried(form: Form) -> list[tuple[str, str]]:
    """The fields of a form as they came, without those of the turnstile, and without files, which are kept."""
    return [(name, value) for name, values in form.fields.items() if name not in OWN_FIELDS for value in values]


def _number(environ: Mapping[str, str], name: str, usual: int) -> int:
    said = environ.get(PREFIX + name, str(usual))
    if not re.fullmatch(r"[1-9][0-9]{0,8}", said):
        raise Misconfigured(f"{PREFIX}{name} must be a whole number above 0")
    return int(said)
