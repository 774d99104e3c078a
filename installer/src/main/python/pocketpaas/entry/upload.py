"""What of an image of a laptop the host lacks, asked before `deploy … upload` sends it.

Arguments: APP; on standard input a tree: platform (linux/amd64), layers (lines: their digests, unpacked), sizes (lines:
bytes of each). Answers with a tree: had (how many layers need not be sent, from the lowest on)."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import BinaryIO, cast

from pocketpaas import rules
from pocketpaas.build import local_image
from pocketpaas.engine import image_load, known_layers
from pocketpaas.engine.client import Engine, EngineAway, EngineError
from pocketpaas.engine.image_load import Image
from pocketpaas.engine.known_layers import Blob
from pocketpaas.failure import BadRequest, Cancelled, NoEngine, Refused
from pocketpaas.machine.channel import ended_by_signals, watched
from pocketpaas.machine.client import Client
from pocketpaas.machine.request import Request, answer
from pocketpaas.operation.unit import ignore_signals
from pocketpaas.operation.work import Work
from pocketpaas.state import disk, names, tree, values
from pocketpaas.state.paths import HostPaths

_MAX_BYTES, _MAX_VALUES = 65536, 4


def serve(request: Request) -> int:
    """See the module."""
    asked = tree.read(request.stdin, _MAX_BYTES, _MAX_VALUES)
    layers, sizes = asked.get("layers", "").split(), asked.get("sizes", "").split()
    image_load.check_layers(layers)
    most = rules.limits("image-bytes")[1]
    if len(sizes) != len(layers) or not all(names.is_number(size, 0, most) for size in sizes):
        raise BadRequest("each layer has a size")
    engine = Engine(request.paths)
    engine.look()
    try:
        local_image.refuse_platform(engine, asked.get("platform", ""))
        had = local_image.had(request.paths, engine, request.app, request.key, layers)
        aside = image_load.in_containerd(engine)
    except EngineAway as away:
        raise NoEngine(away.why) from away
    except EngineError as error:
        raise Refused("engine", f"the Docker engine on the host does not tell what it has: {error.text}") from error
    missing = dict(zip(layers[had:], (int(size) for size in sizes[had:])))
    local_image.refuse_size(request.paths, sum(missing.values()), aside)
    return answer({"had": str(had)})


def take(request: Request, spool: Work, client: Client, config: str, lines: str, packed: str) -> None:
    """Loads the image that comes on standard input. Cut off anywhere, it leaves nothing; killed, it leaves a name that
    the host's timer takes away. Raises `Failure`."""
    engine, paths, app = Engine(request.paths), request.paths, request.app
    image, coming = Image.of(values.encode(config)), local_image.sent(lines.splitlines(), packed.splitlines())
    blobs: dict[str, Blob] | None = None
    try:
        engine.need()
        local_image.refuse_platform(engine, image.platform)
        had = local_image.had(paths, engine, app, request.key, image.layers)
        local_image.refuse_missing(image, coming, had)
        aside = image_load.in_containerd(engine)
        local_image.refuse_size(paths, sum(one.size for one in coming), aside)
        if aside:
            known = {layer: blob for layer, blob in known_layers.read(paths).items() if layer in image.layers}
            blobs = {**known, **{one.layer: one.as_blob for one in coming}}
        # Before it is there: what is killed in between is found by it.
        values.write(spool.directory / "uploaded", image.id)
        with _or_nothing(engine, spool), ended_by_signals(), watched(client):
            name = local_image.reference(app, spool.id)
            with _layers_aside(spool, blobs is not None) as file:
                image_load.load(engine, image, coming, request.stdin, name, ignore_signals, blobs, file)
        if blobs is not None:
            known_layers.remember(paths, blobs)
    except EngineAway as away:
        _refuse_full(paths)
        raise Refused(
            "image-load", f"the Docker engine on the host broke off: {away.why}; nothing was kept", "try again"
        ) from away
    except EngineError as error:
        raise Refused("image-load", f"the Docker engine on the host does not take the image: {error.text}") from error
    except Refused as refused:
        if blobs is None or len(blobs) == len(coming):
            raise
        # What was here may be gone: the next try sends all of it.
        known_layers.forget(paths, image.layers)
        raise Refused(refused.cause, refused.text, "run the command again: it sends all layers") from refused
    except Cancelled as cancelled:
        raise Refused("gone", "the connection was lost while the image was sent; nothing was kept") from cancelled
    values.write(spool.directory / "digest", image.id)
    sizes = sum(one.size for one in coming)
    request.reporter.step("upload", "done", f"{len(coming)} of {len(image.layers)} layers, {sizes} bytes")


@contextmanager
def _layers_aside(spool: Work, needed: bool) -> Iterator[BinaryIO | None]:
    """A file without a name: whoever is killed leaves nothing of it."""
    if not needed:
        yield None
        return
    with tempfile.TemporaryFile(dir=spool.directory) as file:
        yield cast(BinaryIO, file)


@contextmanager
def _or_nothing(engine: Engine, spool: Work) -> Iterator[None]:
    """What fails when the engine has all of it may have left it there."""
    try:
        yield
    except BaseException:
        local_image.forget(engine, spool)
        raise


def _refuse_full(paths: HostPaths) -> None:
    room = disk.room(paths)
    if room.is_short:
        raise Refused("disk-full", room.text, "make room on the host: pocketpaas prune")
