"""What comes of a build: image, base (slug|image), builder, inputs, and where the app has them port,
processes/TYPE/command and release; kept, so that the same inputs are not built again."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pocketpaas.build.failure import BuildFailed
from pocketpaas.build.request import BuildRequest
from pocketpaas.engine import images
from pocketpaas.failure import CannotWrite
from pocketpaas.state import names, values


@dataclass(frozen=True)
class Outcome:
    """A command of None is the image's own."""

    image: str
    base: str
    builder: str
    inputs: str
    processes: Mapping[str, str | None] = field(default_factory=dict)
    port: int | None = None
    release: str | None = None
    #: Of a ready image how it was named, and what that stood for.
    reference: str = ""
    digest: str = ""

    def store(self, directory: Path) -> None:
        """Writes it where a release takes it from. Raises `CannotWrite`."""
        values.fresh_directory(directory)
        fields = {"image": self.image, "base": self.base, "builder": self.builder, "inputs": self.inputs}
        if self.port is not None:
            fields["port"] = str(self.port)
        if self.release is not None:
            fields["release"] = self.release
        if self.digest:
            fields |= {"reference": self.reference, "digest": self.digest}
        for name, value in fields.items():
            values.put(directory / name, value)
        for kind, command in self.processes.items():
            values.make_directory(directory / "processes" / kind)
            if command is not None:
                values.put(directory / "processes" / kind / "command", command)


def reuse(request: BuildRequest, inputs: str) -> bool:
    """Takes over an earlier outcome of the same inputs whose image is still there. Raises `EngineError`."""
    known = request.cache / "builds" / inputs
    image = values.read(known / "image")
    if request.from_nothing or image is None or not names.is_image(image):
        return False
    if not images.exists(request.engine, image):
        values.remove_tree(known)
        return False
    values.remove_tree(request.out)
    values.copy_tree(known, request.out)
    os.utime(known)
    return True


def remember(request: BuildRequest, inputs: str) -> None:
    """Keeps the outcome for `reuse`; as many as releases are kept (their images stay as long). Raises `CannotWrite`."""
    builds = request.cache / "builds"
    known, new = builds / inputs, builds / f"{inputs}.new"
    try:
        values.make_directory(builds)
        values.remove_tree(new)
        shutil.copytree(request.out, new)
        values.remove_tree(known)
        os.rename(new, known)
    except OSError as error:
        raise CannotWrite(known, error) from error
    kept = sorted(builds.iterdir(), key=lambda path: path.stat().st_mtime, reverse=True)
    for old in kept[images.kept_number(request.paths) :]:
        values.remove_tree(old)


def refuse_without_image(request: BuildRequest, outcome: Outcome) -> None:
    """What says that it has ended well, and has left nothing, has failed. Raises `BuildFailed`, `EngineError`."""
    if not (names.is_image(outcome.image) and images.exists(request.engine, outcome.image)):
        raise BuildFailed("build-failed", "the build ended, but it left no image", "deploy again")


def refuse_without_process(request: BuildRequest, outcome: Outcome) -> None:
    """An image without any process is of no use. Raises `BuildFailed`."""
    stated = request.settings.glob("processes/*/command")
    if not outcome.processes and not any(stated):
        raise BuildFailed(
            "no-process",
            "the app was built, but nothing says what to run",
            "add a file named Procfile with a line such as: web: ./server --port $PORT; or, for a static site, a"
            ' static.json such as {"root": "dist"}',
        )
