"""Which changes of the jurisdiction decide who is accused, and so who reads what. Pure."""

from satark.routing.pack import Pack


def decides_who_is_accused(before: Pack, after: Pack) -> bool:
    """Whether a category accuses police or does so no more, is no longer offered although it does, or an office stands
    below another one than before."""
    return _categories_differ(before, after) or _tree_differs(before, after)


def _categories_differ(before: Pack, after: Pack) -> bool:
    now = {one.id: one for one in after.categories}
    for one in before.categories:
        other = now.get(one.id)
        if other is None or one.accuses_police != other.accuses_police:
            return True
        if one.accuses_police and not one.hidden and other.hidden:
            return True
    return False


def _tree_differs(before: Pack, after: Pack) -> bool:
    return any(after.parents.get(office) != parent for office, parent in before.parents.items())
