"""What the home of a cluster knows goes to each other manager after every change: settings, keys, each app as it is
live, and where backups are with what reads them. So one of them can become the home when this one is lost
(`backup.recovering`). Variables and the passphrase of backups are among it: a manager can start whatever it likes on
any machine, so it is trusted with them.

`send` is the home's side, `take` the other one. Not among it: what is in volumes and databases, sources, old
releases."""

from __future__ import annotations

import hashlib
import os
import tarfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path
from typing import BinaryIO

from pocketpaas.backup import app_taking, data_recovering, host_content
from pocketpaas.cluster import membership, peers
from pocketpaas.engine import parallel
from pocketpaas.engine.client import Engine
from pocketpaas.failure import BadRequest, CannotWrite
from pocketpaas.machine.events import Reporter
from pocketpaas.release import slots
from pocketpaas.state import listing, names, nodes, tree, values
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths

HOST, APPS, BACKUPS = "host", "apps", "backups"
_SECONDS = 300.0


def directory(paths: HostPaths) -> Path:
    """Where a manager that is not the home keeps it."""
    return nodes.directory(paths) / "mirror"


def _flag(paths: HostPaths) -> Path:
    return nodes.directory(paths) / "changed"


def main(paths: HostPaths, reporter: Reporter, arguments: Sequence[str]) -> int:
    """The program `work/mirror`, which `operation.mirroring` starts. Exit codes: 0; 1 not every manager has it now."""
    if arguments:
        raise BadRequest("mirror: no arguments")
    done = True
    while _flag(paths).exists():
        values.remove(_flag(paths))
        done = send(paths, Engine(paths), reporter)
    return 0 if done else 1


def send(paths: HostPaths, engine: Engine, reporter: Reporter) -> bool:
    """Each other manager has it as it is now; whether that is so. Who has it already is not asked. Raises `Refused`
    without a majority of the managers, `CannotWrite`, `Damaged`."""
    managers = {one.labels.get(membership.NAME) for one in membership.need_majority(engine) if one.is_manager}
    to = [node for node in nodes.others(paths) if node.name in managers]
    if not to:
        return True
    made = nodes.directory(paths) / "mirroring"
    try:
        values.fresh_directory(made)
        gather(paths, made)
        now = _digest(made)
        lacking = [node for node in to if values.read(_sent(paths, node)) != now]
        told = parallel.tried(partial(_send, paths, made, now), lacking)
    finally:
        values.remove_tree(made)
    for node, one in zip(lacking, told):
        if isinstance(one, Exception):
            reporter.warn(f"{node.name} does not know the last change yet: {one}")
    return not any(isinstance(one, Exception) for one in told)


def _sent(paths: HostPaths, node: Node) -> Path:
    """The digest of what it has. It goes with the machine."""
    return nodes.place(paths, node.name) / "mirrored"


def gather(paths: HostPaths, target: Path) -> None:
    """Puts it into an empty directory. Raises `CannotWrite`, `Damaged`."""
    values.make_directory(target / HOST)
    values.make_directory(target / APPS)
    values.make_directory(target / BACKUPS)
    data_recovering.gather(paths, target / BACKUPS)
    host_content.write(paths, target / HOST)
    for app in listing.apps(paths):
        if slots.live_slot(paths, app) is not None:
            app_taking.copy_state(paths, app, target / APPS / app)


def _digest(made: Path) -> str:
    """Of names, links and contents; the time at which it was made does not count."""
    whole = hashlib.sha256()
    for place, directories, files in os.walk(made):
        directories.sort()
        for name in sorted((*files, *directories)):
            one = Path(place) / name
            whole.update(os.fsencode(one.relative_to(made)) + b"\0")
            if one.is_symlink():
                whole.update(os.fsencode(os.readlink(one)) + b"\0")
            elif one.is_file() and one.name != host_content.FILE:
                whole.update(hashlib.sha256(one.read_bytes()).digest())
    return whole.hexdigest()


def _send(paths: HostPaths, made: Path, digest: str, node: Node) -> None:
    file = made / f".{node.name}.tar"
    with file.open("w+b") as whole:
        whole.write(tree.text({"digest": digest}))
        with tarfile.open(fileobj=whole, mode="w|") as archive:
            for name in (HOST, APPS, BACKUPS):
                archive.add(made / name, name)
        whole.flush()
        whole.seek(0)
        os.lseek(whole.fileno(), 0, os.SEEK_SET)
        peers.ask(paths, node, ["mirror"], stdin=whole, seconds=_SECONDS)
    values.write(_sent(paths, node), digest)


# ---------------------------------------------------------------- on the other machine


def take(paths: HostPaths, announced: Mapping[str, str], stream: BinaryIO) -> None:
    """What comes takes the place of what was there. Raises `BadRequest`, `CannotWrite`."""
    if not names.is_sha256(announced.get("digest", "")):
        raise BadRequest("mirror: a digest comes first")
    new = nodes.directory(paths) / ".new.mirror"
    try:
        values.fresh_directory(new)
        _unpack(stream, new)
        if _digest(new) != announced["digest"]:
            raise BadRequest("what the home has sent is not whole")
        values.sync_tree(new)
        values.remove_tree(directory(paths))
        os.rename(new, directory(paths))
        values.sync(directory(paths).parent)
    except (OSError, tarfile.TarError) as error:
        raise CannotWrite(new, error) from error
    finally:
        values.remove_tree(new)


def _unpack(stream: BinaryIO, new: Path) -> None:
    """Links last: nothing is written through one."""
    links = []
    with tarfile.open(fileobj=stream, mode="r|") as archive:
        for entry in archive:
            target = new / entry.name
            if os.path.isabs(entry.name) or ".." in Path(entry.name).parts:
                raise BadRequest("mirror: a name leads elsewhere")
            if entry.issym():
                links.append((target, entry.linkname))
            elif entry.isdir():
                target.mkdir(exist_ok=True)
                target.chmod(entry.mode & 0o7777)
            elif entry.isfile():
                source = archive.extractfile(entry)
                if source is None:
                    raise BadRequest("mirror: a file has no content")
                values.put(target, values.decode(source.read()))
                target.chmod(entry.mode & 0o7777)
            else:
                raise BadRequest("mirror: only files, directories and links")
    for target, goal in links:
        os.symlink(goal, target)
