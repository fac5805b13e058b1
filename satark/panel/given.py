"""A form that was refused: shown again as it was filled in, with what is wrong beside each field."""

from collections.abc import Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData

from satark.routing.limits import OUTDATED, Fault

# Where a fault that names no field stands.
FIELDS = {
    "id": "name-en",
    "id_form": "name-en",
    "parent": "parent",
    "other_district": "parent",
    "closed_above": "parent",
    "outside": "lat",
    "weight": "weight",
    "label_long": "form-0",
    "asks_who": "form-0",
}


@dataclass(frozen=True)
class Given:
    """`form` is None where another form of the page was sent, or none: then each field has what is kept."""

    form: FormData | None = None
    faults: Sequence[Fault] = ()

    @property
    def is_outdated(self) -> bool:
        """Somebody else changed meanwhile what the form changes."""
        return any(fault.code == OUTDATED for fault in self.faults)

    def text(self, field: str, kept: object = "") -> object:
        typed = self.form.get(field) if self.form else None
        return typed if isinstance(typed, str) else kept

    def ticked(self, field: str, kept: object = False) -> bool:
        """A browser does not send a box that is not ticked."""
        return field in self.form if self.form else bool(kept)

    def wrong(self, field: str) -> list[Fault]:
        return [fault for fault in self.faults if self.field(fault) == field]

    @property
    def told(self) -> list[Fault]:
        """Each thing that is wrong, once: it leads to the first of its fields."""
        return list({(fault.code, fault.detail, fault.limit): fault for fault in reversed(self.faults)}.values())[::-1]

    def field(self, fault: Fault) -> str:
        """The field that a fault stands beside, "" where it is of the whole."""
        return fault.field or FIELDS.get(fault.code, "")


NOTHING_GIVEN = Given()
