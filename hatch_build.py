"""Compiles the catalogues when the project is installed or built: GNU gettext is not needed."""

from pathlib import Path
from typing import Any

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class Catalogues(BuildHookInterface[Any]):
    """A compiled form beside each catalogue below `src/goodword/locale`."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Called by hatchling before a wheel or an editable install is made."""
        del version
        for source in sorted(Path(self.root).glob("src/goodword/locale/*/LC_MESSAGES/*.po")):
            with source.open("rb") as file:
                catalogue = read_po(file)
            compiled = source.with_suffix(".mo")
            with compiled.open("wb") as out:
                write_mo(out, catalogue)
            build_data["artifacts"].append(compiled.relative_to(self.root).as_posix())
