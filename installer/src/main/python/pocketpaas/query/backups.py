"""Backups: a tree (docs/protocol.md, "Answers of the queries").

Arguments: list | settings.
"""

from __future__ import annotations

from pocketpaas.backup import store
from pocketpaas.backup.repository import Repository
from pocketpaas.backup.store import Record
from pocketpaas.failure import BadRequest
from pocketpaas.machine.request import Request, answer
from pocketpaas.service import store as services
from pocketpaas.state import names
from pocketpaas.state.paths import HostPaths

_FACTS = ("service", "type", "major", "size")


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
    }


def _listed(request: Request) -> dict[str, str]:
    """Asked of the destination itself: what is not there is no backup."""
    destination = store.need_destination(request.paths)
    repository = Repository(destination, request.reporter)
    repository.open()
    drilled = {}
    for service in services.all_of(request.paths):
        record = Record.of(service)
        drilled[record.text("drill-id")] = (record.text("drill-at"), record.text("drill"))
    found: dict[str, str] = {}
    for one in repository.snapshots():
        if not names.is_backup(one.id):
            continue
        prefix = f"{one.id}/"
        found |= {prefix + name: one.facts.get(name, "") for name in _FACTS}
        found[f"{prefix}apps"] = one.facts.get("apps", "").replace("+", "\n")
        found[f"{prefix}at"] = one.at
        found[f"{prefix}host"] = "" if one.host == destination.host else one.host
        if one.id in drilled:
            found[f"{prefix}drilled"], found[f"{prefix}drill"] = drilled[one.id]
    return found
