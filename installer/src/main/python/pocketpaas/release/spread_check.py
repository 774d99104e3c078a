"""The tasks of an app on one machine, asked from there: a machine cannot reach an overlay network, but each of its
tasks is in the engine's own bridge beside it (`docker_gwbridge`), where the machine is in, too."""

from __future__ import annotations

from pathlib import Path

from pocketpaas.cluster import gateway
from pocketpaas.engine import cgroup, swarm_services
from pocketpaas.engine.client import Engine
from pocketpaas.release import check
from pocketpaas.release.check import Candidate
from pocketpaas.release.scale import Instance
from pocketpaas.state import names, tree, values
from pocketpaas.state.paths import HostPaths

#: Below it the question of a check has what nginx of the machine has to know, where that needs no check.
FRONT = "front"
_BRIDGE = "docker_gwbridge"
_SETTINGS = ("port", "processes", "settings/check")


def told(bundle: Path) -> dict[str, str]:
    """What another machine has to know for it."""
    found = {"port": values.read_or(bundle / "port", "")} if (bundle / "port").exists() else {}
    for process_type in values.names(bundle / "processes"):
        stays = values.read(bundle / "processes" / process_type / "stays-up")
        if stays is not None:
            found[f"processes/{process_type}/stays-up"] = stays
    return found | tree.of_files("settings/check", bundle / "settings" / "check")


def candidates(engine: Engine, app: str, slot: str, release: int) -> tuple[Candidate, ...]:
    """The tasks of the release in the slot on this machine; one of before may still be ending there. Raises
    `EngineError`."""
    found = []
    endpoints = (engine.get(f"/networks/{_BRIDGE}").get("Containers") or {}).values()
    by_sandbox = {str(one.get("Name", "")): str(one.get("IPv4Address", "")).partition("/")[0] for one in endpoints}
    for task in swarm_services.local_tasks(engine, app, slot):
        if task.release != release:
            continue
        document = engine.get(f"/containers/{task.id}/json")
        sandbox = str((document.get("NetworkSettings") or {}).get("SandboxID", ""))[:12]
        address = by_sandbox.get(f"gateway_{sandbox}", "")
        pid = int((document.get("State") or {}).get("Pid") or 0)
        instance = Instance(task.type, task.instance)
        found.append(Candidate(task.id, instance, address if names.is_ipv4(address) else "", pid, cgroup.of_pid(pid)))
    return tuple(found)


def wrong(
    paths: HostPaths, engine: Engine, app: str, slot: str, release: int, bundle: Path, host: str, made_from: str
) -> list[str]:
    """What is wrong with the tasks of this machine, and with its gateway, which is to be `made_from` that (empty: none
    is needed); nothing where all are up. Raises `EngineError`, `Damaged`."""
    asked = candidates(engine, app, slot, release)
    verdicts = check.check_all(bundle, host, asked)
    found = []
    for one in asked:
        verdict = verdicts.get(one.id)
        if verdict is None:
            # One that has failed ends the question for the others.
            continue
        if not verdict.ok:
            found.append(f"{one.name}: {verdict.kind}" + (f" ({verdict.status})" if verdict.status else ""))
    objection = gateway.objection(paths, app, made_from) if made_from and not found else ""
    return [*found, objection] if objection else found
