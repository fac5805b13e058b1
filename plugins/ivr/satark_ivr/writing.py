"""Prompts -> the steps of a call: pure. What is said can be interrupted by a key; then keys are waited for, or a voice."""

from collections.abc import Callable, Sequence

from satark.channels.messages import Asks, Capabilities, MediaKind, Prompt, Spoken
from satark_ivr.reading import STEP
from satark_ivr.steps import Gather, Hangup, Play, Record, Redirect, Say, Speech, Step

# The text itself is not sent, but spoken: the longest is a letter of the police.
MOST_TEXT = 4000
DAY = 86_400
# Of one number two rings are called back at once and one more a day, so three in any one day.
RINGS_AT_ONCE = 2
FILE_LIMIT = 16 * 2**20
CAPABILITIES = Capabilities(
    max_text=MOST_TEXT, max_text_with_choices=MOST_TEXT, media={MediaKind.AUDIO: FILE_LIMIT}, keypad=True, speech=True,
    answers_in_request=True, pushes_for=0, pair_seconds=DAY, pair_burst=RINGS_AT_ONCE,
)  # fmt: skip

# In seconds: who looks for the key or for their glasses needs longer than a carrier's five.
KEY_TIMEOUT = 8
RECEIPT_TIMEOUT = 15
BEFORE_THE_TONE = 1
LONGEST_RECORDING = 300
SILENCE = 6
RECEIPT_DIGITS = 16
# What carriers' machines speak; a machine that knows no Bhojpuri reads it as Hindi.
LANGUAGES = {"hi": "hi-IN", "bho": "hi-IN", "ur": "ur-IN", "en": "en-IN"}
RECORDED = frozenset({Asks.ACCOUNT, Asks.LOCATION})

Speak = Callable[[str, str], list[Spoken]]
"""(words, locale) -> the pieces of them."""


def steps_of(prompts: Sequence[Prompt], base: str, step: int, speak: Speak) -> list[Step]:
    """What a call does next. `base` is the channel's own address, `step` how many answers came before this one."""
    if not prompts:
        return [Hangup()]
    speech = tuple(said for prompt in prompts for said in _speech(prompt, base, speak))
    voice, action = f"{base}/voice", f"{base}/voice?{STEP}={step + 1}"
    asks, silent = prompts[-1].asks, Redirect(action)
    if asks is Asks.RECEIPT:
        return [Gather(action, speech, RECEIPT_DIGITS, RECEIPT_TIMEOUT, finish="#"), silent]
    if asks in RECORDED:
        record = Record(action, report=voice, longest=LONGEST_RECORDING, silence=SILENCE)
        return [Gather(action, speech, 1, BEFORE_THE_TONE), record, silent]
    return [Gather(action, speech, 1, KEY_TIMEOUT), silent]


def _speech(prompt: Prompt, base: str, speak: Speak) -> list[Speech]:
    language = LANGUAGES.get(prompt.locale, LANGUAGES["hi"])
    pieces = speak(prompt.speech or prompt.text, prompt.locale)
    return [Play(f"{base}/clip/{one.clip}.wav") if one.clip else Say(one.text, language) for one in pieces]
