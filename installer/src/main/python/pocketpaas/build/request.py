"""What a build is asked for: the source, the settings that apply, the app's own directories."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.engine.client import Engine
from pocketpaas.machine.events import Reporter
from pocketpaas.operation.unit import Operation
from pocketpaas.release import layers
from pocketpaas.state import host_settings, names, values
from pocketpaas.state.paths import HostPaths


@dataclass(frozen=True)
class BuildRequest:
    """One build. `work` is the operation's directory (source.tar, tree, commit), `out` where the outcome goes;
    `seconds`: how long it may take, `silence`: how long it may print nothing."""

    paths: HostPaths
    reporter: Reporter
    engine: Engine
    app: str
    work: Path
    settings: Path
    options: frozenset[str]
    tree: str
    commit: str
    seconds: int
    silence: int

    @staticmethod
    def of(operation: Operation, settings: Path) -> BuildRequest:
        """From the operation that deploys, with the settings that apply. Raises `Damaged`."""
        paths, work = operation.paths, operation.work.directory
        return BuildRequest(
            paths,
            operation.reporter,
            operation.engine,
            operation.app,
            work,
            settings,
            frozenset(values.lines(work / "values" / "options")),
            values.read_or(work / "tree", "") or _digest(work / "source.tar"),
            values.read_or(work / "commit", ""),
            host_settings.number(paths, "build-timeout"),
            host_settings.number(paths, "build-silence"),
        )

    @property
    def source(self) -> Path:
        """The source, a tar."""
        return self.work / "source.tar"

    @property
    def out(self) -> Path:
        """Where the outcome goes."""
        return self.work / "build"

    @property
    def cache(self) -> Path:
        """What of the app stays from build to build."""
        return self.paths.app(self.app) / "cache"

    @property
    def proxy(self) -> str:
        """The proxy that builds use; empty for none."""
        return host_settings.text(self.paths, "proxy").strip()

    def wants(self, option: str) -> bool:
        """Whether the operation was asked for with it."""
        return option in self.options

    @property
    def from_nothing(self) -> bool:
        """Whether nothing built before may be taken over."""
        return self.wants("force") or self.wants("clear-cache")

    def variables(self) -> dict[str, str]:
        """The app's config vars: the operator's (with what this deploy brings) over the manifest's over those of all
        apps."""
        staged = self.work / "operator"
        operator = staged if staged.is_dir() else self.paths.app(self.app) / "operator"
        given = {"shared": self.work / "shared", "settings": self.settings, "operator": operator}
        return {name: value for name, (_, value) in layers.merged(given).items() if names.is_variable(name)}

    def secret(self, name: str, renew: bool = False) -> str:
        """A secret of the app's that only root knows, 64 hexadecimal digits; made where there is none, or when it is to
        be another one."""
        file = self.cache / name
        found = values.read_or(file, "")
        if renew or not names.is_sha256(found):
            found = secrets.token_hex(32)
            values.write(file, found)
        return found

    def inputs(self, *texts: str) -> str:
        """The digest of what the outcome depends on, the programs in the container included. With a secret of the
        app's: the image is named after it, and who knows an app's source must not know the image's name."""
        digest = hashlib.sha256(self.secret("secret").encode())
        for file in sorted((self.paths.programs / "stack").iterdir()):
            if file.is_file():
                digest.update(file.read_bytes())
        for text in texts:
            digest.update(values.encode(text) + b"\0")
        return digest.hexdigest()


def _digest(file: Path) -> str:
    with open(file, "rb") as source:
        return hashlib.file_digest(source, "sha256").hexdigest()
