"""Which image a service is made from: the official one, or what the host's setting `service-images` has for it. Its
digest is kept, so that a service never becomes another one because a tag has moved."""

from __future__ import annotations

from dataclasses import dataclass

from pocketpaas.engine import images
from pocketpaas.engine.client import Engine
from pocketpaas.engine.pull import pull_for_host
from pocketpaas.failure import Failed, Refused
from pocketpaas.machine.events import Reporter
from pocketpaas.service.kinds import Kind
from pocketpaas.state import host_settings, names
from pocketpaas.state.paths import HostPaths

#: In the setting: what stands before the names of all official images.
_ALL = "*"


@dataclass(frozen=True)
class Chosen:
    """An image: its id, its name, and what it was in its registry (REPOSITORY@DIGEST; its name where it is in none)."""

    id: str
    name: str
    digest: str


def setting(paths: HostPaths) -> dict[str, str]:
    """The host's own images: `KIND:MAJOR` and the name of an image; `*` and a prefix for all others."""
    found = (line.partition("=") for line in host_settings.text(paths, "service-images").splitlines())
    return {name.strip(): image.strip() for name, _, image in found}


def default_major(paths: HostPaths, kind: Kind) -> str:
    """The newest that is known; where the host names images of its own for this kind, the newest of those."""
    own = setting(paths)
    named = [major for major in kind.majors if f"{kind.name}:{major}" in own]
    return (named or list(kind.majors))[0]


def reference(paths: HostPaths, kind: Kind, major: str) -> str:
    """The name of the image."""
    own = setting(paths)
    found = own.get(f"{kind.name}:{major}") or f"{own.get(_ALL, '')}{kind.image}:{major}"
    if not names.is_image_reference(found):
        raise Refused(
            "service-image",
            f"the host's setting service-images leads to no image for {kind.name}:{major}",
            "pocketpaas init host --service-image",
        )
    return found


def choose(paths: HostPaths, engine: Engine, reporter: Reporter, name: str) -> Chosen:
    """The image as its registry has it now; where that does not answer, the one on the host. Raises `Failed`."""
    reporter.step("service-image", "start", name)
    why = pull_for_host(paths, engine, name)
    found = images.image_id(engine, name)
    if found is None:
        reporter.step("service-image", "fail")
        raise Failed(
            "image-missing",
            f"the image {name} cannot be fetched: {why}",
            "check that the host reaches its registry; a mirror: pocketpaas init host --service-image",
        )
    document = images.inspect(engine, found) or {}
    digests = document.get("RepoDigests") or []
    chosen = Chosen(found, name, str(digests[0]) if digests else name)
    reporter.step("service-image", "done", chosen.digest if digests else f"{name} (of this host)")
    return chosen


def ensure(paths: HostPaths, engine: Engine, image: str, digest: str) -> None:
    """The image of a service is on the host: one that somebody has removed is fetched again, by its digest. Raises
    `Failed`."""
    if images.exists(engine, image):
        return
    why = pull_for_host(paths, engine, digest)
    if not images.exists(engine, image):
        raise Failed("image-missing", f"the image of the service is gone, and {digest} cannot be fetched: {why}")
