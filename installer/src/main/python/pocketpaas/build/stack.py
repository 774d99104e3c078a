"""The stack's images: the run image that slugs are built on, and the build image that buildpacks run in."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

from pocketpaas.build import owned
from pocketpaas.build.failure import BuildFailed
from pocketpaas.engine.pull import pull_for_host
from pocketpaas.build.request import BuildRequest
from pocketpaas.engine import archive, attach, containers, exits, images
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.containers import BUILD
from pocketpaas.engine.spec import ContainerSpec
from pocketpaas.machine.process import run
from pocketpaas.state import host_settings, values
from pocketpaas.state.paths import HostPaths

_UNIT = "pocketpaas-stack.service"
_UNIT_SECONDS = 1200.0
_SECONDS = 600.0
_REPOSITORY = "pocketpaas-stack"
_LABEL = "pocketpaas.certificates"
#: Adds the authorities of /tmp/extra.pem that the image does not have, each as a file of its own.
_ADD = r"""
awk -v dir=/usr/local/share/ca-certificates '
    FNR == NR { if (/^-----BEGIN/) body = ""; body = body $0; if (/^-----END/) known[body] = 1; next }
    /^-----BEGIN/ { body = ""; text = "" }
    { body = body $0; text = text $0 "\n" }
    /^-----END/ && !(body in known) { known[body] = 1; printf "%s", text > (dir "/pocketpaas-" ++n ".crt") }
' /etc/ssl/certs/ca-certificates.crt /tmp/extra.pem
rm -f /tmp/extra.pem
update-ca-certificates
"""


@dataclass(frozen=True)
class Stack:
    """The ids of the two images."""

    run: str
    build: str


def names_of(paths: HostPaths) -> tuple[str, str]:
    """The run image's and the build image's name."""
    name = host_settings.text(paths, "stack")
    return name, (host_settings.stated(paths, "build-image") or f"{name}-build")


def find(request: BuildRequest) -> Stack:
    """The images, fetched where they are not there yet. Raises `BuildFailed`, `EngineError`."""
    found = [_image(request, name) for name in names_of(request.paths)]
    for image in found:
        owned.refuse(request.engine, image, request.app)
    return Stack(*found)


def _image(request: BuildRequest, name: str) -> str:
    image = images.image_id(request.engine, name)
    if image is None and _is_being_fetched():
        request.reporter.note(f"waiting for the stack image {name}, which is being fetched since the host was set up")
        end = time.monotonic() + _UNIT_SECONDS
        while _is_being_fetched() and time.monotonic() < end:
            time.sleep(1)
        image = images.image_id(request.engine, name)
    if image is None:
        request.reporter.note(f"fetching the stack image {name}")
        why = pull_for_host(request.paths, request.engine, name)
        if why:
            request.reporter.output(values.encode(why))
        image = images.image_id(request.engine, name)
    if image is None:
        raise BuildFailed(
            "stack-missing",
            f"the stack image {name} is not on the host and cannot be fetched",
            "check that the host reaches its registry",
        )
    return image


def _is_being_fetched() -> bool:
    return run(["systemctl", "show", "--property=ActiveState", "--value", _UNIT]).text == "activating"


def build_image(request: BuildRequest, stack: Stack) -> str:
    """The build image with the host's extra authorities in all its trust stores; made once for each pair. Raises
    `BuildFailed`, `EngineError`."""
    extra = host_settings.text(request.paths, "ca-certificates.pem")
    if not extra:
        return stack.build
    key = hashlib.sha256(values.encode(f"{stack.build}\n{extra}")).hexdigest()[:32]
    name = f"{_REPOSITORY}:{key}"
    known = images.image_id(request.engine, name)
    if known is not None:
        return known
    request.reporter.note("adding the host's certificates to the build image")
    return _with_authorities(request, stack, extra, key)


def _with_authorities(request: BuildRequest, stack: Stack, extra: str, key: str) -> str:
    spec = ContainerSpec(
        stack.build,
        labels={BUILD: request.app},
        user="root",
        network="none",
        entrypoint=("bash", "-c", _ADD),
        command=(),
        log="none",
    )
    container = containers.create(request.engine, spec)
    said: list[bytes] = []
    try:
        archive.put(request.engine, container, "/tmp", archive.of_file("extra.pem", values.encode(extra)))
        attach.run(request.engine, container, said.append, _SECONDS)
        state = exits.ended(request.engine, container)
        if state is None or state.runs or state.code != 0:
            for line in said:
                request.reporter.output(line)
            raise BuildFailed("certificates", "the host's certificates could not be added to the build image")
        for old in images.all_with(request.engine, _LABEL):
            # One that another build is just using stays until the next time.
            images.remove(request.engine, str(old["Id"]))
        changes = (f"LABEL {BUILD}=", f"LABEL {_LABEL}={key}")
        return images.commit(request.engine, container, _REPOSITORY, key, changes)
    finally:
        containers.remove(request.engine, (container,))


def fetch_both(paths: HostPaths, engine: Engine) -> list[str]:
    """For the unit that fetches them after a set-up: why each could not be fetched; empty where both are there."""
    missing = []
    for name in names_of(paths):
        try:
            why = "" if images.exists(engine, name) else pull_for_host(paths, engine, name)
        except EngineError as error:
            why = str(error)
        if why:
            missing.append(f"{name}: {why}")
    return missing
