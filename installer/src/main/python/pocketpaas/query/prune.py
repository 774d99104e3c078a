"""Removes what is ours and nothing needs any more: images, slug layers, containers and inputs of works that ended, and
with `caches` the build caches, too. Volumes, releases, and what others have on this machine stay.

Arguments: [dry-run] [caches]. Answers with a tree (docs/protocol.md, "Answers of the queries").
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pocketpaas.engine import containers, images
from pocketpaas.engine.client import Engine, EngineAway, EngineError
from pocketpaas.machine.request import Request, answer
from pocketpaas.failure import BadRequest, Failure, NoEngine
from pocketpaas.notice import disks
from pocketpaas.notice.store import NoticeStore
from pocketpaas.operation.audit import audit
from pocketpaas.machine.locks import Holder, take
from pocketpaas.operation.work import Work, all_works
from pocketpaas.release import prune as unneeded
from pocketpaas.state import deep, disk, listing, names, values

_ENDED = ("exited", "dead")
_GIVEN = ("source", "source.tar", "values", "operator", "build/input")
_LONG = 3600.0


@dataclass
class Found:
    """What can go, of one kind."""

    bytes: int = 0
    names: list[str] = field(default_factory=list)


class Pruning:
    """One run: `found` by kind; with `dry` nothing is removed."""

    def __init__(self, request: Request, engine: Engine, dry: bool, caches: bool) -> None:
        self._paths = request.paths
        self._key = request.key
        self._engine = engine
        self._dry = dry
        self._caches = caches
        self._usage: Any = engine.call("GET", "/system/df", seconds=_LONG)
        self._sizes = sizes_of(self._usage.get("Images") or [])
        self._gone: list[str] = []
        self.found: dict[str, Found] = {}
        self.busy: list[str] = []

    def run(self) -> None:
        """All of it. Raises `EngineError`."""
        for app in listing.apps(self._paths):
            self._app(app)
        self._strays()
        self._layers()
        self._works()
        if self._caches:
            self._build_cache()

    def _note(self, kind: str, size: int, name: str) -> None:
        found = self.found.setdefault(kind, Found())
        found.bytes += size
        found.names.append(name)

    def _drop_image(self, kind: str, image: str, reference: str) -> None:
        if not self._dry and not images.remove(self._engine, reference):
            return
        self._note(kind, self._sizes.get(image, 0), reference)
        self._gone.append(image)

    def _drop_path(self, kind: str, path: Path, name: str) -> None:
        if path.exists():
            self._note(kind, size_on_disk(path), name)
            if not self._dry:
                values.remove_tree(path)

    def _drop_containers(self, *labels: str) -> None:
        for one in containers.listed(self._engine, labels, _ENDED):
            if self._dry or containers.remove(self._engine, (one.id,)):
                self._note("containers", 0, one.id[:12])

    def _app(self, app: str) -> None:
        """Under its build lock, as what a build has just made is in no list yet."""
        lock = take(self._paths.app(app) / "build.lock", Holder(self._key, "prune"))
        if lock is None:
            self.busy.append(app)
            return
        try:
            for image in unneeded.unneeded(self._paths, self._engine, app):
                self._drop_image("images", image.id, image.reference)
            self._drop_containers(f"{containers.BUILD}={app}")
            self._drop_containers(f"{containers.APP}={app}", f"{containers.SLOT}=release")
            if self._caches:
                self._drop_path("caches", self._paths.app(app) / "cache" / "current", app)
        finally:
            lock.release()

    def _strays(self) -> None:
        """Images of apps that are not on this host any more."""
        for app in images.apps_with_images(self._engine):
            if names.is_app(app) and not self._paths.app(app).is_dir():
                for image in images.app_images(self._engine, app):
                    self._drop_image("images", image.id, image.reference)

    def _layers(self) -> None:
        """Unless an image is just being put together."""
        with images.layers_locked(self._paths) as alone:
            for key in images.layers_unused(self._engine, self._gone) if alone else ():
                reference = f"{images.LAYER_REPOSITORY}:{key}"
                image = images.image_id(self._engine, reference)
                if image is not None:
                    self._drop_image("layers", image, reference)

    def _works(self) -> None:
        """What dead operations were given; operations of apps that are gone, whole."""
        for work in all_works(self._paths):
            if names.is_work(work.id) and (work.ended or work.dead()):
                self._work(work)

    def _work(self, work: Work) -> None:
        if not (names.is_app(work.app) and self._paths.app(work.app).is_dir()):
            self._drop_path("works", work.directory, work.id)
            return
        for part in _GIVEN:
            self._drop_path("works", work.directory / part, f"{work.id}/{part}")

    def _build_cache(self) -> None:
        """BuildKit's, of which nobody can say whose it is: only where an app here is built with a Dockerfile."""
        if not any(values.read(file) == "dockerfile" for file in self._paths.apps.glob("*/releases/*/builder")):
            return
        unused = sum(
            int(record.get("Size") or 0)
            for record in self._usage.get("BuildCache") or []
            if not record.get("InUse") and not record.get("Shared")
        )
        if unused <= 0:
            return
        if not self._dry:
            self._engine.call("POST", "/build/prune", {"all": "1"}, seconds=_LONG)
        self._note("caches", unused, "the Docker engine's build cache")


def sizes_of(documents: Iterable[Any]) -> dict[str, int]:
    """Of every image, by id, what would be free without it: of what a commit made that is its own layer, even where
    another image that goes with it shares it; else what no other image shares."""
    known = {document["Id"]: document for document in documents}
    found = {}
    for image, document in known.items():
        parent = known.get(document.get("ParentId", ""))
        own = int(document["Size"]) - int(parent["Size"]) if parent else 0
        shared = int(document.get("SharedSize", -1))
        found[image] = max(own, int(document["Size"]) - shared if shared >= 0 else 0)
    return found


def size_on_disk(path: Path) -> int:
    """The bytes that it takes on the disk, links not followed."""
    total = 0
    for parent, directories, files in deep.walk(path):
        for name in (*directories, *files):
            try:
                total += os.lstat(parent / name).st_blocks * 512
            except OSError:
                # Gone meanwhile, or so deep in what a build has left that it has no path.
                continue
    return total + os.lstat(path).st_blocks * 512


def serve(request: Request) -> int:
    """See the module."""
    for option in request.arguments:
        if option not in ("dry-run", "caches"):
            raise BadRequest(f"prune: no such option as {option}")
    dry = "dry-run" in request.arguments
    before = disk.room(request.paths)
    engine = Engine(request.paths)
    engine.look()
    try:
        pruning = Pruning(request, engine, dry, "caches" in request.arguments)
        pruning.run()
    except EngineAway as away:
        raise NoEngine(away.why) from away
    if not dry:
        audit(request.paths, request.key, "-", "prune", 0)
        _look_again(request, engine)
    return answer(_answer(request, pruning, before))


def _answer(request: Request, pruning: Pruning, before: disk.Room) -> dict[str, str]:
    found: dict[str, str] = {}
    for kind, things in pruning.found.items():
        found |= {
            f"kind/{kind}/count": str(len(things.names)),
            f"kind/{kind}/bytes": str(things.bytes),
            f"kind/{kind}/what": "\n".join(things.names),
        }
    if pruning.busy:
        found["busy"] = "\n".join(pruning.busy)
    after = disk.room(request.paths)
    return {**found, "disk/where": str(after.where), "disk/before": str(before.free), "disk/after": str(after.free)}


def _look_again(request: Request, engine: Engine) -> None:
    """What was told of the disk may be over. The timer looks again, too."""
    try:
        store = NoticeStore(request.paths)
        values.make_directory(store.directory)
        disks.look(request.paths, store, engine)
    except (EngineError, Failure, OSError) as error:
        request.reporter.warn(f"the disk could not be looked at again: {error}")
