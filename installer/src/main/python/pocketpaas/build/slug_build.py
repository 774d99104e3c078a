"""Building with classic buildpacks: the stack's build image, one container without rights, the app's cache, a slug."""

from __future__ import annotations

import os
import shutil
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.build import stack
from pocketpaas.build.cache import UID, build_cache
from pocketpaas.build.buildpack_name import known, resolve
from pocketpaas.build.buildpacks import BuildpackStore, Pinned
from pocketpaas.build.failure import BuildFailed
from pocketpaas.build.memory import build_megabytes
from pocketpaas.build.outcome import Outcome
from pocketpaas.build.output import Output
from pocketpaas.build.request import BuildRequest
from pocketpaas.build.select import Selection
from pocketpaas.build.slug import Part, SlugAssembly
from pocketpaas.build.watchdog import Watchdog
from pocketpaas.engine import archive, attach, containers, exits
from pocketpaas.engine.client import EngineError
from pocketpaas.engine.containers import BUILD
from pocketpaas.engine.spec import Bind, ContainerSpec, Limits
from pocketpaas.failure import BadRequest
from pocketpaas.state import disk, names, tree, values

_SWAP = 2048
_MEGABYTE = 1024 * 1024
_SMALL_BUILD = 2000
_FULL = 100
_NOT_DETECTED = 10
_KILLED = 137
_RESULT = "/tmp/result"


@dataclass(frozen=True)
class SlugBuild:
    """What is to be built, and what its outcome depends on. `env` are the config vars as buildpacks get them, as
    files."""

    request: BuildRequest
    selection: Selection
    stack: stack.Stack
    pinned: tuple[Pinned, ...]
    env: dict[str, str]
    inputs: str


def prepare(request: BuildRequest, selection: Selection) -> SlugBuild:
    """Pins what is to be used. Raises `BuildFailed`, `EngineError`."""
    images = stack.find(request)
    listed, store = known(request.paths), BuildpackStore.of(request)
    pinned = tuple(store.pin(resolve(item, listed)) for item in selection.packs)
    env = {**_smaller_heaps(build_megabytes(request.paths)), **request.variables()}
    inputs = request.inputs(
        f"{selection.builder} {selection.mode}",
        *(one.text for one in pinned),
        f"tree {request.tree}",
        *(f"{name}={value}" for name, value in sorted(env.items())),
        images.build,
        images.run,
    )
    return SlugBuild(request, selection, images, pinned, env, inputs)


def _smaller_heaps(megabytes: int) -> dict[str, str]:
    """The buildpacks' own defaults are made for machines larger than a small host."""
    if megabytes > _SMALL_BUILD:
        return {}
    heap = megabytes * 2 // 3
    return {"NODE_OPTIONS": f"--max-old-space-size={heap}", "MAVEN_JAVA_OPTS": f"-Xmx{heap}m -Xss512k"}


def run(build: SlugBuild) -> Outcome:
    """Builds it. Raises `BuildFailed`, `EngineError`."""
    request = build.request
    image = stack.build_image(request, build.stack)
    with _input(build) as given, build_cache(request) as cache:
        container = containers.create(request.engine, _spec(build, image, given, cache.new))
        try:
            result = _watched(build, container)
            parts = _parts(result)
            app_image = SlugAssembly(request, build.stack.run, container).image(parts, "/tmp/build", build.inputs)
        finally:
            containers.remove(request.engine, (container,))
        cache.keep()
    return _outcome(build, app_image, result)


@contextmanager
def _input(build: SlugBuild) -> Iterator[Path]:
    """What the container reads; environment values lie in there, so it goes, whatever happens."""
    request = build.request
    given = request.out / "input"
    values.fresh_directory(request.out)
    try:
        values.make_directory(given / "env")
        lines = []
        store = BuildpackStore.of(request)
        for number, pinned in enumerate(build.pinned):
            store.write_tar(pinned, given / f"{number:02d}")
            lines.append(f"{number:02d}\t{pinned.buildpack.label}\n")
        files = {"buildpacks": "".join(lines), "variables": _variables(build), **_procfile(build)}
        files |= {f"env/{name}": value for name, value in build.env.items()}
        for name, text in files.items():
            values.put(given / name, text, 0o644)
        _link_or_copy(request.source, given / "source.tar")
        for directory in (given, given / "env"):
            directory.chmod(0o755)
        yield given
    finally:
        values.remove_tree(given)


def _link_or_copy(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except OSError:
        shutil.copyfile(source, target)
    target.chmod(0o644)


def _variables(build: SlugBuild) -> str:
    lines = [f"SOURCE_VERSION={build.request.commit}", f"REQUEST_ID={build.request.work.name}"]
    proxy = build.request.proxy
    if proxy and "\n" not in proxy:
        lines += [f"{name}={proxy}" for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")]
        lines += [f"{name}=localhost,127.0.0.1" for name in ("no_proxy", "NO_PROXY")]
    return "".join(f"{line}\n" for line in lines)


def _procfile(build: SlugBuild) -> dict[str, str]:
    """What the manifest runs, for buildpacks that look for a Procfile. The manifest's word itself goes with the
    settings."""
    found = ""
    for file in sorted(build.request.settings.glob("processes/*/command")):
        command = values.read_or(file, "")
        if command and "\n" not in command:
            found += f"{file.parent.name}: {command}\n"
    return {"Procfile": found} if found else {}


def _spec(build: SlugBuild, image: str, given: Path, cache: Path) -> ContainerSpec:
    """No rights, no network of any app, the kernel's last choice to keep."""
    memory = build_megabytes(build.request.paths) * _MEGABYTE
    return ContainerSpec(
        image,
        labels={BUILD: build.request.app},
        user=f"{UID}:{UID}",
        init=True,
        log="none",
        drop_capabilities=("ALL",),
        limits=Limits(memory=memory, swap=memory + _SWAP * _MEGABYTE, pids=2048, shares=256, oom_score=500),
        tmpfs={"/app": f"exec,uid={UID},gid={UID},mode=0755"},
        directory="/tmp",
        mounts=(
            Bind(str(given), "/run/pocketpaas/input"),
            Bind(str(build.request.paths.programs / "stack"), "/run/pocketpaas/stack"),
            Bind(str(cache), "/cache", read_only=False),
        ),
        entrypoint=("bash",),
        command=("/run/pocketpaas/stack/build", build.selection.mode),
    )


def _watched(build: SlugBuild, container: str) -> dict[str, str]:
    """Runs the build, and returns what it says of itself. Raises `BuildFailed`."""
    request, engine = build.request, build.request.engine
    output = Output(request.reporter)
    with Watchdog(request.seconds, request.silence, lambda: containers.kill(engine, container)) as dog:
        attach.run(engine, container, dog.heard(output.line))
    dog.refuse()
    state = exits.ended(engine, container)
    code = 1 if state is None or state.runs else state.code
    result = _result(build, container, code)
    killed = int(result["oom"]) if names.is_number(result.get("oom", ""), 1) else 0
    if code and killed:
        raise _out_of_memory(build, killed)
    if code:
        raise _refusal(build, code, result.get("failed", f"the build ended with exit code {code}"))
    return result


def _result(build: SlugBuild, container: str, code: int) -> dict[str, str]:
    """A value tree that is read through the engine: nothing that a build wrote is ever opened as a file of the host."""
    try:
        with archive.get(build.request.engine, container, _RESULT) as stream, tarfile.open(
            fileobj=stream, mode="r|"
        ) as tar:
            member = tar.next()
            file = None if member is None or not member.isreg() else tar.extractfile(member)
            if file is not None:
                return tree.parse(file.read(tree.MAX_BYTES))
    except (EngineError, OSError, tarfile.TarError, BadRequest):
        # Then there is none.
        pass
    if code == _KILLED:
        raise _out_of_memory(build, 1)
    raise BuildFailed("build-failed", f"the build ended with exit code {code} and left no result")


def _out_of_memory(build: SlugBuild, killed: int) -> BuildFailed:
    megabytes = build_megabytes(build.request.paths)
    return BuildFailed(
        "out-of-memory",
        f"out of memory: the kernel killed {killed} process(es) of the build, which may use {megabytes} MB",
        "add swap or memory to the host, or make the build need less (NODE_OPTIONS, MAVEN_JAVA_OPTS)",
    )


def _refusal(build: SlugBuild, code: int, said: str) -> BuildFailed:
    free = disk.room(build.request.paths).free
    if free < _FULL:
        return BuildFailed("disk-full", f"the disk is full ({free} MB free): {said}", "make room on the host")
    if code == _NOT_DETECTED:
        return BuildFailed(
            "not-detected",
            said,
            "name the buildpacks to use under build: in pocketpaas.yml, or add a Procfile or a Dockerfile",
        )
    return BuildFailed("build-failed", said, "what it said is above")


def _parts(result: dict[str, str]) -> list[Part]:
    found = []
    for number, line in enumerate((line for line in result.get("layers", "").split("\n") if line), 1):
        digest, _, name = line.partition("\t")
        if not names.is_sha256(digest):
            raise BuildFailed("build-failed", "the build left a result that cannot be read")
        found.append(Part(name, digest, f"/tmp/layers/{number}"))
    return found


def _outcome(build: SlugBuild, image: str, result: dict[str, str]) -> Outcome:
    processes = {}
    for path, command in result.items():
        part, _, rest = path.partition("/")
        kind, _, name = rest.partition("/")
        if part == "processes" and name == "command" and names.is_process_type(kind):
            processes[kind] = command
    return Outcome(image, "slug", build.selection.builder, build.inputs, processes, release=result.get("release"))
