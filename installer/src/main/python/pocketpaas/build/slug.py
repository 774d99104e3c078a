"""Slug images: the stack's run image, then layers by the digest of their content, then the rest of the app. A change of
code makes one small layer; what buildpacks installed stays in layers that other releases, and apps, share."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

from pocketpaas.build.failure import BuildFailed
from pocketpaas.build.request import BuildRequest
from pocketpaas.engine import archive, containers, images
from pocketpaas.engine.client import EngineError
from pocketpaas.engine.containers import APP, BUILD
from pocketpaas.engine.images import LAYER, LAYER_REPOSITORY, LAYERS
from pocketpaas.engine.spec import ContainerSpec
from pocketpaas.machine import locks
from pocketpaas.state import disk

#: The label of the containers that we build with must not go on to what runs: the next build removes what carries it.
CONFIG = (
    f"LABEL {BUILD}=",
    "USER 1000:1000",
    "WORKDIR /app",
    "ENV HOME=/app",
    'ENTRYPOINT ["/usr/local/bin/pocketpaas-start"]',
    'CMD ["process","web"]',
)
_UID = 1000


@dataclass(frozen=True)
class Part:
    """A big directory of the slug: its name, the digest of its content, where it is in the build container."""

    name: str
    digest: str
    path: str


@dataclass(frozen=True)
class _Layer:
    key: str
    image: str


class SlugAssembly:
    """Puts one image together; the containers that it makes go at the end of the block."""

    def __init__(self, request: BuildRequest, run_image: str, build_container: str) -> None:
        self._request = request
        self._engine = request.engine
        self._run_image = run_image
        self._build_container = build_container
        self._made: list[str] = []

    def image(self, parts: Sequence[Part], rest: str, inputs: str) -> str:
        """The id of the app's image, of the parts and of what is at `rest` of the build container. Raises
        `BuildFailed`."""
        # Whoever removes unused layers waits until this image refers to its own.
        with locks.shared(self._request.paths.root / "layers.lock"):
            try:
                return self._assemble(parts, rest, inputs)
            except EngineError as error:
                raise self._failed(error) from error
            finally:
                # The next build sweeps up what is left.
                containers.remove(self._engine, self._made)

    def _assemble(self, parts: Sequence[Part], rest: str, inputs: str) -> str:
        layer = self._base()
        keys = [layer.key]
        for part in parts:
            layer = self._part(layer, part)
            keys.append(layer.key)
        container = self._filled(layer.image, rest)
        labels = (f"LABEL {APP}={self._request.app}", f"LABEL {LAYER}=", f"LABEL {LAYERS}={','.join(keys)}")
        repository = images.repository(self._request.app)
        return images.commit(self._engine, container, repository, inputs[:32], (*CONFIG, *labels))

    def _failed(self, error: EngineError) -> BuildFailed:
        free = disk.room(self._request.paths).free
        return BuildFailed("build-failed", f"the image could not be put together ({free} MB of disk are free): {error}")

    def _known(self, key: str) -> _Layer | None:
        image = images.image_id(self._engine, f"{LAYER_REPOSITORY}:{key}")
        return None if image is None else _Layer(key, image)

    def _base(self) -> _Layer:
        """The run image with /app and our entrypoint."""
        start = (self._request.paths.programs / "stack" / "start").read_bytes()
        config = "--change\n" + "".join(f"{change}\n" for change in CONFIG)
        key = hashlib.sha256(f"{self._run_image}\n{config}".encode() + start).hexdigest()[:32]
        known = self._known(key)
        if known is not None:
            return known
        container = self._container(self._run_image)
        archive.put(self._engine, container, "/", archive.of_directory("app", _UID, 0o755))
        archive.put(self._engine, container, "/usr/local/bin", archive.of_file("pocketpaas-start", start, 0o755))
        return self._commit(container, key)

    def _part(self, below: _Layer, part: Part) -> _Layer:
        key = hashlib.sha256(f"{below.key}\n{part.name}\n{part.digest}\n".encode()).hexdigest()[:32]
        return self._known(key) or self._commit(self._filled(below.image, part.path), key)

    def _container(self, image: str) -> str:
        # Never started: only its files count.
        spec = ContainerSpec(image, labels={BUILD: self._request.app}, entrypoint=("/bin/true",))
        container = containers.create(self._engine, spec)
        self._made.append(container)
        return container

    def _filled(self, image: str, path: str) -> str:
        """A container of the image with what is at `path` of the build container in its /app."""
        container = self._container(image)
        archive.copy(self._engine, self._build_container, f"{path}/.", container, "/app")
        return container

    def _commit(self, container: str, key: str) -> _Layer:
        changes = (*CONFIG, f"LABEL {LAYER}={key}")
        return _Layer(key, images.commit(self._engine, container, LAYER_REPOSITORY, key, changes))
