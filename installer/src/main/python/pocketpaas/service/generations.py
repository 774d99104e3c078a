"""The generations of a service: each is a server of a version, with a container and a volume of its own. One is in use
(`generation`); during a move another one is being filled; after an upgrade the one before is kept for a while.

services/<name>/generations/<n>/ says what a generation is (`Service.facts`), move/ from which to which the service is
being moved, kept/ which one stays for how long (docs/protocol.md). The rename of `generation` is the only moment at
which a move takes place: before it the old one is in use, whatever is killed when; after it the new one. """

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.engine import containers, volumes
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.failure import CannotWrite
from pocketpaas.service import container, kept_places, store
from pocketpaas.service.images import Chosen
from pocketpaas.service.kept_places import Place
from pocketpaas.service.store import Service
from pocketpaas.state import values

#: Kinds of moves: to a new generation; the same for a trial, which never takes place; back to the one that is kept.
UPGRADE, TRIAL, UNDO = "upgrade", "trial", "undo"


@dataclass(frozen=True)
class Move:
    """A move that has begun."""

    directory: Path
    kind: str
    source: str
    target: str

    @staticmethod
    def of(service: Service) -> Move | None:
        """The one that is at work, or was killed; None where there is none. Raises `Damaged`."""
        directory = service.directory / "move"
        if not (directory / "target").exists():
            return None
        kind = values.need(directory / "kind", lambda text: text in (UPGRADE, TRIAL, UNDO))
        source, target = (values.need(directory / name, store.is_generation) for name in ("source", "target"))
        return Move(directory, kind, source, target)

    @staticmethod
    def begin(service: Service, kind: str, target: str) -> Move:
        """Of `target` there is such a move from here on, the old generation in use. Raises `CannotWrite`."""
        move = Move(service.directory / "move", kind, service.generation, target)
        new = service.directory / ".new.move"
        values.fresh_directory(new)
        for name, text in (("kind", kind), ("source", move.source), ("target", target)):
            values.put(new / name, text)
        try:
            values.sync_tree(new)
            values.remove_tree(move.directory)
            os.rename(new, move.directory)
            values.sync(service.directory)
        except OSError as error:
            raise CannotWrite(move.directory, error) from error
        return move

    def has_taken_place(self, service: Service) -> bool:
        """Whether the target is in use."""
        return service.generation == self.target

    @property
    def maintained(self) -> tuple[str, ...]:
        """The apps that are in maintenance for it, and were not before."""
        return values.lines(self.directory / "maintained")

    def maintain(self, apps: Iterable[str]) -> None:
        """These will be. Raises `CannotWrite`."""
        values.write_lines(self.directory / "maintained", apps)

    @property
    def reader(self) -> str:
        """A login that was made in the old server to read it all; empty where there is none."""
        return values.read_or(self.directory / "reader", "")

    def keep_reader(self, login: str) -> None:
        """There is one. Raises `CannotWrite`."""
        values.write(self.directory / "reader", login)

    def end(self) -> None:
        """There is no move any more. Raises `CannotWrite`."""
        _remove(self.directory)


@dataclass(frozen=True)
class Kept:
    """The generation that was in use before, as it was when the move took place."""

    directory: Path

    @staticmethod
    def of(service: Service) -> Kept | None:
        """None where none is kept."""
        directory = service.directory / "kept"
        return Kept(directory) if (directory / "generation").exists() else None

    @staticmethod
    def write(move: Move, since: str, until: float, places: Iterable[Place]) -> None:
        """The source will be kept when the move takes place. Raises `CannotWrite`."""
        directory = move.directory / "kept"
        values.fresh_directory(directory)
        kept_places.write(directory, places)
        values.put(directory / "since", since)
        values.put(directory / "until", str(int(until)))
        values.put(directory / "generation", move.source)
        try:
            values.sync_tree(directory)
        except OSError as error:
            raise CannotWrite(directory, error) from error

    @property
    def generation(self) -> str:
        """Which. Raises `Damaged`."""
        return values.need(self.directory / "generation", store.is_generation)

    @property
    def since(self) -> str:
        """When it was in use last, UTC."""
        return values.read_or(self.directory / "since", "")

    @property
    def until(self) -> int:
        """When it goes, in seconds. Raises `Damaged`."""
        return values.number(self.directory / "until", 0)

    @property
    def places(self) -> tuple[Place, ...]:
        """What it holds. Raises `Damaged`."""
        return kept_places.read(self.directory)

    @property
    def made(self) -> tuple[tuple[str, str], ...]:
        """The logins that an undo has made in it, or was about to, each behind its database."""
        found = (line.partition(" ") for line in values.lines(self.directory / "made"))
        return tuple((database, name) for database, _, name in found)

    def keep_made(self, logins: Iterable[tuple[str, str]]) -> None:
        """These. Raises `CannotWrite`."""
        values.write_lines(self.directory / "made", (f"{database} {name}" for database, name in logins))

    def forget(self) -> None:
        """It is not kept any more. Raises `CannotWrite`."""
        _remove(self.directory)


def adopt(engine: Engine, service: Service, move: Move) -> None:
    """What the move has written of its source holds from now on; what was kept before goes. Raises `EngineError`,
    `CannotWrite`."""
    written = move.directory / "kept"
    if not written.is_dir():
        return
    before = Kept.of(service)
    if before is not None:
        if before.generation not in (move.source, move.target):
            drop(engine, service, before.generation)
        before.forget()
    try:
        os.rename(written, service.directory / "kept")
    except OSError as error:
        raise CannotWrite(service.directory / "kept", error) from error


def following(service: Service) -> str:
    """The number of a generation that there was not yet."""
    kept = Kept.of(service)
    return str(max(int(service.generation), int(kept.generation) if kept else 0) + 1)


def describe(service: Service, generation: str, major: str, chosen: Chosen) -> Service:
    """There is such a generation, without a container yet. Raises `CannotWrite`."""
    directory = service.directory / "generations" / generation
    values.make_directory(directory.parent)
    values.fresh_directory(directory)
    facts = {"major": major, "image": chosen.id, "reference": chosen.name, "digest": chosen.digest}
    for name, text in facts.items():
        values.put(directory / name, text)
    try:
        values.sync_tree(directory)
    except OSError as error:
        raise CannotWrite(directory, error) from error
    return service.as_of(generation)


def drop(engine: Engine, service: Service, generation: str) -> None:
    """A generation that is not in use goes, with its container and its data. Raises `EngineError`, `CannotWrite`."""
    one = service.as_of(generation)
    if service.as_of("").generation == generation:
        raise ValueError(f"generation {generation} of {service.name} is in use")
    ids = [found.id for found in container.all_of(engine, service.name) if found.generation == generation]
    containers.set_restart(engine, "no", ids)
    containers.stop(engine, 10, ids)
    containers.remove(engine, ids)
    try:
        volumes.remove(engine, one.volume)
    except EngineError as error:
        if error.status != 404:
            raise
    _remove(service.directory / "generations" / generation)


def rest(engine: Engine, service: Service, generation: str) -> None:
    """A generation that is not in use stands still; its data stays. Raises `EngineError`."""
    one = service.as_of(generation)
    found = container.find(engine, one)
    if found is not None:
        for app in service.users():
            container.disconnect(engine, found.id, app)
        container.stop(engine, one, (found.id,))


def _remove(directory: Path) -> None:
    try:
        values.remove_tree(directory)
    except OSError as error:
        raise CannotWrite(directory, error) from error
