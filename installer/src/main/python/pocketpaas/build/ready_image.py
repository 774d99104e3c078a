"""A ready image as an app: of a registry, or one that the engine just built from a Dockerfile."""

from __future__ import annotations

from pocketpaas.build import owned
from pocketpaas.build.failure import BuildFailed
from pocketpaas.build.outcome import Outcome
from pocketpaas.build.procfile import Procfile
from pocketpaas.engine.pull import pull
from pocketpaas.build.request import BuildRequest
from pocketpaas.engine import images
from pocketpaas.state import names, values


def reference(request: BuildRequest) -> str:
    """The image that the settings name. Raises `BuildFailed`."""
    text = values.read_or(request.settings / "image", "")
    if not names.is_image_reference(text):
        raise BuildFailed("bad-image", f"this is not the name of an image: {text[:100]!r}")
    return text


def inputs(request: BuildRequest, image: str) -> str:
    """The digest of what the outcome depends on."""
    return request.inputs(f"image {image}", f"tree {request.tree}")


def build(request: BuildRequest) -> Outcome:
    """The image as its registry has it now; where that does not answer, the one on the host. Raises `BuildFailed`,
    `EngineError`."""
    name = reference(request)
    there = images.image_id(request.engine, name)
    if there is None or "@sha256:" not in name:
        why = pull(request.engine, name)
        if why:
            request.reporter.output(values.encode(why))
            if there is None:
                raise BuildFailed(
                    "image-missing",
                    f"the image {name} cannot be fetched",
                    "check its name, and that the host reaches its registry",
                )
            request.reporter.note(f"{name} cannot be fetched; the one on the host is used")
    owned.refuse(request.engine, name, request.app)
    image = images.image_id(request.engine, name)
    if image is None:
        raise BuildFailed("image-missing", f"the image {name} is not there", "deploy again")
    return outcome(request, image, "image", inputs(request, image), None)


def outcome(request: BuildRequest, image: str, builder: str, digest: str, procfile: Procfile | None) -> Outcome:
    """Port and processes of an image that is no slug. Its own command is web unless the Procfile says otherwise."""
    commands: dict[str, str | None] = {}
    release = None
    if procfile is not None:
        for line in procfile.odd:
            request.reporter.warn(f"Procfile: this line is no process and is left out: {line[:100]}")
        commands = {kind: command for kind, command in procfile.commands.items() if kind != "release"}
        release = procfile.commands.get("release")
    return Outcome(image, "image", builder, digest, commands or {"web": None}, _port(request, image), release)


def _port(request: BuildRequest, image: str) -> int | None:
    """A sole EXPOSE."""
    document = images.inspect(request.engine, image) or {}
    exposed = (document.get("Config") or {}).get("ExposedPorts") or {}
    ports = [port.removesuffix("/tcp") for port in exposed if port.endswith("/tcp")]
    return int(ports[0]) if len(ports) == 1 and names.is_number(ports[0], 1, 65535) else None
