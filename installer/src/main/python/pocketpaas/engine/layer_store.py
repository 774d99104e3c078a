"""Layers as the engine keeps them where its storage is overlay2: the files of each, and beside them how its archive was
put together (https://github.com/vbatts/tar-split). So one layer can be had without the engine writing the whole image.
Where and how they are kept is the engine's own affair: what is read counts only if its digest is right."""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO, Any

from pocketpaas.engine.client import Engine
from pocketpaas.engine.image_load import chains
from pocketpaas.state import names

_DRIVER = "overlay2"
_FILE, _BYTES = 1, 2
_PIECE = 1 << 20


class LayerStore:
    """The engine's directory."""

    def __init__(self, root: Path) -> None:
        self._root = root

    @staticmethod
    def of(engine: Engine) -> LayerStore | None:
        """None where the engine keeps its layers in another way. Raises `EngineError`."""
        told = engine.get("/info")
        root = str(told.get("DockerRootDir") or "")
        return LayerStore(Path(root)) if told.get("Driver") == _DRIVER and root.startswith("/") else None

    def config(self, image: str) -> bytes | None:
        """The configuration of an image (its id); None where it cannot be had."""
        try:
            data = (self._place("imagedb/content/sha256") / _hex(image)).read_bytes()
        except OSError:
            return None
        return data if f"sha256:{hashlib.sha256(data).hexdigest()}" == image else None

    def copy(self, layers: Sequence[str], number: int, target: IO[bytes]) -> int | None:
        """Writes the archive of one of an image's layers, and says how long it is; None where it cannot be had: then
        what was written is worth nothing."""
        digest, size = hashlib.sha256(), 0
        try:
            for piece in self._archive(list(chains(layers))[number]):
                digest.update(piece)
                size += len(piece)
                target.write(piece)
        except (OSError, EOFError, ValueError, KeyError, TypeError):
            return None
        return size if f"sha256:{digest.hexdigest()}" == layers[number] else None

    def _archive(self, chain: str) -> Iterator[bytes]:
        kept = self._place("layerdb/sha256") / _hex(chain)
        cache = (kept / "cache-id").read_text("ascii").strip()
        if not names.is_sha256(cache):
            raise ValueError("this is no directory of the engine's")
        files = self._root / _DRIVER / cache / "diff"
        with gzip.open(kept / "tar-split.json.gz", "rb") as entries:
            for line in entries:
                entry = json.loads(line)
                if entry["type"] == _BYTES:
                    yield base64.b64decode(entry["payload"])
                elif entry["type"] == _FILE and entry.get("size"):
                    yield from _content(files, entry)

    def _place(self, name: str) -> Path:
        return self._root / "image" / _DRIVER / name


def _content(files: Path, entry: dict[str, Any]) -> Iterator[bytes]:
    """A name that leads elsewhere leads to other bytes, and so to another digest."""
    raw, left = entry.get("name_raw"), int(entry["size"])
    name = base64.b64decode(raw) if raw else str(entry["name"]).encode()
    handle = os.open(os.path.join(os.fsencode(files), name.lstrip(b"/")), os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    with open(handle, "rb", buffering=0) as file:
        while left:
            data = file.read(min(left, _PIECE))
            if not data:
                raise EOFError("a file of a layer is shorter than it was")
            left -= len(data)
            yield data


def _hex(digest: str) -> str:
    return digest.removeprefix("sha256:")
