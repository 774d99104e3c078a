"""Where containerd keeps images, by which blob it has each layer that was sent here: the engine does not tell. A record
that is not true any more costs one upload of all layers, and goes then."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pocketpaas.state import names, values
from pocketpaas.state.paths import HostPaths

_MOST = 2000
_PACKED = "gzip"


@dataclass(frozen=True)
class Blob:
    """A layer as it was sent: the digest and the size of these bytes, and whether they are packed with gzip."""

    digest: str
    size: int
    packed: bool = False

    @property
    def descriptor(self) -> dict[str, str | int]:
        """As a manifest names it (https://github.com/opencontainers/image-spec/blob/main/descriptor.md)."""
        kind = "application/vnd.oci.image.layer.v1.tar"
        return {"mediaType": f"{kind}+gzip" if self.packed else kind, "digest": self.digest, "size": self.size}


def _file(paths: HostPaths) -> Path:
    return paths.root / "image-layers"


def read(paths: HostPaths) -> dict[str, Blob]:
    """By the layers' digests, unpacked."""
    found = {}
    for line in values.lines(_file(paths)):
        layer, digest, size, kind = (line.split(" ") + ["", "", ""])[:4]
        if names.is_image(layer) and names.is_image(digest) and names.is_number(size):
            found[layer] = Blob(digest, int(size), kind == _PACKED)
    return found


def had(paths: HostPaths, layers: Sequence[str], there: int) -> int:
    """Of the lowest layers, which are `there`, how many from the lowest on are known."""
    known = read(paths)
    return next((at for at, layer in enumerate(layers[:there]) if layer not in known), there)


def remember(paths: HostPaths, blobs: Mapping[str, Blob]) -> None:
    """The newest are kept. Raises `CannotWrite`."""
    _write(paths, {**{layer: blob for layer, blob in read(paths).items() if layer not in blobs}, **blobs})


def forget(paths: HostPaths, layers: Iterable[str]) -> None:
    """They are not known any more. Raises `CannotWrite`."""
    gone = set(layers)
    _write(paths, {layer: blob for layer, blob in read(paths).items() if layer not in gone})


def _write(paths: HostPaths, blobs: Mapping[str, Blob]) -> None:
    lines = [f"{layer} {one.digest} {one.size} {_PACKED if one.packed else 'plain'}" for layer, one in blobs.items()]
    values.write_lines(_file(paths), lines[-_MOST:])
