"""Releases: immutable bundles in apps/<app>/releases/<n>/ (docs/protocol.md). Only `status` changes after the bundle is
sealed."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from pocketpaas import rules
from pocketpaas.failure import CannotWrite
from pocketpaas.release import layers
from pocketpaas.state import names, values
from pocketpaas.state.clock import now
from pocketpaas.state.paths import HostPaths

if TYPE_CHECKING:
    from pocketpaas.operation.unit import Operation

_BUILT = ("image", "base", "builder", "inputs", "release", "processes", "port", "reference", "digest")
_SOURCE = ("commit", "tree", "subject", "author")
_NUMBER = re.compile("[1-9][0-9]{0,8}")
#: The type of a release command: no process type is called so.
RELEASE_COMMAND = "release"

# ---------------------------------------------------------------- which there are


def newest(paths: HostPaths, app: str) -> int:
    """The greatest number there is, 0 without any. Looks at no more than names: an app may have thousands."""
    try:
        found = os.listdir(paths.app(app) / "releases")
    except FileNotFoundError:
        return 0
    return max((int(name) for name in found if _NUMBER.fullmatch(name)), default=0)


def is_status(text: str) -> bool:
    """Whether it is one of `rules.words("statuses")`."""
    return text in rules.words("statuses")


def status(paths: HostPaths, app: str, release: int) -> str:
    """pending, good, failed, cancelled or stored. Raises `Damaged`."""
    return values.need(paths.release(app, release) / "status", is_status)


def set_status(paths: HostPaths, app: str, release: int, text: str) -> None:
    """Raises `CannotWrite`."""
    values.write(paths.release(app, release) / "status", text)


def good(paths: HostPaths, app: str, most: int) -> list[int]:
    """The numbers of the newest good releases, newest first. Raises `Damaged`."""
    found: list[int] = []
    before = newest(paths, app) + 1
    while len(found) < most:
        number = good_before(paths, app, before)
        if number is None:
            break
        found.append(number)
        before = number
    return found


def good_before(paths: HostPaths, app: str, number: int) -> int | None:
    """The newest good release before that one; None where there is none. Raises `Damaged`."""
    for one in range(number - 1, 0, -1):
        if (paths.release(app, one) / "status").exists() and status(paths, app, one) == "good":
            return one
    return None


def types(bundle: Path) -> list[str]:
    """Its process types, web first."""
    processes = bundle / "processes"
    found = [name for name in values.names(processes) if names.is_process_type(name) and (processes / name).is_dir()]
    rest = [name for name in found if name not in ("web", RELEASE_COMMAND)]
    return (["web"] if "web" in found else []) + rest


def has_web(bundle: Path) -> bool:
    """Whether it answers requests."""
    return (bundle / "processes" / "web").is_dir()


# ---------------------------------------------------------------- made


def open_release(operation: Operation, kind: str, change: str) -> int:
    """The number of a new, pending release with an empty bundle: a failure from here to the switch marks it failed.
    Raises `CannotWrite`."""
    paths, app = operation.paths, operation.app
    number = newest(paths, app) + 1
    bundle = paths.release(app, number)
    with _checked(bundle):
        bundle.parent.mkdir(parents=True, exist_ok=True)
        bundle.mkdir(0o700)
    operation.undo.append(lambda: mark_failed(operation, number))
    # Under the app's lock; without a status it is one that was left behind.
    for name, text in (("kind", kind), ("change", change), ("who", operation.who), ("when", now())):
        values.put(bundle / name, text)
    set_status(paths, app, number, "pending")
    return number


def mark_failed(operation: Operation, release: int) -> None:
    """It never went live; the reason that the operation has given is kept with it. Where even that cannot be written,
    the next reconcile does it."""
    status_now = "cancelled" if operation.cancelled_by() else "failed"
    try:
        set_status(operation.paths, operation.app, release, status_now)
        why = operation.reporter.failure or "the work ended before it was through"
        values.write(operation.paths.release(operation.app, release) / "failure", why)
    except CannotWrite:
        # Documented above.
        pass


def from_build(operation: Operation, release: int, settings: Path, given: Mapping[str, Path]) -> None:
    """The bundle of a deploy: what was built, by these settings, with these layers of the environment (by name).
    Not sealed yet: `activate` does it while the engine is busy, where the caller does not. Raises `CannotWrite`,
    `Damaged`."""
    bundle, work = operation.paths.release(operation.app, release), operation.work.directory
    _copy(_BUILT, work / "build", bundle)
    _copy(_SOURCE, work, bundle)
    _write_log(bundle, operation.work.log)
    _copy_settings(bundle, settings)
    layers.assemble(bundle, given)
    takes_up(bundle, given["operator"])
    _make_readable(bundle)


def from_release(operation: Operation, release: int, old: int, given: Mapping[str, Path]) -> None:
    """The bundle of another release, with other layers of the environment than the manifest's. Not sealed yet, either.
    Raises as `from_build` does."""
    bundle = operation.paths.release(operation.app, release)
    _copy((*_BUILT, *_SOURCE, "settings"), operation.paths.release(operation.app, old), bundle)
    layers.assemble(bundle, given)


def takes_up(bundle: Path, operator: Path) -> None:
    """The release starts with the pending values that are in the layer `operator`. Raises `CannotWrite`."""
    pending = values.read(operator / "pending-id")
    if pending is not None:
        values.put(bundle / "operator" / "pending-id", pending)


def _write_log(bundle: Path, log: Path) -> None:
    """Also of a build that printed nothing there is a log: it says by what it was built."""
    builder = values.read_or(bundle / "builder", "unknown")
    with _checked(bundle / "build.log"), open(bundle / "build.log", "wb") as written:
        written.write(values.encode(f"builder: {builder}\n"))
        if log.exists():
            with open(log, "rb") as told:
                written.writelines(line[1:] for line in told if line.startswith(b"|"))


def _copy_settings(bundle: Path, settings: Path) -> None:
    """What the manifest says goes before what the build found."""
    with _checked(bundle / "settings"):
        for name in ("settings", "processes"):
            (bundle / name).mkdir(exist_ok=True)
    if settings.is_dir():
        values.copy_tree(settings, bundle / "settings")
    for name in values.names(settings / "processes"):
        process = settings / "processes" / name
        if names.is_process_type(name) and process.is_dir():
            values.copy_tree(process, bundle / "processes" / name)
            with _checked(bundle / "processes" / name):
                values.remove(bundle / "processes" / name / "scale")
    _copy(("release",), settings, bundle)
    _copy(("port",), settings / "check", bundle)
    if not (bundle / "port").exists():
        values.put(bundle / "port", str(rules.default("port")))


def _make_readable(bundle: Path) -> None:
    """What runs in containers may be read there."""
    commands = [
        bundle / place / name / "command"
        for place in ("processes", "settings/cron")
        for name in values.names(bundle / place)
    ]
    with _checked(bundle):
        for command in (*commands, bundle / "release"):
            if command.exists():
                command.chmod(0o644)


def _copy(wanted: Iterable[str], source: Path, target: Path) -> None:
    """Those of the files and directories that there are, modes as they are."""
    import shutil

    for name in wanted:
        if (source / name).is_dir():
            values.copy_tree(source / name, target / name)
        elif (source / name).exists():
            with _checked(target / name):
                shutil.copy2(source / name, target / name)


@contextmanager
def _checked(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise CannotWrite(path, error) from error


# ---------------------------------------------------------------- live


def adopt(paths: HostPaths, app: str, release: int) -> None:
    """The app's settings and the operator's environment become those of the live release, where they are not. What was
    pending and went into it is no longer. Raises `CannotWrite`."""
    directory, bundle = paths.app(app), paths.release(app, release)
    operator = directory / "operator"
    values.replace_tree(bundle / "settings", directory / "settings")
    values.make_directory(operator)
    for part in layers.PARTS:
        values.replace_values(bundle / "operator" / part, operator / part)
    pending = operator / "pending"
    if (bundle / "operator" / "pending-id").is_file() and values.same(
        bundle / "operator" / "pending-id", pending / "id"
    ):
        with _checked(pending):
            values.remove_tree(pending)
