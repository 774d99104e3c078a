"""An image of the home on the other machines: only the layers that a machine lacks are sent, over SSH, to the door
there. No registry."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import tarfile
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, TypeVar

from pocketpaas.cluster import peers
from pocketpaas.cluster.peers import Unreachable
from pocketpaas.engine import image_load, images, parallel
from pocketpaas.engine.client import Engine
from pocketpaas.engine.image_load import Image, Sent
from pocketpaas.engine.layer_store import LayerStore
from pocketpaas.failure import BadRequest, Failed
from pocketpaas.state import names, tree, values
from pocketpaas.state.nodes import Node
from pocketpaas.state.paths import HostPaths

_SECONDS = 1800.0
_PIECE = 1 << 20
#: What a gateway runs in: nothing. The same bytes on each machine, so the same image.
GATEWAY = "pocketpaas-gateway"
_EMPTY_LAYER = bytes(1024)
_T = TypeVar("_T")
_R = TypeVar("_R")
#: Is told of a machine that does not answer.
Silent = Callable[[Unreachable], None]


@dataclass(frozen=True)
class Wanted:
    """An image by its id, and the name that it has to have on the other machines."""

    image: str
    reference: str


@dataclass(frozen=True)
class Missing:
    """A machine, and how many layers, from the lowest on, it has."""

    node: Node
    had: int


@dataclass(frozen=True)
class Saved:
    """An image in a file: the configuration, and where each layer that is in it lies."""

    image: Image
    file: Path
    places: tuple[tuple[int, int], ...]


def send(
    paths: HostPaths,
    engine: Engine,
    app: str,
    wanted: Sequence[Wanted],
    to: Sequence[Node],
    silent: Silent | None = None,
) -> tuple[int, Sequence[Mapping[str, str]]]:
    """Each of the machines has the images, and room for the app; how many bytes of layers were sent, and what each has
    answered (`free`: bytes of memory). Each is asked only once where it lacks nothing. Those that do not answer are
    left out and told to `silent`, where there is one. Raises `Failure` of the first that could not take it,
    `EngineError`."""
    asked: dict[str, str] = {}
    for number, one in enumerate(wanted):
        document = images.inspect(engine, one.image)
        if document is None:
            raise Failed("image-missing", "the image is not on this host any more")
        layers = [str(layer) for layer in document["RootFS"]["Layers"]]
        asked |= {f"{number}/image": one.image, f"{number}/layers": "\n".join(layers)}
    told = _each(lambda node: peers.ask(paths, node, ["room", app], asked), to, silent)
    sent = 0
    for number, one in enumerate(wanted):
        missing = list(_missing([(node, answer.get(f"{number}/had")) for node, answer in told]))
        if missing:
            with _saved(paths, engine, one.image, min(lacks.had for lacks in missing)) as saved:
                to_each = _each(lambda lacks: _send(paths, lacks, saved, one.reference), missing, silent)
            sent += sum(size for _, size in to_each)
    return sent, [answer for _, answer in told]


def _each(do: Callable[[_T], _R], things: Sequence[_T], silent: Silent | None) -> list[tuple[_T, _R]]:
    """As `parallel.each`, but for the machines that do not answer."""
    found = []
    for thing, told in zip(things, parallel.tried(do, things)):
        if silent is not None and isinstance(told, Unreachable):
            silent(told)
        elif isinstance(told, Exception):
            raise told
        else:
            found.append((thing, told))
    return found


def _missing(told: Sequence[tuple[Node, str | None]]) -> Iterator[Missing]:
    for node, had in told:
        if had is not None:
            if not names.is_number(had):
                raise Failed("image-look", f"{node.name} does not say which layers it has")
            yield Missing(node, int(had))


def _send(paths: HostPaths, to: Missing, saved: Saved, reference: str) -> int:
    """The announcement, and behind it the layers, in one file that SSH reads."""
    coming = list(zip(saved.image.layers, saved.places))[to.had :]
    announced = {
        "config": values.decode(saved.image.config),
        "reference": reference,
        "sent": "\n".join(f"{layer} {size}" for layer, (_, size) in coming),
    }
    with tempfile.TemporaryFile(dir=saved.file.parent) as whole, saved.file.open("rb") as source:
        whole.write(tree.text(announced))
        for _, (place, size) in coming:
            source.seek(place)
            _copy(source, whole, size)
        whole.flush()
        whole.seek(0)
        os.lseek(whole.fileno(), 0, os.SEEK_SET)
        peers.ask(paths, to.node, ["image"], stdin=whole, seconds=_SECONDS)
    return sum(size for _, (_, size) in coming)


def _copy(source: BinaryIO, target: IO[bytes], size: int) -> None:
    while size:
        data = source.read(min(size, _PIECE))
        if not data:
            raise Failed("image-save", "the engine has not written all of the image")
        target.write(data)
        size -= len(data)


@contextmanager
def _saved(paths: HostPaths, engine: Engine, image: str, first: int) -> Iterator[Saved]:
    """The image in a file, which goes at the end; what is below the layer `first` need not be in it. Raises
    `EngineError`, `Failed`."""
    directory = Path(tempfile.mkdtemp(prefix=".image.", dir=paths.root))
    try:
        file = directory / "image.tar"
        yield _picked(engine, image, file, first) or _whole(engine, image, file)
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def _picked(engine: Engine, image: str, file: Path, first: int) -> Saved | None:
    """The layers that are wanted, and no others: the engine would write all of them. None where it keeps them in a way
    that is not known here."""
    store = LayerStore.of(engine)
    config = store.config(image) if store else None
    if store is None or config is None:
        return None
    found, places = Image.of(config), [(0, 0)] * first
    with file.open("wb") as target:
        for number in range(first, len(found.layers)):
            place, size = target.tell(), store.copy(found.layers, number, target)
            if size is None:
                return None
            places.append((place, size))
    return Saved(found, file, tuple(places))


def _whole(engine: Engine, image: str, file: Path) -> Saved:
    with engine.open("GET", f"/images/{image}/get", seconds=_SECONDS) as stream, file.open("wb") as target:
        shutil.copyfileobj(stream, target, _PIECE)
    return _read(file)


def _read(file: Path) -> Saved:
    with tarfile.open(file, "r:") as archive:
        members = {member.name: member for member in archive.getmembers()}
        manifest = json.loads(_content(archive, members, "manifest.json"))[0]
        image = Image.of(_content(archive, members, manifest["Config"]))
        found = [_real(members, name) for name in manifest["Layers"]]
    return Saved(image, file, tuple((one.offset_data, one.size) for one in found))


def _content(archive: tarfile.TarFile, members: dict[str, tarfile.TarInfo], name: str) -> bytes:
    stream = archive.extractfile(members[name])
    if stream is None:
        raise Failed("image-save", "the engine has written an image that cannot be read")
    return stream.read()


def _real(members: dict[str, tarfile.TarInfo], name: str) -> tarfile.TarInfo:
    """A layer that is twice in an image is a link the second time."""
    one = members[name]
    if one.issym():
        return members[os.path.normpath(os.path.join(os.path.dirname(name), one.linkname))]
    return members[one.linkname] if one.islnk() else one


# ---------------------------------------------------------------- on the other machine


def look(engine: Engine, asked: Mapping[str, str]) -> dict[str, str]:
    """N/had of each image N that is not there: how many of its layers need not be sent. Raises `BadRequest`,
    `EngineError`."""
    found = {}
    for number in sorted({path.partition("/")[0] for path in asked}):
        image, layers = asked.get(f"{number}/image", ""), asked.get(f"{number}/layers", "").split("\n")
        image_load.check_layers(layers)
        if not names.is_image(image):
            raise BadRequest("this is not the id of an image")
        if images.inspect(engine, image) is None:
            found[f"{number}/had"] = str(_had(engine, layers))
    return found


def _had(engine: Engine, layers: Sequence[str]) -> int:
    if image_load.in_containerd(engine):
        return 0
    usable = [str(document["Id"]) for document in images.all_with(engine)]
    return image_load.had(engine, layers, usable)


def take(engine: Engine, announced: dict[str, str], stream: BinaryIO) -> None:
    """Loads what comes. Raises `Refused`, `BadRequest`, `EngineError`."""
    image = Image.of(values.encode(announced.get("config", "")))
    reference = announced.get("reference", "")
    if not names.is_image_reference(reference) or not reference.startswith(("pocketpaas-app-", f"{GATEWAY}:")):
        raise BadRequest("this is not the name of an image of ours")
    coming = []
    for line in announced.get("sent", "").splitlines():
        layer, _, size = line.partition(" ")
        if not (names.is_image(layer) and names.is_number(size)):
            raise BadRequest("a layer is announced as DIGEST SIZE")
        coming.append(Sent(layer, int(size)))
    image_load.load(engine, image, coming, stream, reference, lambda: None)


def tidy(engine: Engine, app: str, kept: Sequence[str]) -> None:
    """The app's images that are none of these go. What a container uses stays. Raises `EngineError`."""
    for image in images.app_images(engine, app):
        if image.id not in kept:
            images.remove(engine, image.reference)


# ---------------------------------------------------------------- what gateways run in


def gateway_image(engine: Engine) -> str:
    """The id of the empty image; made where it is missing. Raises `EngineError`, `Refused`."""
    reference = f"{GATEWAY}:1"
    document = images.inspect(engine, reference)
    if document is not None:
        return str(document["Id"])
    from io import BytesIO

    layer = f"sha256:{hashlib.sha256(_EMPTY_LAYER).hexdigest()}"
    machine = {"x86_64": "amd64", "aarch64": "arm64"}.get(os.uname().machine, os.uname().machine)
    config = {
        "architecture": machine,
        "os": "linux",
        "created": "1970-01-01T00:00:00Z",
        "config": {},
        "rootfs": {"type": "layers", "diff_ids": [layer]},
        "history": [{"created": "1970-01-01T00:00:00Z"}],
    }
    image = Image.of(json.dumps(config, sort_keys=True).encode("ascii"))
    coming = [Sent(layer, len(_EMPTY_LAYER))]
    return image_load.load(engine, image, coming, BytesIO(_EMPTY_LAYER), reference, lambda: None)
