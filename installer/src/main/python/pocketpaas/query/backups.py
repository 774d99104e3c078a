"""Backups: a tree (docs/protocol.md, "Answers of the queries").

Arguments: list | settings.
"""

from __future__ import annotations

from collections.abc import Mapping

from pocketpaas.backup import belonging, snapshots, store, subject
from pocketpaas.backup.belonging import Owner
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.snapshots import Snapshot
from pocketpaas.failure import BadRequest
from pocketpaas.machine.request import Request, answer
from pocketpaas.state import names
from pocketpaas.state.paths import HostPaths

_FACTS = ("kind", "service", "type", "major", "size", "release")


def serve(request: Request) -> int:
    """See the module."""
    if request.arguments == ("settings",):
        return answer(_settings(request.paths))
    if request.arguments == ("list",):
        return answer(_listed(request))
    raise BadRequest("backups: list or settings")


def _settings(paths: HostPaths) -> dict[str, str]:
    destination = store.destination(paths)
    return {
        "destination": destination.location if destination else "",
        "schedule": store.schedule(paths),
        "keep": store.keep(paths).text,
        "limit": str(store.limit(paths)),
    }


def _listed(request: Request) -> dict[str, str]:
    """Asked of the destination itself: what is not there is no backup."""
    destination = store.need_destination(request.paths)
    repository = Repository(destination, request.reporter)
    repository.open()
    drilled = {}
    for one in subject.all_of(request.paths):
        record = one.record
        drilled[record.text("drill-id")] = (record.text("drill-at"), record.text("drill"))
    found: dict[str, str] = {}
    known = belonging.apps(request.paths)
    for place, snapshot in enumerate(snapshots.by_time(repository.snapshots())):
        # An image is a part of the backups of apps.
        if not names.is_backup(snapshot.id) or snapshot.kind == subject.IMAGE:
            continue
        prefix = f"{snapshot.id}/"
        facts = {**snapshot.facts, "kind": snapshot.kind}
        found |= {prefix + name: facts[name] for name in _FACTS if name in facts}
        apps = snapshot.name if snapshot.kind == subject.APP else snapshot.facts.get("apps", "").replace("+", "\n")
        found[f"{prefix}apps"] = apps
        found |= {prefix + name: text for name, text in _now(known, destination.host, snapshot).items()}
        found[f"{prefix}place"] = str(place)
        found[f"{prefix}at"] = snapshot.at
        found[f"{prefix}host"] = "" if snapshot.host == destination.host else snapshot.host
        if snapshot.id in drilled:
            found[f"{prefix}drilled"], found[f"{prefix}drill"] = drilled[snapshot.id]
    return found


def _now(known: Mapping[str, Owner], host: str, found: Snapshot) -> dict[str, str]:
    """What the apps in it are called now: that is what a restore replaces."""
    if found.kind == subject.APP:
        return {"now": belonging.app_now(known, host, found)}
    if found.kind == subject.SERVICE:
        return {"now": "\n".join(belonging.dumps_of_host(known, host, found, sorted(found.apps)).values())}
    return {}
