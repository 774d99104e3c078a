"""An image of a laptop as an app (`deploy --local`). It comes before the deploy's unit begins, with a name of its own
that goes when the deploy ends: `build.ready_image` gives it the one by which it stays."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from pocketpaas import rules
from pocketpaas.engine import image_load, images, known_layers, registry
from pocketpaas.engine.client import Engine, EngineError
from pocketpaas.engine.image_load import Image, Sent
from pocketpaas.failure import BadRequest, Refused
from pocketpaas.operation.work import Work, all_works
from pocketpaas.state import disk, host_settings, keys, names, values
from pocketpaas.state.paths import HostPaths

#: While they are loaded, layers are on the disk twice: as they came, and unpacked. containerd gets them from a file,
#: and keeps them as they came, too.
_COPIES, _COPIES_IN_CONTAINERD = 2, 3
_MEGABYTE = 1 << 20


def is_local(settings: Path) -> bool:
    """Whether the settings name an image of a laptop."""
    return values.read(settings / "image-from") == "local"


def reference(app: str, work: str) -> str:
    """The name of the image that came for this operation."""
    return f"{images.repository(app)}:{images.UPLOAD}{work}"


# ---------------------------------------------------------------- before it is sent


def had(paths: HostPaths, engine: Engine, app: str, key: str, layers: Sequence[str]) -> int:
    """How many of the layers need not be sent, from the lowest on. Only what the key may use counts: who knows the
    digests of another app's layers must not get them that way. Raises `EngineError`."""
    if keys.role(paths, key) == keys.ADMIN:
        usable = [str(document["Id"]) for document in images.all_with(engine)]
    else:
        stack = (host_settings.text(paths, name).strip() for name in ("stack", "build-image"))
        usable = [*(image.id for image in images.app_images(engine, app)), *(name for name in stack if name)]
    there = image_load.had(engine, layers, usable)
    return known_layers.had(paths, layers, there) if image_load.in_containerd(engine) else there


def refuse_platform(engine: Engine, platform: str) -> None:
    """Raises `Refused` for an image that would not run here."""
    wanted = registry.platform(engine)
    if platform != wanted:
        raise Refused(
            "other-platform",
            f"the image is for {platform[:60]}, and this host is {wanted}",
            f"build it for this host: docker build --platform {wanted} …",
        )


def refuse_size(paths: HostPaths, size: int, in_containerd: bool = False) -> None:
    """Raises `Refused` for more than may be sent, or than there is room for."""
    most = rules.limits("image-bytes")[1]
    if size > most:
        raise Refused(
            "image-too-large",
            f"the layers to be sent have {size // _MEGABYTE} MB, and {most // _MEGABYTE} MB may be sent",
            "build a smaller image, or use a registry: pocketpaas deploy --image",
        )
    room = disk.room(paths)
    copies = _COPIES_IN_CONTAINERD if in_containerd else _COPIES
    needed = room.needed + copies * size // _MEGABYTE
    if room.free < needed:
        raise Refused(
            "disk-full",
            f"the host's disk has too little room for the image: {room.free} MB are free in {room.where}, "
            f"{needed} MB are needed",
            "make room on the host: pocketpaas prune",
        )


# ---------------------------------------------------------------- taken


def sent(lines: Sequence[str], packed: Sequence[str] = ()) -> tuple[Sent, ...]:
    """The layers that a request announces, each `DIGEST SIZE`; of those that are packed `DIGEST BLOB` is the digest of
    what comes. Raises `BadRequest`."""
    found = []
    blobs = dict(line.partition(" ")[::2] for line in packed)
    if not all(names.is_image(blob) for blob in blobs.values()):
        raise BadRequest("a packed layer is announced as DIGEST BLOB")
    for line in lines:
        layer, _, size = line.partition(" ")
        if not (names.is_image(layer) and names.is_number(size, 0, rules.limits("image-bytes")[1])):
            raise BadRequest("a layer is announced as DIGEST SIZE")
        found.append(Sent(layer, int(size), blobs.get(layer, "")))
    if len({one.layer for one in found}) != len(found):
        raise BadRequest("a layer is announced twice")
    return tuple(found)


def refuse_missing(image: Image, announced: Sequence[Sent], had_here: int) -> None:
    """Raises `Refused` where a layer is neither sent nor here, `BadRequest` for one that is not the image's."""
    coming = {one.layer for one in announced}
    if not coming <= set(image.layers):
        raise BadRequest("a layer is announced that the image does not have")
    if any(layer not in coming for layer in image.layers[had_here:]):
        raise Refused(
            "image-layers",
            "the host does not have the rest of the image's layers (any more)",
            "run the command again: it sends what is missing",
        )


# ---------------------------------------------------------------- taken away again


def forget(engine: Engine, work: Work) -> bool:
    """The name that the image came with goes, and the image where nothing needs it. Whether it is gone; what is not,
    the host's timer tries again (`forget_abandoned`)."""
    mark = work.directory / "uploaded"
    if values.read(mark) is None:
        return True
    try:
        gone = images.remove(engine, reference(work.app, work.id))
    except EngineError:
        return False
    if gone:
        values.remove(mark)
    return gone


def forget_abandoned(paths: HostPaths, engine: Engine) -> bool:
    """The same for operations that were killed. Whether nothing is left of them."""
    left = [work for work in all_works(paths) if (work.directory / "uploaded").exists()]
    return all([forget(engine, work) for work in left if work.ended or work.dead()])
