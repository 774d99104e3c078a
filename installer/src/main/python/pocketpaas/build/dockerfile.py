"""Building with a Dockerfile, by the engine's own BuildKit."""

from __future__ import annotations

from dataclasses import dataclass

from pocketpaas.build import dockerfile_text, owned, ready_image
from pocketpaas.build.buildkit import BuildKit
from pocketpaas.build.failure import BuildFailed
from pocketpaas.build.outcome import Outcome
from pocketpaas.build.output import Output
from pocketpaas.build.procfile import Procfile
from pocketpaas.build.request import BuildRequest
from pocketpaas.build.source import Source
from pocketpaas.build.watchdog import Watchdog
from pocketpaas.engine import image_load, images
from pocketpaas.engine.containers import APP, BUILD
from pocketpaas.state import disk, names, values

_FULL = 100
#: What an engine says that keeps images in containerd and does not find the context that it was given.
_NO_CONTEXT = "failed to read downloaded context"


@dataclass(frozen=True)
class DockerfileBuild:
    """What is to be built: the Dockerfile's path in the source, and the build arguments."""

    request: BuildRequest
    source: Source
    path: str
    arguments: dict[str, str]
    inputs: str


def prepare(request: BuildRequest, source: Source) -> DockerfileBuild:
    """Raises `BuildFailed`."""
    path = values.read_or(request.settings / "dockerfile", "Dockerfile")
    if not names.is_source_path(path):
        raise BuildFailed(
            "bad-dockerfile", f"the path of the Dockerfile is not a plain path in the source: {path[:100]}"
        )
    directory = request.settings / "build" / "args"
    arguments = {name: values.need(directory / name) for name in values.names(directory)}
    for name, value in arguments.items():
        _check_argument(name, value)
    given = (f"{name}={value}" for name, value in sorted(arguments.items()))
    inputs = request.inputs(f"dockerfile {path}", f"tree {request.tree}", *given)
    return DockerfileBuild(request, source, path, arguments, inputs)


def _check_argument(name: str, value: str) -> None:
    """Any name, as arguments are only data here, but those that tell BuildKit itself what to do: its caches' namespace
    is what keeps apps apart."""
    if names.is_builders_argument(name):
        raise BuildFailed(
            "bad-argument",
            f"the build argument {name} cannot be given: names with BUILDKIT_ are the engine's own",
            "use another name in the Dockerfile",
        )
    if not names.is_build_argument(name):
        raise BuildFailed("bad-argument", "a build argument's name has to be letters, digits and _")
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as error:
        raise BuildFailed("bad-argument", f"the build argument {name} is not UTF-8") from error


def run(build: DockerfileBuild) -> Outcome:
    """Builds it; refuses before the build what would reach into another app. Raises `BuildFailed`, `EngineError`."""
    request = build.request
    proxy = {"http_proxy": request.proxy, "https_proxy": request.proxy} if request.proxy else {}
    arguments = {**proxy, **build.arguments}
    text = dockerfile_text.read_dockerfile(build.source, build.path)
    dockerfile_text.check_frontend(text)
    owned.refuse_in_dockerfile(request.engine, dockerfile_text.references(text, arguments), request.app)
    image = _image(build, arguments)
    procfile = Procfile.parse(build.source.text("Procfile")) if "Procfile" in build.source.top else None
    return ready_image.outcome(request, image, "dockerfile", build.inputs, procfile)


def _image(build: DockerfileBuild, arguments: dict[str, str]) -> str:
    request = build.request
    parameters = {"dockerfile": build.path, "t": f"{images.repository(request.app)}:{build.inputs[:32]}"}
    if request.from_nothing:
        parameters["nocache"] = "1"
    # After the app's: nobody leaves its own namespace.
    arguments = {**arguments, "BUILDKIT_CACHE_MOUNT_NS": _namespace(request)}
    # What of these names stands in the Dockerfile, or came with its base, says nothing.
    labels = {APP: request.app, BUILD: "", images.LAYER: "", images.LAYERS: ""}
    output = Output(request.reporter)
    kit = BuildKit(request.engine)
    with Watchdog(request.seconds, request.silence, kit.cancel) as dog:
        done = kit.build(request.source, parameters, arguments, labels, dog.heard(output.line))
    dog.refuse()
    if done.image:
        return done.image
    output.line(f"ERROR: {done.why}".encode())
    free = disk.room(request.paths).free
    if free < _FULL:
        raise BuildFailed("disk-full", f"the disk is full ({free} MB free)", "make room on the host")
    if _NO_CONTEXT in done.why and image_load.in_containerd(request.engine):
        # https://github.com/moby/moby/issues/47717, mended in Docker 28.
        raise BuildFailed(
            "old-engine",
            "this version of Docker cannot build a Dockerfile while containerd keeps its images",
            "upgrade Docker to 28 or newer, or switch containerd-snapshotter off in /etc/docker/daemon.json",
        )
    raise BuildFailed("build-failed", f"building {build.path} failed", "what it said is above")


def _namespace(request: BuildRequest) -> str:
    """The namespace of the app's cache mounts: another one after the app was destroyed and made anew, or its caches
    cleared. What was in the old one the engine drops by itself when it is the oldest: it does not tell whose a cache
    mount is."""
    return request.secret("namespace", renew=request.wants("clear-cache"))
