"""Our TwiML is that of the carrier's own library, and what a call says plays what has a clip."""

from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from twilio.twiml.voice_response import VoiceResponse

from satark.channels.messages import Asks, Choice, Prompt
from satark.channels.testing import CLIP, FakeHost
from satark_ivr.steps import Gather, Hangup, Play, Record, Redirect, Reject, Say
from satark_ivr.twiml import document
from satark_ivr.writing import steps_of

BASE = "https://satark.example/channels/ivr"
NEXT = f"{BASE}/voice?step=3"


def same(ours: Element, theirs: Element) -> bool:
    told = (ours.tag, ours.text or "", ours.attrib) == (theirs.tag, theirs.text or "", theirs.attrib)
    return told and len(ours) == len(theirs) and all(map(same, ours, theirs))


def test_it_is_what_the_carriers_own_library_writes() -> None:
    ours = document([
        Gather(NEXT, (Say("एक & दो <तीन>", "hi-IN"), Play(f"{BASE}/clip/x.wav")), 1, 8), Record(NEXT, f"{BASE}/voice", 300, 6),
        Gather(NEXT, (), 16, 15, "#"), Redirect(NEXT), Hangup(), Reject(),
    ])  # fmt: skip
    theirs = VoiceResponse()
    gather = theirs.gather(input="dtmf", num_digits=1, timeout=8, finish_on_key="", action=NEXT, method="POST")
    gather.say("एक & दो <तीन>", language="hi-IN")
    gather.play(f"{BASE}/clip/x.wav")
    theirs.record(
        action=NEXT, method="POST", max_length=300, timeout=6, finish_on_key="#", play_beep=True, trim="trim-silence",
        recording_status_callback=f"{BASE}/voice", recording_status_callback_method="POST",
    )  # fmt: skip
    theirs.gather(input="dtmf", num_digits=16, timeout=15, finish_on_key="#", action=NEXT, method="POST")
    theirs.redirect(NEXT, method="POST")
    theirs.hangup()
    theirs.reject(reason="busy")
    assert same(ElementTree.fromstring(ours), ElementTree.fromstring(str(theirs)))


def test_what_xml_cannot_hold_is_left_out() -> None:
    assert ElementTree.fromstring(document([Say("a\0b\x1b\ufffe", "en-IN")]))[0].text == "ab"


def test_what_has_a_clip_is_played_and_what_has_none_is_spoken() -> None:
    host = FakeHost()
    prompt = Prompt("ask.category", "ur", "x", "کیا؟", (Choice("category:a", "A"),), Asks.CHOICE)
    (gather, redirect) = steps_of([prompt], BASE, 2, host.spoken)
    assert gather == Gather(NEXT, (Say("کیا؟", "ur-IN"),), 1, 8)
    assert redirect == Redirect(NEXT)
    host.clips[CLIP] = b"RIFF"
    (gather, _) = steps_of([prompt], BASE, 2, host.spoken)
    assert gather.speech == (Play(f"{BASE}/clip/{CLIP}.wav"),)  # type: ignore[union-attr]
