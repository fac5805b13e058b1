"""Puts values back into a form of a page, as a browser had sent them (pure)."""

from collections import defaultdict
from collections.abc import Sequence, Set
from html import escape
from html.parser import HTMLParser

Fields = Sequence[tuple[str, str]]
Attributes = list[tuple[str, str | None]]

# What a page makes anew, and what no page may hold.
KEPT_FROM_PAGE = frozenset({"csrf", "draft"})
NEVER_FILLED = frozenset({"submit", "button", "image", "reset", "file", "password"})
# Hidden fields of which a form has as many as there are.
LISTS = frozenset({"kept", "shown"})


def fill(page: str, action: str, fields: Fields, draft: str = "", wrong: Set[str] = frozenset()) -> str:
    """Return the page with the fields in the form that posts to `action`; of several, in the one that has most of them. The
    form then names the draft, a `<details>` around it is open, and controls whose ids are in `wrong` are marked. Without
    such a form the page is as it was."""
    survey = _Survey(action)
    survey.feed(page)
    survey.close()
    names = {name for name, _ in fields}
    overlap = [(len(names & own), -len(own - names), -at) for at, own in survey.forms]
    if not overlap:
        return page
    filler = _Filler(-max(overlap)[2], fields, draft, wrong)
    filler.feed(page)
    filler.close()
    return "".join(filler.out)


class _Survey(HTMLParser):
    """Finds the forms that post to an address: their number on the page, and the names of their controls."""

    def __init__(self, action: str) -> None:
        super().__init__(convert_charrefs=False)
        self.forms: list[tuple[int, set[str]]] = []
        self._action = action
        self._seen = -1
        self._inside = False

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        found = dict(attrs)
        if tag == "form":
            self._seen += 1
            self._inside = (found.get("action") or "").partition("#")[0] == self._action
            if self._inside:
                self.forms.append((self._seen, set()))
        elif self._inside and tag in ("input", "textarea", "select", "button") and found.get("name"):
            self.forms[-1][1].add(str(found["name"]))

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._inside = False


class _Filler(HTMLParser):
    """Writes the page again, tag by tag, with other values in one form."""

    def __init__(self, form: int, fields: Fields, draft: str, wrong: Set[str]) -> None:
        super().__init__(convert_charrefs=False)
        self.out: list[str] = []
        self._form, self._seen, self._draft = form, -1, draft
        self._values: dict[str, list[str]] = defaultdict(list)
        for name, value in fields:
            self._values[name].append(value)
        self._wrong = wrong
        self._inside = False
        self._details: list[int] = []
        self._chosen: str | None = None
        self._skipping = False

    def handle_starttag(self, tag: str, attrs: Attributes) -> None:
        raw = self.get_starttag_text() or ""
        if tag == "details":
            self._details.append(len(self.out))
        if tag == "form":
            self._begin_form(raw)
        elif self._inside and tag in ("input", "textarea", "select", "option"):
            self._control(tag, attrs, raw)
        else:
            self.out.append(raw)

    def handle_startendtag(self, tag: str, attrs: Attributes) -> None:  # noqa: ARG002
        self.out.append(self.get_starttag_text() or "")

    def handle_endtag(self, tag: str) -> None:
        if tag == "details" and self._details:
            self._details.pop()
        if tag == "form" and self._inside:
            self.out += [_hidden(name, value) for name in sorted(LISTS) for value in self._values.pop(name, ())]
            self._inside = False
        if tag == "textarea":
            self._skipping = False
        if tag == "select":
            self._chosen = None
        self.out.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self._write(data)

    def handle_entityref(self, name: str) -> None:
        self._write(f"&{name};")

    def handle_charref(self, name: str) -> None:
        self._write(f"&#{name};")

    def handle_comment(self, data: str) -> None:
        self.out.append(f"<!--{data}-->")

    def handle_decl(self, decl: str) -> None:
        self.out.append(f"<!{decl}>")

    def _write(self, text: str) -> None:
        if not self._skipping:
            self.out.append(text)

    def _begin_form(self, raw: str) -> None:
        self._seen += 1
        self._inside = self._seen == self._form
        self.out.append(raw)
        if self._inside:
            self.out += [_hidden("draft", self._draft)] if self._draft else []
            for at in self._details:
                self.out[at] = self.out[at].replace("<details", "<details open", 1).replace(" open open", " open")

    def _control(self, tag: str, attrs: Attributes, raw: str) -> None:
        found = dict(attrs)
        name, kind = str(found.get("name") or ""), str(found.get("type") or "text")
        if found.get("id") in self._wrong and "aria-invalid" not in found:
            attrs = [*attrs, ("aria-invalid", "true"), ("aria-describedby", f"{found['id']}-told")]
            raw = _tag(tag, attrs)
        if tag == "option":
            same = self._chosen == str(found.get("value") or "")
            self.out.append(raw if self._chosen is None else _tag(tag, _with(attrs, "selected", same)))
        elif not name or name in KEPT_FROM_PAGE or (tag == "input" and kind in NEVER_FILLED):
            self.out.append(raw)
        elif tag == "input" and kind in ("checkbox", "radio"):
            ticked = str(found.get("value") or "on") in self._values[name]
            self.out.append(_tag(tag, _with(attrs, "checked", ticked)))
        elif not self._values[name]:
            self.out += [] if kind == "hidden" and name in LISTS else [raw]
        else:
            self._put(tag, attrs, raw, self._values[name].pop(0))

    def _put(self, tag: str, attrs: Attributes, raw: str, value: str) -> None:
        if tag == "input":
            others = [one for one in attrs if one[0] != "value"]
            self.out.append(_tag(tag, [*others, ("value", value)]))
            return
        self.out.append(raw)
        if tag == "textarea":
            # A browser drops the first line break of a text area.
            self.out.append(f"\n{escape(value, quote=False)}")
            self._skipping = True
        else:
            self._chosen = value


def _with(attrs: Attributes, name: str, wanted: bool) -> Attributes:
    others = [one for one in attrs if one[0] != name]
    return [*others, (name, None)] if wanted else others


def _tag(tag: str, attrs: Attributes) -> str:
    said = "".join(f" {name}" if value is None else f' {name}="{escape(value)}"' for name, value in attrs)
    return f"<{tag}{said}>"


def _hidden(name: str, value: str) -> str:
    return _tag("input", [("type", "hidden"), ("name", name), ("value", value)])
