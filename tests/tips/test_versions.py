"""A form is out of date where what it changes was changed since; a checklist is entered item by item."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from satark.tips.checklist import after_form
from satark.tips.versions import CONCERNS, FACTS, changed_since, version_of

facts = st.fixed_dictionaries(dict.fromkeys(FACTS, st.sampled_from(["", "a", "b c", "ü"])))
items = st.frozensets(st.sampled_from("abcde"))


@given(facts, facts, st.sampled_from(sorted(CONCERNS)))
def test_a_verb_minds_what_it_changes_and_nothing_else(then: dict[str, str], now: dict[str, str], verb: str) -> None:
    differing = [name for name in FACTS if then[name] != now[name] and name in CONCERNS[verb]]
    assert changed_since(version_of(then), now, verb) == differing


@given(facts, st.sampled_from(sorted(CONCERNS)), st.text(min_size=1))
def test_nonsense_is_no_version(now: dict[str, str], verb: str, nonsense: str) -> None:
    if nonsense != version_of(now):
        assert set(changed_since(nonsense, now, verb)) <= CONCERNS[verb]
    assert changed_since("nonsense", now, verb) == [name for name in FACTS if name in CONCERNS[verb]]


@pytest.mark.parametrize("verb", ["note", "message", "link", "checklist"])
def test_what_only_adds_something_is_never_out_of_date(verb: str) -> None:
    assert changed_since(version_of(dict.fromkeys(FACTS, "a")), dict.fromkeys(FACTS, "b"), verb) == []


@given(items, items, items)
def test_a_form_changes_the_items_that_were_changed_in_it(before: set[str], shown: set[str], done: set[str]) -> None:
    after = after_form(before, shown, done)
    for item in "abcde":
        own = (item in shown) != (item in done)
        assert (item in after) == (item in done if own else item in before)
