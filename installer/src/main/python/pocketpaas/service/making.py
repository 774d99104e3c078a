"""A service is made, and goes."""

from __future__ import annotations

import os
import secrets
from dataclasses import dataclass

from pocketpaas import rules
from pocketpaas.engine import containers, networks
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import BadRequest, Busy, CannotWrite, Refused
from pocketpaas.machine import locks
from pocketpaas.machine.events import Reporter
from pocketpaas.machine.locks import Holder, Lock
from pocketpaas.service import container, images, kinds, spec, store
from pocketpaas.service.store import Service
from pocketpaas.state import marks, names, values
from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths

_PASSWORD_BYTES = 24
_LONG = 300.0


@dataclass(frozen=True)
class Wanted:
    """What is asked for: `major`, `memory` and `image` are empty where nobody says."""

    name: str
    kind: str
    major: str = ""
    memory: str = ""
    image: str = ""


def claim(paths: HostPaths, wanted: Wanted, holder: Holder) -> Lock:
    """The directory of a service that is about to be, and its lock. What a killed program has left there goes. Raises
    `Refused` for a name that is taken."""
    if not names.is_service(wanted.name):
        raise BadRequest(f'"{wanted.name}" is not the name of a service')
    if wanted.name in rules.words("reserved-host-names"):
        raise Refused(
            "service-name-reserved",
            f"a service cannot be called {wanted.name}: inside a container the name means something else",
            "choose another name: pocketpaas services create TYPE NAME",
        )
    directory = paths.service(wanted.name)
    values.make_directory(paths.services)
    values.make_directory(directory)
    lock = locks.take(directory / "lock", holder)
    if lock is None:
        raise Busy(f"the service {wanted.name} is just being made")
    found = store.find(paths, wanted.name)
    # What was cut off before its first query is made anew: nothing is in it.
    if found is not None and not found.is_half_made:
        lock.release()
        store.refuse_going(found)
        raise Refused(
            "service-there",
            f"there is a service {wanted.name} on this host already",
            "choose another name: pocketpaas services create TYPE NAME",
        )
    return lock


def describe(paths: HostPaths, engine: Engine, reporter: Reporter, wanted: Wanted, who: str) -> Service:
    """Its state, of which the kind comes last: with it, there is such a service. Raises `Refused`, `BadRequest`,
    `Failed`, `CannotWrite`."""
    kind = kinds.named(paths, wanted.kind)
    major = wanted.major or images.default_major(paths, kind)
    if major not in kind.majors and not wanted.image:
        raise Refused(
            "service-version",
            f"{kind.name}:{major} is not a version that is known here",
            f"known: {', '.join(kind.majors)}; another image: --image",
        )
    name = wanted.image or images.reference(paths, kind, major)
    if not names.is_image_reference(name):
        raise BadRequest("this is not the name of an image")
    chosen = images.choose(paths, engine, reporter, name)
    directory = paths.service(wanted.name)
    facts = {
        "major": major,
        "image": chosen.id,
        "reference": chosen.name,
        "digest": chosen.digest,
        "generation": "1",
        "created": now(),
        "who": who,
        marks.FILE: marks.new(),
    }
    if wanted.memory:
        facts["memory"] = wanted.memory
    values.put(directory / store.MAKING, "")
    values.put(directory / "password", secrets.token_hex(_PASSWORD_BYTES), 0o444)
    for fact, text in facts.items():
        values.put(directory / fact, text)
    try:
        values.sync_tree(directory)
        values.remove(directory / store.GOING)
    except OSError as error:
        raise CannotWrite(directory, error) from error
    values.write(directory / "type", kind.name)
    return store.need(paths, wanted.name)


def was_cut(service: Service) -> bool:
    """Whether whoever made it was killed before its first query: it can be made as if it were not there."""
    return service.is_half_made and not locks.is_held(service.directory / "lock")


def clear(engine: Engine, name: str) -> None:
    """What the engine has of it goes: containers, data, network. Raises `EngineError`."""
    ids = [one.id for one in container.all_of(engine, name)]
    containers.set_restart(engine, "no", ids)
    containers.stop(engine, 10, ids)
    containers.remove(engine, ids)
    listed = engine.list("/volumes", {"label": [f"{spec.SERVICE}={name}"]}) or {}
    for volume in listed.get("Volumes") or ():
        engine.call("DELETE", f"/volumes/{volume['Name']}", seconds=_LONG)
    for network in engine.list("/networks", {"label": [f"{spec.SERVICE}={name}"]}):
        networks.remove(engine, str(network["Id"]))


def remove(paths: HostPaths, engine: Engine, name: str) -> None:
    """Everything of it goes: what the engine has, and its state. Raises `EngineError`, `CannotWrite`."""
    directory = paths.service(name)
    if (directory / "type").exists():
        # Killed from here on, it is one that can only be destroyed.
        values.write(directory / store.GOING, "")
    clear(engine, name)
    gone = paths.services / f".gone.{name}.{os.getpid()}"
    try:
        if directory.is_dir():
            os.rename(directory, gone)
        values.remove_tree(gone)
    except OSError as error:
        raise CannotWrite(directory, error) from error


def take_back(paths: HostPaths, engine: Engine, reporter: Reporter, name: str) -> None:
    """The same for one that did not come up; what stays is told."""
    try:
        remove(paths, engine, name)
    except EngineError as error:
        reporter.warn(f"what was made of {name} could not be removed: {error.text}")
