"""Where in its repository an app is: one repository may hold several."""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

from pocketpaas.state import names, values

_MANIFEST, _APP_JSON = "pocketpaas.yml", "app.json"
#: In which the door tells git's hook where the app is.
PLACE_VARIABLES = ("PP_DIRECTORY", "PP_MANIFEST", "PP_INCLUDE")


class Place(NamedTuple):
    """Where in a commit an app is: the path of its directory, and of its manifest; both empty for the top. `include`:
    lines, what else of the commit belongs to it, at the same paths of its directory."""

    directory: str = ""
    manifest: str = ""
    include: str = ""

    @staticmethod
    def of_settings(settings: Path) -> Place:
        """As the settings of an app, or of a deploy, say."""
        found = (values.read_or(settings / "source" / name, "") for name in ("directory", "manifest"))
        directory, manifest = (path if names.is_source_path(path) else "" for path in found)
        included = (path for path in values.lines(settings / "source" / "include") if names.is_source_path(path))
        return Place(directory, manifest, "\n".join(included) if directory else "")

    @staticmethod
    def of_environment() -> Place:
        """As the door told git's hook."""
        return Place(*(os.environ.get(name, "") for name in PLACE_VARIABLES))

    def variables(self) -> dict[str, str]:
        """What tells a hook of it."""
        return dict(zip(PLACE_VARIABLES, self))

    @property
    def included(self) -> tuple[str, ...]:
        """What else belongs to it."""
        return tuple(path for path in self.include.split("\n") if path)

    def tree_of(self, commit: str) -> str:
        """git's name for the directory in the commit."""
        return f"{commit}:{self.directory}" if self.directory else commit

    def holds(self, path: str) -> bool:
        """Whether the file is in the directory."""
        return not self.directory or path.startswith(f"{self.directory}/")

    def has(self, path: str) -> bool:
        """Whether the file belongs to the app."""
        return self.holds(path) or any(path == one or path.startswith(f"{one}/") for one in self.included)

    @property
    def files(self) -> dict[str, str]:
        """Which files of the commit are those that settings are made from: our names for them, by their paths."""
        app_json = f"{self.directory}/{_APP_JSON}" if self.directory else _APP_JSON
        return {self.manifest or _MANIFEST: _MANIFEST, app_json: _APP_JSON}


#: An app that is a whole repository.
TOP = Place()
