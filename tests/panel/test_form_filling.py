"""A form that is filled in by the server sends what it was filled with, and the rest of the page is as it was."""

import re
from html import escape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.panel.form_filling import fill

PAGE = """<!doctype html>
<p>before &amp; after <br> <svg><path d="M0"/></svg></p>
<form action="/other"><input name="text" value="other"><textarea name="words">other</textarea></form>
<details class="card"><summary>Report</summary>
<form method="post" action="/report"><input type="hidden" name="csrf" value="new"><input type="hidden" name="version" value="1">
<textarea name="text" rows="4">old &lt;b&gt;</textarea><input name="what" value=""><input name="what" value="">
<select name="office"><option value=""></option><option value="a" selected>A</option><option value="b">B</option></select>
<input type="checkbox" name="done" value="x" checked><input type="checkbox" name="done" value="y"><input type="file" name="files">
<button name="step" value="send">Send</button></form></details>
<script>if (1 < 2 && "</p>") {}</script>
"""
# What a browser sends as it was typed: a line break is CRLF, and a lone one at the start is eaten by the parser.
texts = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=30)


class Sent(HTMLParser):
    """What a browser would send of the form of an action."""

    def __init__(self, action: str) -> None:
        super().__init__()
        self.fields: list[tuple[str, str]] = []
        self._action, self._inside, self._name, self._select = action, False, "", ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        if tag == "form":
            self._inside = found.get("action") == self._action
        name, kind = found.get("name") or "", found.get("type")
        if not self._inside:
            return
        ticked = kind not in ("checkbox", "file") or "checked" in found
        if tag == "input" and ticked and kind != "file":
            self.fields.append((name, found.get("value") or ""))
        if tag == "textarea":
            self._name = name
            self.fields.append((name, ""))
        if tag == "select":
            self._select = name
        if tag == "option" and "selected" in found:
            self.fields.append((self._select, found.get("value") or ""))

    def handle_data(self, data: str) -> None:
        if self._name:
            name, value = self.fields[-1]
            self.fields[-1] = (name, (value + data).removeprefix("\n"))

    def handle_endtag(self, tag: str) -> None:
        self._name = "" if tag == "textarea" else self._name
        self._inside = self._inside and tag != "form"


def sent(page: str, action: str = "/report") -> list[tuple[str, str]]:
    found = Sent(action)
    found.feed(page)
    return found.fields


@given(texts, texts, texts, st.sampled_from(["", "a", "b"]), st.lists(st.sampled_from(["x", "y"]), unique=True))
def test_it_sends_what_it_was_filled_with(text: str, first: str, second: str, office: str, done: list[str]) -> None:
    fields = [("version", "7"), ("text", text), ("what", first), ("what", second), ("office", office)]
    filled = fill(PAGE, "/report", [*fields, *(("done", one) for one in done)], "d1")
    assert sorted(sent(filled)) == sorted([("csrf", "new"), ("draft", "d1"), *fields, *(("done", one) for one in done)])
    assert sent(filled, "/other") == [("text", "other"), ("words", "other")]


def test_the_rest_of_the_page_is_as_it_was() -> None:
    filled = fill(PAGE, "/report", [("text", "new")])
    assert filled.split("<details")[0] == PAGE.split("<details")[0]
    assert filled.split("</details>")[1] == PAGE.split("</details>")[1]
    assert '<details open class="card">' in filled
    assert fill(PAGE, "/nowhere", [("text", "new")]) == PAGE


def test_files_that_were_kept_stay_with_the_form() -> None:
    assert ("kept", "f1") in sent(fill(PAGE, "/report", [("text", "x"), ("kept", "f1"), ("kept", "f2")]))
    assert ("unknown", "f1") not in sent(fill(PAGE, "/report", [("text", "x"), ("unknown", "f1")]))


def test_of_several_forms_it_is_the_one_that_has_the_fields() -> None:
    two = '<form action="/a"><input name="x" value="1"></form><form action="/a"><input name="y" value="2"></form>'
    assert fill(two, "/a", [("y", "3")]) == two.replace('value="2"', 'value="3"')


@pytest.mark.parametrize("value", ['"><script>alert(1)</script>', "</textarea><script>", "&lt;", "'"])
def test_nothing_that_was_written_becomes_markup(value: str) -> None:
    filled = fill(PAGE, "/report", [("text", value), ("what", value)], value)
    assert len(re.findall("<script", filled)) == 1
    assert dict(sent(filled))["text"] == value
    assert escape(value, quote=False) in filled
