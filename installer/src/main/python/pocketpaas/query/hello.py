"""Who is asking, and what this host is: a tree. With an app also what is known of it, all that a deploy has to know
before it begins.

Arguments: [APP].
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pocketpaas import rules
from pocketpaas.machine.request import Request, answer
from pocketpaas.operation import deploys
from pocketpaas.release import slots
from pocketpaas.service import links
from pocketpaas.service.links import Link
from pocketpaas.state import disk, host_settings, keys, previews, tree, values
from pocketpaas.state.paths import HostPaths
from pocketpaas.state.previews import Policy

_HOST = ("name", "domain", "public-port", "public-https-port", "address", "stack", "build-image")


def serve(request: Request) -> int:
    """See the module."""
    paths = request.paths
    room = disk.room(paths)
    found: dict[str, str | None] = {
        "protocol": str(rules.protocol()),
        "programs": paths.programs.name,
        "version": values.read(paths.programs / "version"),
        "key": request.key,
        "role": keys.role(paths, request.key),
        **{f"host/{name}": host_settings.stated(paths, name) for name in _HOST},
        "disk/needed": str(room.needed),
        "disk/free": str(room.free),
        "disk/where": str(room.where),
    }
    if request.arguments:
        found |= _app(request)
    return answer({path: value for path, value in found.items() if value is not None})


def _app(request: Request) -> dict[str, str | None]:
    paths, app = request.paths, request.app
    directory = paths.app(app)
    found: dict[str, str | None] = {"app/exists": "yes" if directory.is_dir() else "no"}
    live = slots.live_release(paths, app)
    if live is not None:
        found |= {"app/live": str(live), "app/commit": values.read(paths.release(app, live) / "commit")}
    found |= {f"app/{name}": values.read(directory / name) for name in ("roots", "branch")}
    found |= tree.of_files("app/blobs", directory / "settings" / "blobs")
    own = _variables(directory, paths.root / "shared", links.of_app(paths, app))
    found["app/env"] = "\n".join(sorted({*own, *_of_preview(paths, app)}))
    found["app/repo"] = "yes" if _was_pushed(directory / "repo.git") else "no"
    busy = deploys.at_work(paths, app)
    if busy is not None:
        found["app/busy"] = deploys.text(busy)
    found["app/locked"] = deploys.locked(paths, app)
    found["app/preview-of"] = previews.parent_of(paths, app) or None
    return found


def _variables(directory: Path, shared: Path, linked: Iterable[Link]) -> list[str]:
    """Those that have a value: the empty text is none."""
    layers = (directory / "operator" / "env", directory / "operator" / "pending" / "env", shared / "env")
    found = {name for layer in layers for name in values.names(layer) if (layer / name).stat().st_size > 0}
    return sorted(found.union(*(link.variables for link in linked)))


def _of_preview(paths: HostPaths, app: str) -> list[str]:
    """The variables that its parent gives a preview with each deploy."""
    parent = previews.parent_of(paths, app)
    return Policy.of(paths, parent).variables if parent else []


def _was_pushed(repository: Path) -> bool:
    """Whether anything is in it. Never by git: root reads nothing of the repository."""
    refs = repository / "refs"
    return (repository / "packed-refs").is_file() or any(path.is_file() for path in refs.rglob("*"))
