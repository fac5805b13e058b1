"""Steps in TwiML: Twilio, SignalWire, Somleng, and others that took it over (Twilio's "TwiML for Programmable Voice")."""

import re
from collections.abc import Sequence
from xml.etree.ElementTree import Element, SubElement, tostring

from satark_ivr.steps import Gather, Hangup, Play, Record, Redirect, Reject, Say, Step

MEDIA_TYPE = "text/xml"
# XML 1.0, production 2.
UNPRINTABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def document(steps: Sequence[Step]) -> bytes:
    response = Element("Response")
    for step in steps:
        _add(response, step)
    return bytes(tostring(response, encoding="utf-8", xml_declaration=True))


def _add(parent: Element, step: Step) -> None:
    match step:
        case Play():
            SubElement(parent, "Play").text = step.url
        case Say():
            SubElement(parent, "Say", language=step.language).text = _printable(step.text)
        case Gather():
            _add_gather(parent, step)
        case Record():
            _add_record(parent, step)
        case Redirect():
            SubElement(parent, "Redirect", method="POST").text = step.url
        case Hangup():
            SubElement(parent, "Hangup")
        case Reject():
            SubElement(parent, "Reject", reason="busy")


def _add_gather(parent: Element, step: Gather) -> None:
    keys = {"input": "dtmf", "numDigits": str(step.most), "timeout": str(step.timeout), "finishOnKey": step.finish}
    gather = SubElement(parent, "Gather", {"action": step.action, "method": "POST", **keys})
    for said in step.speech:
        _add(gather, said)


def _add_record(parent: Element, step: Record) -> None:
    limits = {"maxLength": str(step.longest), "timeout": str(step.silence), "finishOnKey": step.finish}
    told = {"recordingStatusCallback": step.report, "recordingStatusCallbackMethod": "POST"}
    how = {"playBeep": "true", "trim": "trim-silence"}
    SubElement(parent, "Record", {"action": step.action, "method": "POST", **limits, **how, **told})


def _printable(text: str) -> str:
    """Without what XML 1.0 cannot hold: an officer may have pasted it."""
    return UNPRINTABLE.sub("", text)
