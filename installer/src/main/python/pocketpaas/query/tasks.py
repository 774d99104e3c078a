"""What runs of the apps over a cluster, as the managers know it; nothing on a host that is alone."""

from __future__ import annotations

from pocketpaas.engine import containers
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.containers import ContainerFacts
from pocketpaas.state import nodes
from pocketpaas.state.paths import HostPaths

_BEFORE = ("new", "pending", "assigned", "accepted", "preparing", "ready", "starting")


def facts(paths: HostPaths, engine: Engine, app: str = "") -> tuple[ContainerFacts, ...]:
    """The tasks that shall run, of one app or of all, as if each were a container here: `address` is the name of the
    machine. Without a majority of the managers there are none that anybody knows."""
    if not nodes.is_home(paths):
        return ()
    # Loaded in a cluster alone.
    from pocketpaas.cluster import membership
    from pocketpaas.engine import swarm, swarm_services

    label = f"{containers.APP}={app}" if app else containers.APP
    try:
        services = {one.id: one for one in swarm_services.services(engine, label)}
        tasks = swarm_services.wanted_tasks(engine) if services else ()
        names = {one.id: one.labels.get(membership.NAME, one.hostname) for one in swarm.members(engine)}
    except EngineError:
        return ()
    found = []
    for task in tasks:
        service = services.get(task.service)
        if service is None:
            continue
        labels = service.labels
        limits = ((service.spec.get("TaskTemplate") or {}).get("Resources") or {}).get("Limits") or {}
        release = labels.get(containers.RELEASE, "0")
        one = ContainerFacts(
            id=task.id,
            app=labels.get(containers.APP, ""),
            release=int(release) if release.isdigit() else 0,
            type=labels.get(containers.TYPE, ""),
            slot=labels.get(containers.SLOT, ""),
            instance=task.slot,
            state="created" if task.state in _BEFORE else "running" if task.state == "running" else "exited",
            started=task.since,
            restarts=0,
            pid=0,
            code=task.code,
            oom_killed=False,
            memory=int(limits.get("MemoryBytes") or 0),
            cpus=int(limits.get("NanoCPUs") or 0),
            address=names.get(task.node, ""),
            tty=False,
        )
        found.append(one)
    return tuple(found)
