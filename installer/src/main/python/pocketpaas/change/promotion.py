"""A release of one app as a release of another, by the very image. What belongs to the code comes with it: processes,
release command, checks, cron jobs, how it is stopped. What belongs to the place stays the other app's: its environment,
domains, services, volumes, limits, scale."""

from __future__ import annotations

from pathlib import Path

from pocketpaas.build.outcome import Outcome
from pocketpaas.build.request import BuildRequest
from pocketpaas.engine import images
from pocketpaas.failure import CannotWrite, Refused
from pocketpaas.operation.unit import Operation
from pocketpaas.operation.work import Work
from pocketpaas.release import bundle as bundles
from pocketpaas.release import slots
from pocketpaas.state import values
from pocketpaas.state.paths import HostPaths

#: In the operation's directory: the bundle's parts, and whose release it is ("shop-staging v12").
_DIRECTORY, _ORIGIN = "promoted", "promoted-from"
_BUILT = ("image", "base", "builder", "inputs", "release", "port", "reference", "digest")
_DESCRIBED = ("commit", "tree", "subject", "author", "digest")
#: Of the settings what belongs to the code.
_OF_THE_CODE = (
    *("processes", "release", "check", "cron", "drain", "stop-signal", "stop-timeout", "capabilities"),
    *("builder", "buildpacks", "buildpacks-from", "dockerfile", "image", "image-from", "build", "source"),
)
#: Of a process what belongs to the place.
_OF_A_PLACE = ("scale", "memory", "cpus", "pids")
#: What an app that has no settings yet does not take from another one: two apps cannot have one domain.
_NOT_TAKEN = ("domains", "http/redirects", "branch", "blobs")


def take_along(paths: HostPaths, source: str, release: int, work: Work) -> None:
    """The release, into the operation's directory. Raises `CannotWrite`."""
    bundle, target = paths.release(source, release), work.directory / _DIRECTORY
    values.make_directory(target)
    for name in _BUILT:
        text = values.read(bundle / name)
        if text is not None:
            values.put(target / name, text)
    for kind in bundles.types(bundle):
        values.make_directory(target / "processes" / kind)
        command = values.read(bundle / "processes" / kind / "command")
        if command is not None:
            values.put(target / "processes" / kind / "command", command)
    values.copy_tree(bundle / "settings", target / "settings")
    for name in _DESCRIBED:
        text = values.read(bundle / name)
        if text is not None:
            values.put(work.directory / name, text)
    roots = values.read(paths.app(source) / "roots")
    if roots is not None:
        values.put(work.directory / "roots", roots)
    values.put(work.directory / _ORIGIN, f"{source} v{release}")


def source_of(work: Work) -> str:
    """The app whose release the operation puts live elsewhere; empty where it does no such thing."""
    return values.read_or(work.directory / _ORIGIN, "").partition(" ")[0]


def origin(operation: Operation) -> str:
    """Whose release is promoted, as people read it; empty where none is."""
    return values.read_or(operation.work.directory / _ORIGIN, "")


def settle(operation: Operation, sent: Path) -> None:
    """The settings of the release that is promoted with those of the app, in the place of what a laptop sends. Raises
    `CannotWrite`."""
    promoted = operation.work.directory / _DIRECTORY / "settings"
    values.make_directory(sent.parent)
    live = slots.live_release(operation.paths, operation.app)
    try:
        values.fresh_directory(sent)
        if live is None:
            values.copy_tree(promoted, sent)
            for path in _NOT_TAKEN:
                values.remove_tree(sent / path)
            return
        # The app's directory has them a moment later than the switch; whatever was killed between, these are the app's.
        own = operation.paths.release(operation.app, live) / "settings"
        values.copy_tree(own, sent)
        for path in _OF_THE_CODE:
            values.remove_tree(sent / path)
            _copy(promoted / path, sent / path)
        for kind in values.names(sent / "processes"):
            for name in _OF_A_PLACE:
                values.remove(sent / "processes" / kind / name)
        for kind in values.names(own / "processes"):
            for name in _OF_A_PLACE:
                if (own / "processes" / kind / name).exists() and (sent / "processes" / kind).is_dir():
                    _copy(own / "processes" / kind / name, sent / "processes" / kind / name)
    except OSError as error:
        raise CannotWrite(sent, error) from error


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        values.copy_tree(source, target)
    elif source.exists():
        values.make_directory(target.parent)
        values.put(target, values.need(source))


def is_live(operation: Operation, live: int) -> bool:
    """Whether the app's live release is that very image already."""
    wanted = operation.work.directory / _DIRECTORY / "image"
    return values.same(wanted, operation.paths.release(operation.app, live) / "image")


def take(operation: Operation, settings: Path) -> None:
    """The image is the app's, too, by a name of its own, so that it stays whatever becomes of the other app. In the
    place of a build. Raises `Refused`, `EngineError`, `CannotWrite`."""
    request = BuildRequest.of(operation, settings)
    values.make_directory(request.cache)
    given = operation.work.directory / _DIRECTORY
    image = values.need(given / "image")
    operation.reporter.step("promotion", "start", origin(operation))
    if not images.exists(operation.engine, image):
        operation.reporter.step("promotion", "fail")
        raise Refused(
            "no-image", f"the image of {origin(operation)} is not on the host any more", "deploy the other app again"
        )
    inputs = request.inputs("promoted", image)
    images.tag(operation.engine, image, images.repository(operation.app), inputs[:32])
    port = values.read(given / "port")
    Outcome(
        image,
        values.need(given / "base"),
        values.need(given / "builder"),
        inputs,
        {kind: values.read(given / "processes" / kind / "command") for kind in values.names(given / "processes")},
        None if port is None else int(port),
        values.read(given / "release"),
        values.read_or(given / "reference", ""),
        values.read_or(given / "digest", ""),
    ).store(request.out)
    operation.reporter.step("promotion", "done", origin(operation))
