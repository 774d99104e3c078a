"""Whether a new release fits beside the one that serves. Looked at before anything of it is started: the kernel would
choose whom to kill."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from pocketpaas.engine import cgroup, containers
from pocketpaas.engine.cgroup import Process
from pocketpaas.engine.client import Engine
from pocketpaas.failure import Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.release import overlap, scale
from pocketpaas.release.running import Running
from pocketpaas.state import values
from pocketpaas.state.names import is_number

#: What the machine itself keeps.
MARGIN = 64 << 20
_MEGABYTE = 1 << 20
#: Operations whose command is called otherwise.
_COMMANDS = {"env": "env set …", "rename": "apps rename …"}
_MEMINFO = Path("/proc/meminfo")


def guard(operation: Operation, running: Running, settings: Path, bundle: Path) -> None:
    """Raises `Refused` where the bundle's processes, by the limits of the settings or else as large as those that
    serve, do not fit beside these. Raises `Damaged`."""
    if not running.serving or operation.stop_first:
        return
    used: dict[str, int] | None = None
    needs = []
    for instance in scale.instances(operation.paths, operation.app, bundle):
        # Else the old one ends before.
        if overlap.is_allowed(settings, instance.type):
            need = limit(settings, instance.type)
            if need is None:
                used = largest(operation.engine, running.serving, running.types) if used is None else used
                need = used.get(instance.type, 0)
            needs.append(need)
    free, need = available(), sum(needs)
    if need + MARGIN <= free:
        return
    # What still drains in the slot ends before.
    free += sum(bytes_of(operation.engine, running.other).values())
    if need + MARGIN > free:
        raise refusal(operation.kind, need, free, len(needs))


def refusal(kind: str, need: int, free: int, count: int, machines: int = 1) -> Refused:
    """Over how many machines there are so many bytes."""
    command = _COMMANDS.get(kind, kind)
    where = "on the host, of which" if machines == 1 else f"on {machines} machines, of each of which"
    text = (
        f"not enough memory to run the old and the new release together: {_megabytes_up(need)} MB needed for "
        f"{count} new process{'' if count == 1 else 'es'}, {free // _MEGABYTE} MB of memory and swap left {where} "
        f"{MARGIN // _MEGABYTE} MB stay free"
    )
    cure = f"stop the old release first (short downtime): pocketpaas {command} --stop-first; "
    return Refused("no-memory", text, f"{cure}or lower limits.memory in pocketpaas.yml")


def _megabytes_up(number: int) -> int:
    return -(-number // _MEGABYTE)


def limit(settings: Path, process_type: str) -> int | None:
    """The bytes that a process of the type may use at most; None where nothing says so."""
    for file in (settings / "processes" / process_type / "memory", settings / "limits" / "memory"):
        found = values.read(file)
        if found is not None and is_number(found, 1):
            return int(found)
    return None


def available(meminfo: Path = _MEMINFO) -> int:
    """The bytes that new processes may take: what the kernel can give without harm, and free swap; where this machine
    is a container with a limit, no more than is left of that."""
    free = 0
    for line in values.lines(meminfo):
        name, _, rest = line.partition(":")
        if name in ("MemAvailable", "SwapFree"):
            free += int(rest.split()[0]) * 1024
    most = cgroup.machine_limit()
    return free if most is None else min(free, most - (cgroup.memory("") or 0))


def total(meminfo: Path = _MEMINFO) -> int:
    """The bytes of memory that this machine has; where it is a container with a limit, no more than that. 0 where the
    kernel does not tell."""
    words = (line.split() for line in values.lines(meminfo))
    found = next((int(one[1]) * 1024 for one in words if one[0] == "MemTotal:"), 0)
    most = cgroup.machine_limit()
    return found if most is None else min(found, most)


def largest(engine: Engine, ids: Iterable[str], types: Mapping[str, str]) -> dict[str, int]:
    """What the largest process of each type uses now, in bytes."""
    found: dict[str, int] = {}
    for container, used in bytes_of(engine, ids).items():
        process_type = types.get(container, "")
        found[process_type] = max(used, found.get(process_type, 0))
    return found


def bytes_of(engine: Engine, ids: Iterable[str]) -> dict[str, int]:
    """What each of the containers uses; those that have ended, or that nobody knows of, are not in it."""
    found = {}
    for container in ids:
        process = cgroup.first_process(container) or _asked(engine, container)
        used = None if process is None else cgroup.memory(process.cgroup)
        if used is not None:
            found[container] = used
    return found


def _asked(engine: Engine, container: str) -> Process | None:
    facts = containers.inspect_all(engine, (container,)).get(container)
    group = cgroup.of_pid(facts.pid) if facts is not None else ""
    return Process(facts.pid, group) if facts is not None and group else None
