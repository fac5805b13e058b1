"""Puts the top-level data folders into the wheel, beside the code that reads them."""

from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

DATA = ("templates", "locales", "jurisdictions")


class DataFolders(BuildHookInterface):  # type: ignore[type-arg]
    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        # An editable install reads the folders where they stand; a copy there would go stale.
        if version == "editable" or self.target_name != "wheel":
            return
        for name in DATA:
            build_data["force_include"][name] = f"satark/{name}"
