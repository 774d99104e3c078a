"""Images that are ours: by label and by name, as what somebody else made or tagged from one of ours has our labels,
too. They are removed by our own name, so that another name for the same image stays."""

from __future__ import annotations

import fcntl
import os
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.containers import APP
from pocketpaas.state import host_settings
from pocketpaas.state.paths import HostPaths

#: The label of a slug's image: the keys of its layers, with commas between them; that of a layer: its own key.
LAYERS, LAYER = "pocketpaas.layers", "pocketpaas.layer"
LAYER_REPOSITORY = "pocketpaas-layer"
#: It copies all that is in it.
_LONG = 3600.0
_GIGABYTE = 1 << 30
#: The tag of an image that a laptop sends begins with it, before the id of the operation.
UPLOAD = "upload-"
_KEY = re.compile("[0-9a-f]{32}")
_NONE = "<none>:<none>"


@dataclass(frozen=True)
class Image:
    """`reference` is our name for it, or the id where it has none."""

    id: str
    reference: str


def repository(app: str) -> str:
    """The name of an app's images, without a tag."""
    return f"pocketpaas-app-{app}"


def kept_number(paths: HostPaths) -> int:
    """How many good releases' images stay: a host setting."""
    return host_settings.number(paths, "keep-releases")


# ---------------------------------------------------------------- looking


def all_with(engine: Engine, *labels: str) -> list[Mapping[str, Any]]:
    """The engine's documents of the images that have all of the labels."""
    found: list[Mapping[str, Any]] = engine.list("/images/json", {"label": labels} if labels else {})
    return found


def app_images(engine: Engine, app: str) -> tuple[Image, ...]:
    """The images that are the app's: by their names, as one of a registry has no label of ours, and those that have
    lost theirs by the label."""
    named = engine.list("/images/json", {"reference": [repository(app)]})
    found = [
        Image(document["Id"], tag)
        for document in named
        for tag in _tags(document)
        if tag.rpartition(":")[0] == repository(app)
    ]
    for document in all_with(engine, f"{APP}={app}"):
        if not _tags(document) and not _digests(document):
            found.append(Image(document["Id"], document["Id"]))
    return tuple(found)


def apps_with_images(engine: Engine) -> tuple[str, ...]:
    """The apps of which there are images, by label or by name."""
    prefix = repository("")
    found = {str((document.get("Labels") or {}).get(APP, "")) for document in all_with(engine, APP)}
    for document in engine.list("/images/json", {"reference": [f"{prefix}*"]}):
        found.update(tag.rpartition(":")[0].removeprefix(prefix) for tag in _tags(document) if tag.startswith(prefix))
    return tuple(sorted(found))


def is_upload(reference: str) -> bool:
    """Whether it is the name that an image of a laptop has until its deploy ends."""
    name, _, tag_text = reference.rpartition(":")
    return name.startswith(repository("")) and tag_text.startswith(UPLOAD)


def _tags(document: Mapping[str, Any]) -> list[str]:
    return [tag for tag in document.get("RepoTags") or () if tag != _NONE]


def _digests(document: Mapping[str, Any]) -> list[str]:
    return [digest for digest in document.get("RepoDigests") or () if digest != "<none>@<none>"]


def inspect(engine: Engine, name: str) -> Mapping[str, Any] | None:
    """The engine's document of an image by its id or name; None where it has none. Raises `EngineError`."""
    if any(part in ("", ".", "..") for part in name.split("/")):
        # Whatever it is, it is not the name of an image; it would be another path.
        return None
    path = quote(name, safe="/:@", errors="surrogateescape")
    try:
        found: Mapping[str, Any] = engine.get(f"/images/{path}/json")
    except EngineError as error:
        if error.status == 404:
            return None
        raise
    return found


def exists(engine: Engine, image: str) -> bool:
    """Whether the engine has it. Raises `EngineError`."""
    return inspect(engine, image) is not None


def image_id(engine: Engine, name: str) -> str | None:
    """The id of the image; None where the engine has no such one. Raises `EngineError`."""
    found = inspect(engine, name)
    return None if found is None else str(found["Id"])


# ---------------------------------------------------------------- changing


def commit(engine: Engine, container: str, name: str, tag: str, changes: Sequence[str]) -> str:
    """The id of the image that the container makes with these changes, each an instruction of a Dockerfile. Raises
    `EngineError`."""
    query = [("container", container), ("repo", name), ("tag", tag), *(("changes", change) for change in changes)]
    return str(engine.call("POST", "/commit", query, seconds=_LONG)["Id"])


def tag(engine: Engine, image: str, name: str, tag_text: str) -> None:
    """Gives the image a further name. Raises `EngineError`."""
    engine.call("POST", f"/images/{image}/tag", {"repo": name, "tag": tag_text})


def remove(engine: Engine, reference: str, force: bool = False) -> bool:
    """Takes the name away, and the image where that was its last one. Whether it is gone: what a container uses
    stays."""
    try:
        engine.call("DELETE", f"/images/{reference}", {"force": "1"} if force else {}, seconds=300)
    except EngineError as error:
        return error.status == 404
    return True


def layers_unused(engine: Engine, without: Iterable[str] = ()) -> list[str]:
    """The keys of the slug layers that no app's image refers to, those of the ids `without` not counted."""
    left_out = set(without)
    used: set[str] = set()
    for document in all_with(engine, APP):
        if document["Id"] not in left_out:
            used.update(((document.get("Labels") or {}).get(LAYERS) or "").split(","))
    found = engine.list("/images/json", {"reference": [LAYER_REPOSITORY]})
    tags = [tag.rpartition(":") for document in found for tag in _tags(document)]
    keys = [key for repository_name, _, key in tags if repository_name == LAYER_REPOSITORY]
    return [key for key in keys if key not in used and _KEY.fullmatch(key)]


@contextmanager
def layers_locked(paths: HostPaths) -> Iterator[bool]:
    """Whether no image is just being put together; none is in the block then."""
    descriptor = os.open(paths.root / "layers.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True
    finally:
        os.close(descriptor)


def layers_collect(paths: HostPaths, engine: Engine) -> None:
    """Removes the unused ones, unless an image is just being put together."""
    with layers_locked(paths) as alone:
        if alone:
            for key in layers_unused(engine):
                remove(engine, f"{LAYER_REPOSITORY}:{key}")


def bound_build_cache(engine: Engine, place: Path = Path("/var/lib/docker")) -> None:
    """BuildKit's cache has no owner, and not every engine bounds it. A tenth of the disk, 1 to 10 GB."""
    try:
        disk = os.statvfs(place)
        size = min(max(disk.f_blocks * disk.f_frsize // 10, _GIGABYTE), 10 * _GIGABYTE)
        engine.call("POST", "/build/prune", {"all": "1", "keep-storage": str(size)}, seconds=_LONG)
    except (OSError, EngineError):
        # It gets smaller another time.
        pass
