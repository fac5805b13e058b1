"""Turns what is to be said into words that fit the channel: template + locale + capabilities -> prompts."""

from collections.abc import Callable, Mapping, Sequence
from itertools import pairwise
from typing import Any

from jinja2 import Environment, Template
from msgspec.structs import replace

from satark.channels.messages import JOINT, Asks, Capabilities, Choice, Prompt
from satark.conversation.split import split
from satark.conversation.state import Ask

PAUSE = "\n\n"
LABELS = "labels.j2"
WRITTEN, SPOKEN = "written", "spoken"

Named = Mapping[str, str]
"""A name by locale."""


class Voice:
    """The words of the service: an environment per locale, and the names of categories and offices by choice value.

    `names` and `details` lead from a value (`liquor`, `station/jaunpur/kotwali`) to its name by locale, `parents` from a
    station to its district.
    """

    def __init__(
        self,
        environments: Callable[[str], Environment],
        names: Mapping[str, Named],
        details: Mapping[str, Named],
        languages: Named,
        parents: Mapping[str, str],
    ) -> None:
        self._environments = environments
        self._names = names
        self._details = details
        self._languages = languages
        self._parents = parents
        self._known: dict[str, Environment] = {}
        self._fixed: dict[str, dict[str, str]] = {}
        self._globals: dict[Template, dict[str, Any]] = {}

    def environment(self, locale: str) -> Environment:
        if locale not in self._known:
            jinja = self._environments(locale)
            jinja.globals["name"] = lambda value: self.name(value, locale)
            self._known[locale] = jinja
            self._fixed[locale] = jinja.get_template(LABELS).module.labels  # type: ignore[attr-defined]
        return self._known[locale]

    def name(self, value: str, locale: str) -> str:
        """What a category or an office is called; Hindi, then English, where the locale has no name for it."""
        named = self._names.get(value, {})
        return named.get(locale) or named.get("hi") or named.get("en") or value

    def label(self, choice: str, locale: str) -> str:
        verb, _, value = choice.partition(":")
        if verb == "language":
            return self._languages[value]
        return self.fixed(choice, locale) or self.name(value, locale)

    def fixed(self, choice: str, locale: str) -> str:
        """The label of a choice that is named by no category and no office; "" of others."""
        self.environment(locale)
        verb, _, value = choice.partition(":")
        fixed = self._fixed[locale]
        return fixed.get(choice) or fixed.get(f"{verb}:{value.partition('/')[0]}") or fixed.get(verb) or ""

    def labels(self, choices: Sequence[str], locale: str) -> list[str]:
        """The labels of what stands together: stations of one name are told apart by their districts, which stand first,
        for a long label is cut at its end."""
        plain = [self.label(choice, locale) for choice in choices]
        return [
            self._with_parent(label, choice, locale) if plain.count(label) > 1 else label
            for choice, label in zip(choices, plain, strict=True)
        ]

    def _with_parent(self, label: str, choice: str, locale: str) -> str:
        parent = self._parents.get(choice.partition(":")[2], "")
        return f"{self.name(parent, locale)}: {label}" if parent else label

    def detail(self, choice: str, locale: str) -> str:
        named = self._details.get(choice.partition(":")[2], {})
        return named.get(locale) or named.get("hi") or ""

    def say(self, ask: Ask, form: str) -> str:
        """The words of an ask, written or spoken; where a template has no spoken form, the written one is spoken."""
        template = self.environment(ask.locale).get_template(f"{ask.id}.j2")
        block = template.blocks.get(form) or template.blocks[WRITTEN]
        context = {**ask.args, "code": ask.code} | (self._apart(ask) if form == SPOKEN else {})
        return _tidy(self._render(template, block, context))

    def _render(self, template: Template, block: Callable[..., Any], context: Mapping[str, Any]) -> str:
        """What Jinja knows everywhere is put together once a template: it would be half of the work each time."""
        if template not in self._globals:
            self._globals[template] = dict(template.globals)
        return "".join(block(template.new_context({**self._globals[template], **context}, shared=True)))

    def _apart(self, ask: Ask) -> dict[str, Any]:
        """The names and numbers of what is spoken, with joints around them."""
        labels = self.labels([choice for _, choice in ask.options], ask.locale)
        options = [(_jointed(number), _jointed(label)) for (number, _), label in zip(ask.options, labels, strict=True)]
        return {"options": options, "name": lambda value: _jointed(self.name(value, ask.locale))}


def _jointed(text: str) -> str:
    return f"{JOINT}{text}{JOINT}"


def _tidy(text: str) -> str:
    """Without indentation, and of several empty lines one. Lines that say the same stay: two digits may be alike."""
    lines = [" ".join(line.split()) for line in text.strip().splitlines()]
    return "\n".join(line for before, line in pairwise(["", *lines]) if line or before)


def render(asks: Sequence[Ask], voice: Voice, capabilities: Capabilities) -> list[Prompt]:
    """The prompts for what is to be said in one turn: one bubble where the channel pushes, one each where it answers.

    No choice is ever lost. Text that is too long is split, and the choices stand on the last part.
    """
    said = [_prompt(ask, voice, capabilities) for ask in coalesce(asks)]
    if not capabilities.answers_in_request:
        said = [_one_bubble(said)] if said else []
    return [part for prompt in said for part in _fit(prompt, capabilities)]


def coalesce(asks: Sequence[Ask]) -> list[Ask]:
    """All notices, each once, and the last question: a burst of ten photos gets one answer."""
    notices: list[Ask] = []
    question: list[Ask] = []
    for ask in asks:
        if not ask.notice:
            question = [ask]
        elif ask not in notices:
            notices.append(ask)
    return notices + question


def _prompt(ask: Ask, voice: Voice, capabilities: Capabilities) -> Prompt:
    labels = voice.labels([choice for _, choice in ask.options], ask.locale)
    choices = tuple(
        Choice(choice, label, voice.detail(choice, ask.locale))
        for (_, choice), label in zip(ask.options, labels, strict=True)
    )
    text = voice.say(ask, WRITTEN)
    if choices and not capabilities.most_choices and not capabilities.answers_in_request:
        text += PAUSE + "\n".join(f"{number}. {label}" for (number, _), label in zip(ask.options, labels, strict=True))
    control = voice.label(f"control:{_control(ask)}", ask.locale)
    return Prompt(ask.id, ask.locale, text, voice.say(ask, SPOKEN), choices, ask.asks, ask.code, control)


def _control(ask: Ask) -> str:
    return "location" if ask.asks is Asks.LOCATION else "choices"


def _one_bubble(prompts: Sequence[Prompt]) -> Prompt:
    last = prompts[-1]
    code = next((prompt.code for prompt in prompts if prompt.code), "")
    return replace(
        last,
        text=PAUSE.join(prompt.text for prompt in prompts),
        speech=PAUSE.join(prompt.speech for prompt in prompts),
        code=code,
    )


def _fit(prompt: Prompt, capabilities: Capabilities) -> list[Prompt]:
    has_controls = prompt.choices or prompt.asks is Asks.LOCATION
    limit = capabilities.max_text_with_choices if has_controls else capabilities.max_text
    *before, last = split(prompt.text, limit, capabilities.unit) or [""]
    silent = replace(prompt, speech="", choices=(), asks=Asks.NOTHING, code="", control="")
    choices = tuple(_shortened(choice, prompt, capabilities) for choice in prompt.choices)
    control = split(prompt.control, capabilities.control_label or len(prompt.control), capabilities.unit)[0]
    spoken = replace(prompt, text=last, choices=choices, control=control)
    return [*(replace(silent, text=text) for text in before), spoken]


def _shortened(choice: Choice, prompt: Prompt, capabilities: Capabilities) -> Choice:
    """A label fails the build when it is too long (`label_limit`); should one slip through, it is cut, not lost."""
    unit, limit = capabilities.unit, label_limit(prompt, capabilities)
    label = split(choice.label, limit, unit)[0] if limit else choice.label
    detail = split(choice.detail, capabilities.row_detail, unit)[0] if capabilities.row_detail else choice.detail
    return replace(choice, label=label, detail=detail)


def label_limit(prompt: Prompt, capabilities: Capabilities) -> int:
    """How long a label of this prompt may be in the channel's unit; 0 for any length."""
    as_buttons = len(prompt.choices) <= capabilities.buttons
    return capabilities.button_label if as_buttons else capabilities.row_label
