"""What PocketPaaS has in the engine: by our labels, and images by our names."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from pocketpaas.engine import containers, images
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.pull import fetched
from pocketpaas.service.spec import SERVICE
from pocketpaas.state.paths import HostPaths

#: Whatever has one of these, with a value or without, was made by us, or from something of ours.
_LABELS = (containers.APP, containers.BUILD, containers.RUN, SERVICE, images.LAYER, images.LAYERS)
_REPOSITORIES = (images.repository(""), images.LAYER_REPOSITORY, "pocketpaas-stack")
_LONG = 3600.0


@dataclass(frozen=True)
class Thing:
    """An id (or a name) that the engine takes, and a name for people."""

    id: str
    name: str


def containers_of(engine: Engine) -> list[Thing]:
    """Every container of ours, in whatever state. Raises `EngineError`."""
    return _distinct(
        Thing(str(one["Id"]), next((name.lstrip("/") for name in one.get("Names") or ()), str(one["Id"])[:12]))
        for label in _LABELS
        for one in engine.list("/containers/json", {"label": [label]}, all="1")
    )


def networks_of(engine: Engine) -> list[Thing]:
    """Every network of ours. Raises `EngineError`."""
    return _distinct(
        Thing(str(one["Id"]), str(one.get("Name", "")))
        for label in _LABELS
        for one in engine.list("/networks", {"label": [label]})
    )


def volumes_of(engine: Engine) -> list[Thing]:
    """Every volume of ours: somebody's data. Raises `EngineError`."""
    return _distinct(
        Thing(str(one["Name"]), str(one["Name"]))
        for label in _LABELS
        for one in (engine.list("/volumes", {"label": [label]}) or {}).get("Volumes") or ()
    )


def images_of(paths: HostPaths, engine: Engine) -> list[Thing]:
    """Every name of ours of an image, every image of ours without a name, and those that the host has fetched for
    itself. Raises `EngineError`."""
    every = images.all_with(engine)
    by_us = set(fetched(paths))
    found = []
    for document in every:
        tags = [tag for tag in document.get("RepoTags") or () if not tag.startswith("<none>")]
        digests = [one for one in document.get("RepoDigests") or () if not one.startswith("<none>")]
        found += [Thing(tag, tag) for tag in tags if _is_ours(tag)]
        found += [Thing(name, name) for name in (*tags, *digests) if name in by_us]
        if not tags and not digests and _has_label(document):
            found.append(Thing(str(document["Id"]), str(document["Id"])[:19]))
    return _distinct(found)


def _is_ours(tag: str) -> bool:
    repository = tag.rpartition(":")[0]
    return repository in _REPOSITORIES or repository.startswith(_REPOSITORIES[0])


def _has_label(document: Mapping[str, Any]) -> bool:
    return any(label in (document.get("Labels") or {}) for label in _LABELS)


def _distinct(things: Iterable[Thing]) -> list[Thing]:
    return sorted(dict.fromkeys(things), key=lambda thing: thing.name)


# ---------------------------------------------------------------- going


def remove_all(engine: Engine, path: str, things: Iterable[Thing], query: Mapping[str, str] | None = None) -> list[str]:
    """Removes each; why those that are left could not be removed."""
    left = []
    for thing in things:
        try:
            engine.call("DELETE", f"/{path}/{thing.id}", query or {}, seconds=_LONG)
        except EngineError as error:
            if error.status != 404:
                left.append(f"{thing.name}: {error.text}")
    return left


def sizes(engine: Engine) -> dict[str, int]:
    """The bytes of each volume, where the engine tells."""
    try:
        known = engine.call("GET", "/system/df", seconds=_LONG)
    except EngineError:
        return {}
    found = {}
    for one in known.get("Volumes") or ():
        size = int((one.get("UsageData") or {}).get("Size", -1))
        if size >= 0:
            found[str(one["Name"])] = size
    return found
