"""An image that somebody sends: put together for the engine to load while it comes, layer by layer, and only those that
the engine lacks. Nothing of it is stored by us."""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO

from pocketpaas import rules
from pocketpaas.engine import images
from pocketpaas.engine.client import Engine, EngineAway, EngineError
from pocketpaas.engine.known_layers import Blob
from pocketpaas.engine.layer_digest import LayerDigest
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.state import names

_PIECE, _BLOCK = 1 << 20, 512
#: The engine unpacks all layers after the last byte has come.
_SECONDS = 3600.0
_CONTAINERD = "io.containerd.snapshotter.v1"


#: Names and what is in them.
Files = tuple[tuple[str, bytes], ...]


@dataclass(frozen=True)
class Image:
    """An image by its configuration: `id` is the digest of that, `layers` the digests of its layers, unpacked."""

    id: str
    platform: str
    layers: tuple[str, ...]
    config: bytes

    @staticmethod
    def of(config: bytes) -> Image:
        """Raises `BadRequest` for what configures no image."""
        try:
            document = json.loads(config)
            layers = tuple(document["rootfs"]["diff_ids"])
            platform = f"{document['os']}/{document['architecture']}"
        except (ValueError, KeyError, TypeError) as error:
            raise BadRequest("this is not the configuration of an image") from error
        check_layers(layers)
        return Image(f"sha256:{hashlib.sha256(config).hexdigest()}", platform, layers, config)


@dataclass(frozen=True)
class Sent:
    """A layer that is sent: its digest and the bytes that come; `blob` is the digest of these where they are packed."""

    layer: str
    size: int
    blob: str = ""

    @property
    def as_blob(self) -> Blob:
        """As containerd keeps it."""
        return Blob(self.blob or self.layer, self.size, bool(self.blob))


def check_layers(layers: Sequence[object]) -> None:
    """Raises `BadRequest` where they cannot be those of an image."""
    least, most = rules.limits("image-layers")
    if not least <= len(layers) <= most or not all(isinstance(one, str) and names.is_image(one) for one in layers):
        raise BadRequest(f"an image has {least} to {most} layers, each named by its SHA-256")


def chains(layers: Sequence[str]) -> Iterator[str]:
    """What an engine knows each layer by, with all that are below it
    (https://github.com/opencontainers/image-spec/blob/main/config.md#layer-chainid)."""
    above = ""
    for layer in layers:
        above = layer if not above else f"sha256:{hashlib.sha256(f'{above} {layer}'.encode()).hexdigest()}"
        yield above


def in_containerd(engine: Engine) -> bool:
    """Whether containerd keeps the engine's images. Raises `EngineError`."""
    status = engine.get("/info").get("DriverStatus") or ()
    return any(_CONTAINERD in pair for pair in status)


def had(engine: Engine, layers: Sequence[str], usable: Iterable[str]) -> int:
    """How many of the layers, from the lowest on, are in one of the `usable` images (ids). Raises `EngineError`."""
    wanted, most = list(chains(layers)), 0
    for image in usable:
        document = images.inspect(engine, image) or {}
        found = (document.get("RootFS") or {}).get("Layers") or ()
        same = sum(1 for one, other in zip(wanted, chains(found)) if one == other)
        most = max(most, same)
        if most == len(wanted):
            break
    return most


# ---------------------------------------------------------------- loading


def load(
    engine: Engine,
    image: Image,
    sent: Sequence[Sent],
    stream: BinaryIO,
    reference: str,
    arrived: Callable[[], None],
    blobs: Mapping[str, Blob] | None = None,
    spool: BinaryIO | None = None,
) -> str:
    """Has the engine load the image while it comes on the stream, under the name `reference`; its id with this engine.
    Where containerd keeps its images, `blobs` are those of all layers of the image, and it gets nothing before all has
    come into `spool`: of what breaks off it would keep a part for a day.
    Each layer is compared with its digest here: the engine reads none that it has already, and takes the digest for
    true, so that anything sent under the digest of another's layer would get that layer. A stream that ends too early
    leaves nothing; `arrived` is called when all of it is there, after which the engine goes on with it, whatever
    becomes of us. Raises `Refused`, `BadRequest`, `EngineError`."""
    begin, end = _archive(image, reference) if blobs is None else _layout(image, reference, blobs)
    place = _path if blobs is None else _blob_of(blobs)
    body = _tar(begin, _layers(sent, stream, place, arrived, spool), end)
    headers = {"Content-Type": "application/x-tar"}
    try:
        with engine.open("POST", "/images/load", {"quiet": "1"}, body=body, headers=headers, seconds=_SECONDS) as told:
            why = _trouble(told)
    except EngineAway:
        raise
    except EngineError as error:
        why = error.text
    if why:
        raise Refused("image-load", f"the Docker engine on the host does not take the image: {why}", "try again")
    return _checked(engine, image, reference)


def _trouble(told: BinaryIO) -> str:
    """Why it was not loaded, in the engine's words; it says so with status 200, too."""
    for line in told:
        try:
            document = json.loads(line)
        except ValueError:
            continue
        if isinstance(document, dict) and document.get("error"):
            return str(document["error"])
    return ""


def _checked(engine: Engine, image: Image, reference: str) -> str:
    document = images.inspect(engine, reference)
    if document is None or tuple((document.get("RootFS") or {}).get("Layers") or ()) != image.layers:
        if document is not None:
            images.remove(engine, reference)
        raise Refused("image-load", "the Docker engine on the host has loaded another image than was sent", "try again")
    return str(document["Id"])


def _tar(begin: Files, layers: Iterator[bytes], end: Files) -> Iterator[bytes]:
    yield from _files(begin)
    yield from layers
    yield from _files(end)
    yield bytes(2 * _BLOCK)


def _files(files: Files) -> Iterator[bytes]:
    for name, data in files:
        yield _header(name, len(data)) + data + _padding(len(data))


def _archive(image: Image, reference: str) -> tuple[Files, Files]:
    """What is before and behind the layers, as `docker save` writes it. Each name in it is one of ours: a digest."""
    config = f"{_hex(image.id)}.json"
    manifest = [{"Config": config, "RepoTags": [reference], "Layers": [_path(layer) for layer in image.layers]}]
    return (("manifest.json", json.dumps(manifest).encode()), (config, image.config)), ()


def _layout(image: Image, reference: str, blobs: Mapping[str, Blob]) -> tuple[Files, Files]:
    """The same as containerd takes it without the blobs that it has: an image layout
    (https://github.com/opencontainers/image-spec/blob/main/image-layout.md)."""
    oci = "application/vnd.oci.image"
    config = {"mediaType": f"{oci}.config.v1+json", "digest": image.id, "size": len(image.config)}
    layers = [blobs[layer].descriptor for layer in image.layers]
    kind = {"schemaVersion": 2, "mediaType": f"{oci}.manifest.v1+json"}
    manifest = json.dumps({**kind, "config": config, "layers": layers}, sort_keys=True).encode()
    digest = f"sha256:{hashlib.sha256(manifest).hexdigest()}"
    names_it = {"io.containerd.image.name": f"docker.io/library/{reference}"}
    entry = {"mediaType": kind["mediaType"], "digest": digest, "size": len(manifest), "annotations": names_it}
    index = {"schemaVersion": 2, "mediaType": f"{oci}.index.v1+json", "manifests": [entry]}
    files = (
        (_blob(image.id), image.config),
        (_blob(digest), manifest),
        ("index.json", json.dumps(index).encode()),
    )
    return (("oci-layout", b'{"imageLayoutVersion":"1.0.0"}'),), files


def _layers(
    sent: Sequence[Sent],
    stream: BinaryIO,
    place: Callable[[str], str],
    arrived: Callable[[], None],
    spool: BinaryIO | None,
) -> Iterator[bytes]:
    if spool is not None:
        for one in sent:
            for data in _checked_pieces(one, stream):
                _keep(spool, data)
        _end(stream, arrived)
        spool.seek(0)
    for one in sent:
        yield _header(place(one.layer), one.size)
        yield from _checked_pieces(one, stream) if spool is None else _pieces(one, spool)
        yield _padding(one.size)
    if spool is None:
        _end(stream, arrived)


def _checked_pieces(one: Sent, stream: BinaryIO) -> Iterator[bytes]:
    digest = LayerDigest(rules.limits("image-bytes")[1])
    for data in _pieces(one, stream):
        digest.add(data)
        yield data
    if digest.text() != one.layer:
        raise BadRequest(f"what was sent as the layer {one.layer[:19]} is another one")


def _pieces(one: Sent, stream: BinaryIO) -> Iterator[bytes]:
    left = one.size
    while left:
        data = stream.read(min(left, _PIECE))
        if not data:
            raise BadRequest("the image was cut off; nothing of it was kept")
        left -= len(data)
        yield data


def _keep(spool: BinaryIO, data: bytes) -> None:
    try:
        spool.write(data)
    except OSError as error:
        raise Refused("disk-full", f"the image cannot be stored: {error.strerror}", "make room on the host") from error


def _end(stream: BinaryIO, arrived: Callable[[], None]) -> None:
    if stream.read(1):
        raise BadRequest("more was sent than the image has")
    arrived()


def _blob(digest: str) -> str:
    return f"blobs/sha256/{_hex(digest)}"


def _blob_of(blobs: Mapping[str, Blob]) -> Callable[[str], str]:
    return lambda layer: _blob(blobs[layer].digest)


def _hex(digest: str) -> str:
    return digest.removeprefix("sha256:")


def _path(layer: str) -> str:
    return f"{_hex(layer)}/layer.tar"


def _header(name: str, size: int) -> bytes:
    entry = tarfile.TarInfo(name)
    entry.size = size
    return entry.tobuf(tarfile.GNU_FORMAT)


def _padding(size: int) -> bytes:
    return bytes(-size % _BLOCK)
