"""New containers that are tried: made and started all at once, checked, taken away."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from pocketpaas.engine import cgroup, containers, volumes
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.parallel import Task, each
from pocketpaas.engine.spec import ContainerSpec
from pocketpaas.failure import CannotWrite, Failed
from pocketpaas.operation.unit import Operation
from pocketpaas.release import check, ending, seal, spec
from pocketpaas.release.check import Candidate
from pocketpaas.release.scale import Instance
from pocketpaas.routing import names as app_names
from pocketpaas.state.disk import free_kilobytes

_DROP_SECONDS = 3
_FULL = 1024
_UNKNOWN = "the Docker engine does not know all of the new containers"


@dataclass(frozen=True)
class Started:
    """Those that run, and why one does not; empty where all do, and the bundle is sealed."""

    candidates: tuple[Candidate, ...]
    why: str

    @property
    def ids(self) -> tuple[str, ...]:
        """Of those that run."""
        return tuple(one.id for one in self.candidates)


@dataclass(frozen=True)
class _Attempt:
    id: str
    why: str


def start(operation: Operation, release: int, slot: str, instances: Sequence[Instance]) -> Started:
    """Makes and starts them, and seals the bundle while the engine does that: it must not go live before. Raises
    `Damaged`."""
    paths, engine, app = operation.paths, operation.engine, operation.app
    bundle = paths.release(app, release)
    specs = [spec.process(paths, app, release, one.type, slot, one.number) for one in instances]
    try:
        volumes.ensure(engine, app, bundle)
    except (EngineError, OSError):
        operation.reporter.warn(f"the volumes of {app} could not be prepared")
    why = ""
    with Task(lambda: each(partial(_start, engine), specs)) as running:
        try:
            seal.seal(bundle)
        except CannotWrite:
            why = f"v{release} could not be stored (disk full?)"
        attempts = running.result()
    for instance, attempt in zip(instances, attempts):
        if attempt.why:
            why = f"{instance.name} does not start: {attempt.why}"
    known = [(attempt.id, one) for attempt, one in zip(attempts, instances) if attempt.id and not attempt.why]
    addresses = {attempt.id: one.address or "" for attempt, one in zip(attempts, specs)}
    candidates = _look(engine, known, addresses)
    if not why and len(candidates) != len(instances):
        # One that is not known would count as checked.
        why = _UNKNOWN
    return Started(candidates, why)


def _start(engine: Engine, wanted: ContainerSpec) -> _Attempt:
    container = ""
    try:
        container = containers.create(engine, wanted)
        containers.start(engine, container)
    except EngineError as error:
        return _Attempt(container, error.text)
    return _Attempt(container, "")


def _look(engine: Engine, known: Sequence[tuple[str, Instance]], addresses: dict[str, str]) -> tuple[Candidate, ...]:
    """What the kernel knows of them; of what it does not, the engine."""
    found = {container: cgroup.first_process(container) for container, _ in known}
    facts = containers.inspect_all(engine, [container for container, process in found.items() if process is None])
    candidates = []
    for container, instance in known:
        process = found[container]
        if process is not None:
            candidates.append(Candidate(container, instance, addresses[container], process.pid, process.cgroup))
        elif container in facts:
            pid = facts[container].pid
            candidates.append(Candidate(container, instance, addresses[container], pid, cgroup.of_pid(pid)))
    return tuple(candidates)


def inspect(engine: Engine, ids: Sequence[str]) -> tuple[Candidate, ...]:
    """Those of them that the engine knows, as candidates."""
    facts = containers.inspect_all(engine, ids)
    return tuple(
        Candidate(one.id, Instance(one.type, one.instance), one.address, one.pid, cgroup.of_pid(one.pid))
        for one in facts.values()
    )


# ---------------------------------------------------------------- checked


def asked_host(operation: Operation, bundle: Path) -> str:
    """The name that the app is asked for. Raises `Damaged`."""
    return app_names.names_of(operation.paths, operation.app, bundle / "settings")[0].removeprefix("*.")


def check_them(operation: Operation, bundle: Path, candidates: Sequence[Candidate]) -> None:
    """Returns when all are up; else raises what is wrong with the first that is not (`Failed`), with its last lines
    told. Raises `Damaged`."""
    operation.reporter.step("check", "start")
    verdicts = check.check_all(bundle, asked_host(operation, bundle), candidates)
    if not all(verdicts[one.id].ok if one.id in verdicts else False for one in candidates):
        if free_kilobytes(operation.paths.root) < _FULL:
            # That is the cause, and told where this is caught.
            raise Failed("check-failed", "the new containers did not come up")
        # Loaded when there is something to explain.
        from pocketpaas.release import explain

        raise explain.failure(operation, bundle, candidates, verdicts)
    slowest = int(10 * max((verdict.seconds for verdict in verdicts.values()), default=0))
    operation.reporter.step("check", "done", f"up after {slowest // 10}.{slowest % 10} s")


# ---------------------------------------------------------------- taken away


def drop(operation: Operation, *in_slots: str) -> None:
    """Whatever of the app is in these slots goes, at once; what the engine leaves is told. Raises `EngineError`."""
    listed = containers.list_of_app(operation.engine, operation.app)
    ids = [one.id for one in listed if one.slot in in_slots]
    containers.stop(operation.engine, _DROP_SECONDS, ids)
    if not containers.remove(operation.engine, ids):
        operation.reporter.warn(ending.LEFT)
