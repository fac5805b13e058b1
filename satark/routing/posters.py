"""The codes of posters. Each office has one, made from its id; the pack may have others, which came before.

A code names an office and no spot: it stands in the first message of who scanned it, and would tell where they stood.
"""

import re

from satark.routing.pack import Pack
from satark.routing.tree import line

_OTHER = re.compile(r"[^A-Za-z0-9_-]+")


def codes_of(pack: Pack) -> dict[str, str]:
    """Every code that leads to an office. A closed office's leads to the one above it, for its posters still hang."""
    parents = pack.parents
    codes = {code: office for office, code in reversed(_own_codes(pack).items())}
    codes |= {poster.code: poster.office for poster in pack.posters}
    heirs = {
        code: [one for one in line(parents, office) if not pack.offices[one].closed] for code, office in codes.items()
    }
    return {code: open_offices[0] for code, open_offices in heirs.items() if open_offices}


def printed_codes(pack: Pack) -> dict[str, str]:
    """The code that new posters of an office get, by office: the first of the pack's own, or that made from its id."""
    leads = codes_of(pack)
    wanted = _own_codes(pack) | {poster.office: poster.code for poster in reversed(pack.posters)}
    return {office: code for office, code in wanted.items() if leads.get(code) == office}


def _own_codes(pack: Pack) -> dict[str, str]:
    """`station/jaunpur/line-bazar` is `jaunpur-line-bazar`; above stations the kind stays, for names repeat."""
    return {
        office.id: _OTHER.sub("-", office.id.removeprefix("station/"))
        for office in pack.offices.values()
        if office.kind != "outside"
    }
