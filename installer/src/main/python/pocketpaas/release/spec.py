"""From a release to the containers of its processes: pure, but for reading the bundle."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from pocketpaas import rules
from pocketpaas.engine import containers, networks, volumes
from pocketpaas.engine.spec import Bind, ContainerSpec, Limits
from pocketpaas.failure import Damaged
from pocketpaas.release import layers
from pocketpaas.release.bundle import RELEASE_COMMAND
from pocketpaas.release.slots import SLOTS
from pocketpaas.service import links
from pocketpaas.service import spec as services
from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

#: What an image may have brought along, and its containers must not be taken for.
_OTHERS = (containers.BUILD, containers.RUN, *services.LABELS)
_LABELS = (containers.APP, containers.RELEASE, containers.TYPE, containers.SLOT, containers.INSTANCE)
#: The text of a command is a file in the container, so no command is ever quoted for a shell.
COMMAND = "/run/pocketpaas/command"


def is_base(text: str) -> bool:
    """What kind of image a release is of: `slug`, with our entrypoint and user, or `image`, which keeps its own."""
    return text in ("slug", "image")


def process(paths: HostPaths, app: str, release: int, process_type: str, slot: str, instance: int) -> ContainerSpec:
    """A container of the release. The slot of a process is blue or green; of a release command `release`, as is its
    type. Raises `Damaged`."""
    bundle = paths.release(app, release)
    directory = bundle / "processes" / process_type
    command_file = bundle / "release" if process_type == RELEASE_COMMAND else directory / "command"
    made = _made(paths, app, release, _Part(process_type, slot, str(instance), command_file, directory))
    if process_type == "web" and slot in SLOTS:
        return replace(made, address=networks.web_address(paths, app, slot, instance))
    return made


@dataclass(frozen=True)
class _Part:
    """What a container is of a release: `command` the file that it runs, `directory` where its own limits are."""

    type: str
    slot: str
    instance: str
    command: Path
    directory: Path


def _made(paths: HostPaths, app: str, release: int, part: _Part) -> ContainerSpec:
    bundle = paths.release(app, release)
    base = values.need(bundle / "base", is_base)
    mounts = tuple(volumes.of_settings(app, bundle / "settings" / "volumes"))
    command: tuple[str, ...] | None = None
    if part.command.exists():
        bind = Bind(str(part.command), COMMAND)
        command = ("/bin/sh", COMMAND)
    if base == "slug":
        command = ("process", part.type)
    name = f"{part.type}.{part.instance}"
    return ContainerSpec(
        name=f"{containers_prefix(app)}{name}.v{release}.{part.slot}",
        image=values.need(bundle / "image", names.is_image),
        hostname=host_name(part.type, part.instance),
        command=command,
        environment=_environment(paths, bundle, app, release, name, base, command is not None),
        labels=dict.fromkeys(_OTHERS if base == "image" else (), "")
        | dict(zip(_LABELS, (app, str(release), part.type, part.slot, part.instance))),
        mounts=(*mounts, bind) if part.command.exists() else mounts,
        limits=limits(bundle, part.directory),
        network=networks.name(app),
        init=command is not None,
        stop_signal=_stop_signal(bundle, part.directory),
        drop_capabilities=("ALL",),
        add_capabilities=capabilities(bundle / "settings" / "capabilities"),
        log="journald",
        log_options={"tag": f"{app}/{name}/v{release}", "labels": ",".join(_LABELS)},
    )


def host_name(process_type: str, instance: str) -> str:
    """What a container is called in its app's network: 1-web. It begins with a digit, as no service does, so the name
    of a service never leads to it. (In web.1, `web` would: the engine makes a name of what stands before the dot.)"""
    kind = process_type.lower()
    words = ("1", kind, instance) if instance[:1].isalpha() else (instance, kind)
    return "-".join(words).replace("_", "-").rstrip("-")


def job(paths: HostPaths, app: str, release: int, name: str, run: str) -> ContainerSpec:
    """The container of a run of a cron job: its command is a file of the bundle. Raises `Damaged`."""
    directory = paths.release(app, release) / "settings" / "cron" / name
    values.need(directory / "command", names.is_command)
    return _of_run(app, _made(paths, app, release, _Part("cron", "cron", name, directory / "command", directory)), run)


def detached(
    paths: HostPaths, app: str, release: int, process_type: str, words: tuple[str, ...], run: str
) -> ContainerSpec:
    """The container of a command that nobody waits for, with the limits of the type: what it prints is kept. Raises
    `Damaged`."""
    bundle = paths.release(app, release)
    part = _Part("run", "run", run.rpartition("-")[2], bundle / "no-command", bundle / "processes" / process_type)
    slug = values.need(bundle / "base", is_base) == "slug"
    return _of_run(
        app, replace(_made(paths, app, release, part), command=("exec", *words) if slug else words, init=True), run
    )


def _of_run(app: str, made: ContainerSpec, run: str) -> ContainerSpec:
    """Known by its run: to us by a label, to people by its name, to the journal by a field."""
    labels = {**made.labels, containers.RUN: run}
    options = {**made.log_options, "labels": ",".join((*_LABELS, containers.RUN))}
    kind, number = made.labels[containers.TYPE], run.rpartition("-")[2]
    return replace(made, name=f"{containers_prefix(app)}{kind}.{number}", labels=labels, log_options=options)


def containers_prefix(app: str) -> str:
    """How the names of an app's containers begin: for people who look with `docker ps`, never read by us."""
    return f"pocketpaas.{app}."


def release_command(paths: HostPaths, app: str, release: int) -> ContainerSpec:
    """The container of its release command. Raises `Damaged`."""
    return process(paths, app, release, RELEASE_COMMAND, RELEASE_COMMAND, 1)


def one_off(
    paths: HostPaths,
    app: str,
    release: int,
    process_type: str,
    words: tuple[str, ...],
    terminal: str | None,
    number: str,
) -> ContainerSpec:
    """One that runs these words in the release's image, environment and network, with the limits of the type.
    `terminal` as in `one_off.create`. `number` (hexadecimal) tells it from others. Raises `Damaged`."""
    found = process(paths, app, release, process_type, "run", int(number, 16) % 100_000)
    slug = values.need(paths.release(app, release) / "base", is_base) == "slug"
    return replace(
        found,
        name=f"{containers_prefix(app)}{process_type}.{number}",
        command=("exec", *words) if slug else words,
        init=True,
        stdin=True,
        tty=terminal is not None,
        environment=(*found.environment, *((f"TERM={terminal}",) if terminal else ())),
        # What somebody looks at is for nobody else: a console, a dump of the database, `env`.
        log="none",
    )


def limits(bundle: Path, directory: Path) -> Limits:
    """The process's own, else the app's, else none (but never unlimited processes). Raises `Damaged`."""

    def number(name: str, otherwise: int) -> int:
        for file in (directory / name, bundle / "settings" / "limits" / name):
            if values.read(file) is not None:
                return values.number(file, otherwise)
        return otherwise

    return Limits(number("memory", 0), number("cpus", 0), number("pids", int(rules.default("pids"))))


def capabilities(file: Path) -> tuple[str, ...]:
    """The rights of the kernel that every app has, and those of the file's lines. Raises `Damaged` for one that no app
    can have."""
    asked = values.lines(file)
    if not set(asked) <= set(rules.words("capabilities-optional")):
        raise Damaged(file, "holds a capability that no app can have")
    return (*rules.words("capabilities-always"), *asked)


def _stop_signal(bundle: Path, directory: Path) -> str | None:
    found = values.read(directory / "stop-signal") or values.read(bundle / "settings" / "stop-signal")
    return found or None


def _environment(
    paths: HostPaths, bundle: Path, app: str, release: int, name: str, base: str, init: bool
) -> tuple[str, ...]:
    """Ours after the app's, so that ours win where the engine takes the last."""
    commit = values.read_or(bundle / "commit", "")
    found = [
        *layers.resolved(bundle, lambda service: links.resolve(paths, app, service)),
        f"PORT={values.read_or(bundle / 'port', str(rules.default('port')))}",
        f"POCKETPAAS_APP={app}",
        f"POCKETPAAS_RELEASE=v{release}",
        f"POCKETPAAS_COMMIT={commit if names.is_commit(commit) else ''}",
        f"POCKETPAAS_PROCESS={name}",
    ]
    if base == "slug":
        found += [f"DYNO={name}", "HOME=/app"]
    if init:
        # A wrapper such as `npm start` does not hand on SIGTERM; so the init sends it to the whole group.
        found.append("TINI_KILL_PROCESS_GROUP=1")
    return tuple(found)
