"""Where processes of a type may run in a cluster: on machines with the labels that the manifest names (`place`), spread
over the values of one (`spread`). On a host that is alone nothing of it is looked at."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

from pocketpaas.cluster import membership
from pocketpaas.engine import swarm
from pocketpaas.engine.swarm import Member
from pocketpaas.failure import Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.state import values


def labels(settings: Path, process_type: str) -> tuple[str, ...]:
    """NAME=VALUE of each label that a machine must have."""
    return values.lines(settings / "processes" / process_type / "place")


def constraints(settings: Path, process_type: str) -> tuple[str, ...]:
    """The same as the engine takes it, and that the machine is not drained."""
    named = (label.partition("=") for label in labels(settings, process_type))
    wanted = (f"node.labels.{name}=={value}" for name, _, value in named)
    return (f"node.labels.{membership.DRAINED}!=yes", *wanted)


def spread(settings: Path, process_type: str) -> str:
    """Over what of the machines the processes are spread, as the engine takes it; empty for the machines themselves."""
    found = values.read_or(settings / "processes" / process_type / "spread", "")
    return f"node.labels.{found}" if found else ""


def guard(operation: Operation, settings: Path, types: Sequence[str]) -> None:
    """Raises `Refused` where no machine may run the processes of a type, `EngineError`."""
    if not any(labels(settings, one) or spread(settings, one) for one in types):
        return
    # A volume is on one machine, and what has it stays there.
    home = swarm.own_id(operation.engine) if values.lines(settings / "volumes") else ""
    check(settings, types, membership.need_majority(operation.engine), home)


def check(settings: Path, types: Sequence[str], members: Iterable[Member], home: str) -> None:
    """See `guard`; `home` is the id of the only machine that may run any, empty for all."""
    every = tuple(members)
    for one in types:
        wanted = labels(settings, one)
        shown = " ".join(wanted)
        able = [each for each in every if has(each.labels, wanted)]
        if wanted and not able:
            raise _refused(f"no machine of the cluster has the label{_s(wanted)} {shown}, which {one} must have", one)
        if home and all(each.id != home for each in able):
            text = f"{one} has volumes, which are on the home, and the home has not the label{_s(wanted)} {shown}"
            raise _refused(text, one)
        if all(each.labels.get(membership.DRAINED) for each in able):
            raise _refused(f"every machine that may run {one} ({shown}) is drained", one)
        over = spread(settings, one).removeprefix("node.labels.")
        if over and all(over not in each.labels for each in every):
            raise _refused(f"no machine of the cluster has a label {over}, over which {one} is spread", one)


def has(found: Mapping[str, str], wanted: Iterable[str]) -> bool:
    """Whether a machine with these labels has all that are wanted (NAME=VALUE)."""
    # The engine compares without regard to case.
    own = {f"{name}={value}".lower() for name, value in found.items()}
    return all(label.lower() in own for label in wanted)


def _s(wanted: Sequence[str]) -> str:
    return "" if len(wanted) == 1 else "s"


def _refused(text: str, process_type: str) -> Refused:
    cure = f"pocketpaas host label MACHINE NAME=VALUE, or change processes.{process_type} in pocketpaas.yml"
    return Refused("no-place", text, f"{cure}; labels: pocketpaas hosts nodes")
