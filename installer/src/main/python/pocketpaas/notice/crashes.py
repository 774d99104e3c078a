"""Processes that should run and keep ending."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.containers import is_crash_loop
from pocketpaas.engine.root import engine_directory
from pocketpaas.notice.store import NoticeStore
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

#: So many new starts since the last look are a crash loop, even where the process happens to be up.
_STARTS = 3
_MAX_NAMES = 200


@dataclass
class _Loop:
    release: str = ""
    processes: list[str] = field(default_factory=list)
    starts: int = 0
    standing: tuple[Path, ...] = ()


def look(paths: HostPaths, store: NoticeStore, engine: Engine) -> None:
    """Leaves the notices as they are now. Raises `EngineError` where the engine does not tell."""
    listed = engine.list(
        "/containers/json", {"label": ["pocketpaas.slot"], "status": ["running", "restarting"]}, all="1"
    )
    root = engine_directory(engine) if listed else Path("/")
    before = dict(line.split(" ", 1) for line in values.lines(store.directory / ".starts") if " " in line)
    starts: dict[str, int] = {}
    loops: dict[tuple[str, str], _Loop] = {}
    for container in listed:
        try:
            facts = engine.get(f"/containers/{container['Id']}/json")
        except EngineError as error:
            if error.status == 404:
                # Gone meanwhile.
                continue
            raise
        _look_at(paths, facts, before, starts, loops, root)
    values.write_lines(store.directory / ".starts", (f"{id_} {count}" for id_, count in starts.items()))
    for (app, kind), loop in loops.items():
        shown = ", ".join(loop.processes)[:_MAX_NAMES]
        store.put(
            "crash-loop",
            app,
            kind,
            f"{app} v{loop.release} crashes again and again: {shown}, started again {loop.starts} times",
            f"what it says: pocketpaas logs --app {app}",
            loop.standing,
        )
    store.sweep("crash-loop")


def _look_at(
    paths: HostPaths,
    facts: Any,
    before: dict[str, str],
    starts: dict[str, int],
    loops: dict[tuple[str, str], _Loop],
    root: Path,
) -> None:
    labels = facts["Config"].get("Labels") or {}
    app, slot, kind, instance, release = (labels.get(f"pocketpaas.{name}", "") for name in _LABELS)
    if not _is_ours(paths, app, slot, kind, instance, release):
        return
    id_, restarts, state = facts["Id"], int(facts.get("RestartCount") or 0), facts["State"]
    starts[id_] = restarts
    known = before.get(id_, "")
    more = restarts - int(known) if names.is_number(known) else 0
    if not is_crash_loop(state["Status"], restarts, state["StartedAt"]) and more < _STARTS:
        return
    loop = loops.setdefault((app, kind), _Loop())
    loop.release = release
    loop.processes.append(f"{kind}.{instance}")
    loop.starts = max(loop.starts, restarts)
    if not loop.standing:
        # Over when another slot serves, though the old one's end may take a while; and when the container is another
        # one. Without the engine's own files nothing can tell that early.
        own = root / "containers" / id_
        loop.standing = (paths.app(app) / "live" / slot, *((own,) if own.exists() else ()))


_LABELS = ("app", "slot", "type", "instance", "release")


def _is_ours(paths: HostPaths, app: str, slot: str, kind: str, instance: str, release: str) -> bool:
    """Whether this is a process of ours that serves, with labels as we write them."""
    return (
        slot in ("blue", "green")
        and names.is_app(app)
        and (paths.app(app) / "live" / slot).exists()
        and names.is_process_type(kind)
        and names.is_number(instance)
        and names.is_release(release)
    )
