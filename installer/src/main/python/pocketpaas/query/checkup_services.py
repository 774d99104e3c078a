"""Examines the services: whether they run, and whether their data are there."""

from __future__ import annotations

from collections.abc import Sequence

from pocketpaas.engine.client import Engine
from pocketpaas.query import service_states
from pocketpaas.query.findings import NOTE, OK, PROBLEM, Findings
from pocketpaas.query.service_states import Seen
from pocketpaas.service import spec
from pocketpaas.state.paths import HostPaths


def look(paths: HostPaths, findings: Findings, engine: Engine, apps: Sequence[str] | None) -> None:
    """Adds what is found of all services, or of those of the apps. Raises `EngineError`."""
    seen = service_states.look(paths, engine, apps)
    if not seen:
        return
    listed = engine.list("/volumes", {"label": [spec.SERVICE]}) or {}
    volumes = {str(one["Name"]) for one in listed.get("Volumes") or ()}
    good = True
    for one in seen:
        text, cure = _problem(one, volumes)
        if text:
            good = False
            state = NOTE if one.state == "stopped" and not one.apps else PROBLEM
            findings.add("service", state, text, cure)
    if good:
        findings.add("service", OK, f"services that run: {', '.join(one.name for one in seen)}")


def _problem(one: Seen, volumes: set[str]) -> tuple[str, str]:
    """What is wrong, and its cure; empty for nothing."""
    users = f": {', '.join(one.apps)} cannot query" if one.apps else ""
    logs = f"pocketpaas services logs {one.name}"
    if one.state == "damaged":
        return (
            f"the service {one.name} cannot be read: {one.problem}",
            "restore its directory from a backup of the host",
        )
    if one.state == "destroying":
        cure = f"pocketpaas services destroy {one.name} --confirm {one.name}"
        return f"somebody has begun to destroy the service {one.name}: its data may be gone{users}", cure
    if one.volume not in volumes:
        cure = _back(one) or f"pocketpaas services destroy {one.name}, create it again, and restore a dump"
        return f"the data of the service {one.name} are gone: there is no volume {one.volume}{users}", cure
    if one.state == "stopped":
        return f"the service {one.name} is stopped{users}", f"pocketpaas services start {one.name}"
    if one.state == "crash-loop":
        return f"the service {one.name} keeps ending{users}", f"see why: {_or(logs, _back(one))}"
    if one.state == "down":
        cure = _or(f"pocketpaas services start {one.name}; {logs}", _back(one))
        return f"the service {one.name} does not run{users}", cure
    return "", ""


def _back(one: Seen) -> str:
    """The server that an upgrade has kept; empty where none is."""
    if not one.kept:
        return ""
    command = f"pocketpaas services upgrade {one.name} --undo --confirm {one.name}"
    return f"back to {one.kept}, as it was before its upgrade: {command}"


def _or(cure: str, other: str) -> str:
    return f"{cure}; {other}" if other else cure
